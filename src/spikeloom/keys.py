"""``key.path=value`` as users write it on the command line: TOML, with a bare word for a string."""

from __future__ import annotations

from typing import Any

from spikeloom.reading import parse_toml


def parse_change(change: str) -> dict[str, Any] | None:
    """Give the (nested) table that a change describes; None where it is not ``key=value``."""
    if "=" not in change:
        return None
    try:
        return parse_toml(change)
    except ValueError:
        pass
    key, _, value = change.partition("=")
    try:  # a bare word is a string, so that a shell needs no second pair of quotes
        return parse_toml(f'{key}="{value}"')
    except ValueError:
        return None
