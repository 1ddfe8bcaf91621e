"""Folders of IDX files as MNIST and its kin have them, in the layouts that people find them in.

The files of a split begin with ``train`` or ``t10k``, or, of EMNIST, with ``emnist-letters-train`` and the like; a file
may be gzipped, end in ``.idx3-ubyte``, or lie in a folder of its own name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from spikeloom.data.datasets import Dataset, Split, from_arrays
from spikeloom.data.idx import read_idx
from spikeloom.errors import DataError

_PREFIX = {"train": "train", "test": "t10k"}
_EMNIST = re.compile(r"(emnist-\w+)-(train|test)-images")


def has_idx(folder: Path, split: Split) -> bool:
    """Whether a folder holds IDX images of this split."""
    return _find(folder, f"{_PREFIX[split]}-images") is not None


def load_idx(
    folder: Path, split: Split, class_names: Sequence[str] | None = None, source: str | None = None
) -> Dataset:
    """Read a split of MNIST's layout; DataError where a file is missing or damaged."""
    images, labels = _pair(folder, _PREFIX[split])
    return from_arrays(images, labels, class_names, source=source or str(folder.resolve()))


def emnist_kinds(folder: Path) -> list[str]:
    """Give which of EMNIST's sets lie in a folder, such as ``emnist-letters``."""
    found = (_EMNIST.match(path.name) for path in folder.glob("emnist-*"))
    return sorted({match[1] for match in found if match})


def load_emnist(folder: Path, kind: str, split: Split, class_names: Sequence[str] | None = None) -> Dataset:
    """Read one of EMNIST's sets, whose images are stored with rows and columns exchanged.

    Letters are numbered from 1 there, and from 0 here.
    """
    images, labels = _pair(folder, f"{kind}-{split}")
    first = 1 if kind == "emnist-letters" else 0
    upright = np.ascontiguousarray(images.swapaxes(1, 2))
    source = kind if class_names is not None else str(folder.resolve())
    return from_arrays(upright, labels.astype(np.int64) - first, class_names, source=source)


def _pair(folder: Path, prefix: str) -> tuple[np.ndarray, np.ndarray]:
    images, labels = (_find(folder, f"{prefix}-{kind}") for kind in ("images", "labels"))
    if images is None or labels is None:
        missing = "images" if images is None else "labels"
        raise DataError(f"{folder}: has no file '{prefix}-{missing}…', which belongs to this layout")
    return read_idx(images, (3, 4)), read_idx(labels, 1)


def _find(folder: Path, stem: str) -> Path | None:
    """Give the file that begins so, one that is not gzipped first, also in a folder that is called like it."""
    entries = sorted(folder.glob(f"{stem}*"))
    files = [path for entry in entries for path in (sorted(entry.glob(f"{stem}*")) if entry.is_dir() else [entry])]
    plain = [path for path in files if path.suffix != ".gz"]
    return next(iter([*plain, *files]), None)
