"""Chip programs in the formats of other tools, a room each; each says what it keeps and refuses the rest by name."""
