"""What a user may have meant: the known names that are nearest to a wrong one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_NEAREST = 3


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Give "; did you mean 'x'?" with the nearest of the known names, or nothing where none is near."""
    by_letters = {each.lower(): each for each in known}
    near = [by_letters[each] for each in get_close_matches(name.lower(), by_letters, n=_NEAREST, cutoff=0.6)]
    return f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
