"""Files whose bytes were changed in places, as disks, networks and people do."""

from __future__ import annotations

import random
from collections.abc import Iterator

NUMBERS = (0, 1, 2, 127, 128, 255, 256, 257, 4_000, 65_535, 2**24, 2**31 - 1, 2**31, 2**32 - 1)
"""Where readers of binary headers go wrong."""

_INTERESTING = (
    b"\0",
    b"\xff",
    b"-1",
    b"1e308",
    b"NaN",
    b"true",
    b"[" * 3000,
    b'"' * 3,
    b"9" * 5000,
    b"{}",
    b"\xef\xbb\xbf",
)


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Give content that was changed in one to four places, in one of the ways that disks, networks and people have."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4))):
        changed = bytearray(next(_ways(bytes(changed), chance)))
    return bytes(changed)


def _ways(content: bytes, chance: random.Random) -> Iterator[bytes]:
    at, other = (chance.randrange(len(content) + 1) for _ in range(2))
    low, high = min(at, other), min(max(at, other), min(at, other) + chance.choice((1, 4, 64, 4096)))
    near = min(at, 200) if chance.random() < 0.5 else at  # headers stand at the beginning
    ways = (
        lambda: content[:at],
        lambda: content[:low] + content[high:],
        lambda: content[:high] + content[low:high] + content[high:],
        lambda: content[:near] + bytes([chance.randrange(256)]) + content[near + 1 :],
        lambda: (
            content[:near]
            + bytes([(content[near : near + 1] or b"\0")[0] ^ 1 << chance.randrange(8)])
            + content[near + 1 :]
        ),
        lambda: content[:near] + chance.choice(_INTERESTING) + content[near + chance.choice((0, 1, 4)) :],
        lambda: content[:low] + bytes(high - low) + content[high:],
        lambda: content[:low] + chance.randbytes(high - low) + content[high:],
        lambda: b"",
        lambda: _other_number(content, chance),
        lambda: _other_number(content, chance),
    )
    yield chance.choice(ways)()


def _other_number(content: bytes, chance: random.Random) -> bytes:
    """Change a number that is written in digits."""
    digits = [at for at in range(min(len(content), 20_000)) if content[at : at + 1].isdigit()]
    if not digits:
        return content + b"\0"
    at = chance.choice(digits)
    number = chance.choice((b"0", b"9", b"-1", b"4294967296", b"1e400", b"0.5", b"99999999999999999999", b"null"))
    return content[:at] + number + content[at + 1 :]
