"""``key.path=value`` as users write it on the command line: TOML, with a bare word for a string."""

from __future__ import annotations

import tomllib
from typing import Any


def parse_change(change: str) -> dict[str, Any] | None:
    """Give the (nested) table that a change describes; None where it is not ``key=value``."""
    if "=" not in change:
        return None
    try:
        return tomllib.loads(change)
    except tomllib.TOMLDecodeError:
        pass
    key, _, value = change.partition("=")
    try:  # a bare word is a string, so that a shell needs no second pair of quotes
        return tomllib.loads(f'{key}="{value}"')
    except tomllib.TOMLDecodeError:
        return None
