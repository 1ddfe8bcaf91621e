"""Names in C."""

from __future__ import annotations

import re

_KEYWORDS = frozenset(
    """auto break case char const continue default do double else enum extern float for goto if inline int long
    register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while
    """.split()  # noqa: SIM905
)
_LENGTH_MAX = 31 - len("_class_names")  # C99 keeps 31 characters of an external name apart


def identifier(name: str) -> str:
    """Give the nearest C identifier to a name: letters, digits and single underscores, beginning with a letter."""
    words = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    if not words or words[0].isdigit() or words in _KEYWORDS:
        words = f"network_{words}"
    return words[:_LENGTH_MAX].strip("_")


def string(text: str) -> str:
    """Give a text as a C string, any character that C's own do not hold by its bytes in UTF-8."""
    # three octal digits each: a hexadecimal escape would run on into the letters behind it
    plain = (chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}" for byte in text.encode())
    return f'"{"".join(plain)}"'
