"""IDX files, the format of MNIST: two zero bytes, a type byte, the number of dimensions, big-endian lengths, values.

Source: http://yann.lecun.com/exdb/mnist/, "The IDX file format".
"""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from spikeloom.errors import DataError
from spikeloom.reading import read_bytes, unpacked

UNSIGNED_BYTE = 0x08


def read_idx(path: Path, n_dimensions: int | tuple[int, ...]) -> np.ndarray:
    """Read an IDX file of unsigned bytes, gzipped when its name ends in .gz.

    Parameters
    ----------
    path : Path
    n_dimensions : int or tuple of int
        Dimensions that are right here: 1 for labels, 3 or 4 for images.

    Raises
    ------
    DataError
        If the file is truncated or has a wrong magic number; the message names file, expected and found.
    """
    content = _read(path)
    allowed = (n_dimensions,) if isinstance(n_dimensions, int) else n_dimensions
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != UNSIGNED_BYTE or content[3] not in allowed:
        magic = content[:4].hex(" ") or "nothing"
        expected = " or ".join(bytes([0, 0, UNSIGNED_BYTE, n]).hex(" ") for n in allowed)
        raise DataError(f"{path}: magic number is {magic}; {expected} is expected for this IDX file")
    header = 4 + 4 * content[3]
    if len(content) < header:
        raise DataError(f"{path}: ends inside its header, after {len(content)} of {header} bytes; fetch it again")
    shape = tuple(int(length) for length in np.frombuffer(content[4:header], ">u4"))
    expected_size = header + math.prod(shape)
    if len(content) != expected_size:
        raise DataError(
            f"{path}: has {len(content)} bytes; its header {shape} promises {expected_size}; fetch it again"
        )
    if 0 in shape:
        raise DataError(f"{path}: its header {shape} promises nothing; fetch it again")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def _read(path: Path) -> bytes:
    try:
        content = read_bytes(path)
        return unpacked(content) if path.suffix == ".gz" else content
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path}: cannot be unpacked: {error}; fetch it again") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
