"""Files read within bounds: regular ones alone, of a size that is known before anything is unpacked or allocated.

What is refused is an `OSError` whose words say why, so that every reader tells it as it tells a file that is not there.
"""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import stat
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spikeloom.machine import memory_bytes

BOUND = "SPIKELOOM_MAX_GIB"
"""The environment variable that raises what a single file may take of memory, in GiB."""

TEXT_MAX = 2**24
"""Bytes of a file that people write."""

_DEFAULT_GIB, _GIB_MAX = 2.0, 2.0**20
_CHUNK = 2**20
_WORDS_MAX = 160  # characters of a parser's own words


def bound() -> int:
    """Give the bytes that a single file may take of memory, unpacked; OSError where the user's own bound is none."""
    told = os.environ.get(BOUND, "")
    if not told:
        return min(int(_DEFAULT_GIB * 2**30), memory_bytes())
    try:
        asked = float(told)
        if not 0 < asked < _GIB_MAX:
            raise ValueError(told)
    except ValueError as error:
        raise OSError(errno.EINVAL, f"{BOUND} is '{told}'; a number of GiB above 0 is needed") from error
    return int(asked * 2**30)


def check_size(n_bytes: int, most: int | None = None) -> None:
    """Refuse what takes more memory than a file may; OSError says how to raise that."""
    allowed = bound() if most is None else most
    if n_bytes > allowed:
        way_out = f"; set {BOUND} to read more" if most is None else ""
        raise OSError(errno.EFBIG, f"takes {_told(n_bytes)} of memory, and at most {_told(allowed)} are read{way_out}")


def check_regular(path: Path | str) -> int:
    """Give the size of a regular file; OSError where there is none: reading a pipe or a device might never end."""
    state = os.stat(path)
    if stat.S_ISDIR(state.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(state.st_mode):
        raise OSError(errno.EINVAL, "is a pipe or a device, and only regular files are read")
    return state.st_size


def read_bytes(path: Path | str, most: int | None = None) -> bytes:
    """Read a regular file of at most so many bytes; of `bound` by default."""
    check_size(check_regular(path), most)
    return Path(path).read_bytes()


def unpacked(content: bytes) -> bytes:
    """Unpack gzip within bounds.

    Raises
    ------
    OSError
        If it is larger; `gzip.BadGzipFile`, which is one too, or `zlib.error` if it is damaged.
    EOFError
        If it is cut short.
    """
    allowed, found = bound(), bytearray()
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        while piece := file.read(_CHUNK):
            found += piece
            if len(found) > allowed:
                check_size(len(found))  # refuses
    return bytes(found)


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML; ValueError in one line, whatever is wrong."""
    return _parsed(tomllib.loads, text)


def parse_json(text: str | bytes, **options: Any) -> Any:
    """Parse JSON; ValueError in one line, whatever is wrong."""
    return _parsed(json.loads, text, **options)


def _parsed(parse: Callable[..., Any], text: Any, **options: Any) -> Any:
    try:
        return parse(text, **options)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    except ValueError as error:
        # of numbers of thousands of digits, too, which Python refuses to read
        words = " ".join(str(error).split())
        raise ValueError(words if len(words) <= _WORDS_MAX else f"{words[:_WORDS_MAX]} ...") from error


def _told(n_bytes: int) -> str:
    return f"{n_bytes / 2**30:,.1f} GiB" if n_bytes >= 2**30 else f"{n_bytes / 2**20:,.1f} MiB"
