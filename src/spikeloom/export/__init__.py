"""Chip programs in the formats of other tools, a module each; each says what it keeps and refuses the rest by name."""
