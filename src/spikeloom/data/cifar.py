"""CIFAR-10's binary files: records of a label and 32 x 32 pixels, all red, then all green, then all blue.

Source: https://www.cs.toronto.edu/~kriz/cifar.html, "Binary version".
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from spikeloom.data.datasets import Dataset, Split, from_arrays
from spikeloom.errors import DataError
from spikeloom.reading import read_bytes

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_SIDE, _CHANNELS = 32, 3
_RECORD = 1 + _SIDE * _SIDE * _CHANNELS
_FILES = {"train": [f"data_batch_{number}.bin" for number in range(1, 6)], "test": ["test_batch.bin"]}


def has_cifar(folder: Path) -> bool:
    """Whether a folder holds CIFAR-10's binary files."""
    return any((folder / name).is_file() for names in _FILES.values() for name in names)


def load_cifar(folder: Path, split: Split, source: str | None = None) -> Dataset:
    """Read a split; DataError where a file is missing or cut short."""
    records = np.concatenate([_records(folder / name) for name in _FILES[split]])
    planes = records[:, 1:].reshape(-1, _CHANNELS, _SIDE, _SIDE)
    images = np.ascontiguousarray(planes.transpose(0, 2, 3, 1))
    return from_arrays(images, records[:, 0].astype(np.int64), CLASSES, source=source or str(folder.resolve()))


def _records(path: Path) -> np.ndarray:
    try:
        content = np.frombuffer(read_bytes(path), np.uint8)
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}; CIFAR-10's binary version has it") from error
    if not len(content) or len(content) % _RECORD:
        raise DataError(f"{path}: has {len(content)} bytes; records of {_RECORD} are needed; fetch it again")
    return content.reshape(-1, _RECORD)
