"""One file that holds a data set: NPZ or HDF5, with ``x_train``, ``y_train``, ``x_test``, ``y_test``, ``class_names``.

Images are (n, rows, columns), (n, rows, columns, channels) or, of frames, (n, ticks, rows, columns, channels).
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spikeloom.data.datasets import Dataset, Split, from_arrays
from spikeloom.errors import DataError
from spikeloom.optional import needed

Arrays = Mapping[str, np.ndarray]
_HDF5 = (".h5", ".hdf5", ".hdf")


def load_archive(path: Path, split: Split) -> Dataset:
    """Read a split of an NPZ or HDF5 file.

    Raises
    ------
    DataError
        If it is none, an array is missing, or one would have to be unpickled.
    """
    read: Callable[[Path, set[str]], tuple[dict[str, np.ndarray], list[str]]]
    read = _read_hdf5 if path.suffix.lower() in _HDF5 else _read_npz
    content, there = read(path, {f"x_{split}", f"y_{split}", "y_train", "class_names"})
    missing = [name for name in (f"x_{split}", f"y_{split}") if name not in content]
    if missing:
        raise DataError(f"{path}: has no array {' or '.join(missing)}; it holds {', '.join(sorted(there)) or 'none'}")
    names = content.get("class_names")
    if names is None:
        _check_first_label(content.get("y_train"), path)
    return from_arrays(content[f"x_{split}"], content[f"y_{split}"], names, source=str(path.resolve()))


def _check_first_label(labels: np.ndarray | None, path: Path) -> None:
    """Refuse labels that begin at 1: class 0 would be trained for nothing."""
    if labels is not None and labels.dtype.kind in "iu" and labels.size and labels.min() == 1:
        raise DataError(
            f"{path}: labels begin at 1, and no example is of class 0; subtract 1, or add class_names, one for each "
            "number from 0"
        )


def _read_npz(path: Path, wanted: set[str]) -> tuple[dict[str, np.ndarray], list[str]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {name: _plain(arrays, name, path) for name in arrays.files if name in wanted}, arrays.files
    except (OSError, ValueError, EOFError, TypeError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        # NumPy's own words would advise to unpickle the file
        raise DataError(f"{path}: is no NPZ file of plain arrays, or is cut short; save it with numpy.savez") from error


def _plain(arrays: Any, name: str, path: Path) -> np.ndarray:
    """Give an array of an NPZ file; DataError where it holds Python objects, which would have to be unpickled."""
    try:
        return np.asarray(arrays[name])
    except ValueError as error:
        if "allow_pickle" not in str(error):
            raise
        kind = "str" if name == "class_names" else "np.uint8"
        raise DataError(
            f"{path}: array '{name}' holds Python objects, which spikeloom never loads; save it as plain values, "
            f"with np.array(..., dtype={kind})"
        ) from error


def _read_hdf5(path: Path, wanted: set[str]) -> tuple[dict[str, np.ndarray], list[str]]:
    h5py = needed("h5py", "spikeloom[hdf5]")
    try:
        with h5py.File(path, "r") as file:
            return {name: _own(h5py, file, name, path) for name in file if name in wanted}, list(file)
    except (OSError, RuntimeError, KeyError) as error:
        raise DataError(f"{path}: is no HDF5 file, or is cut short") from error


def _own(h5py: Any, file: Any, name: str, path: Path) -> np.ndarray:
    """Give an array of an HDF5 file that lies in this very file: none that it points to elsewhere."""
    if not isinstance(file.get(name, getlink=True), h5py.HardLink):
        raise DataError(f"{path}: '{name}' is a link to elsewhere, which is not followed; store the array itself")
    entry = file[name]
    if not isinstance(entry, h5py.Dataset) or entry.external or entry.is_virtual:
        raise DataError(f"{path}: '{name}' is no array stored in the file itself; store it there")
    return np.asarray(entry[()])
