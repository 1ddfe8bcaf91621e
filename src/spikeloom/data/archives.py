"""One file that holds a data set: NPZ or HDF5, with ``x_train``, ``y_train``, ``x_test``, ``y_test``, ``class_names``.

Images are (n, rows, columns), (n, rows, columns, channels) or, of frames, (n, ticks, rows, columns, channels).
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from spikeloom.data.datasets import MAX_CLASSES, Dataset, Split, from_arrays
from spikeloom.errors import DataError
from spikeloom.hdf5 import ForeignError, check_array, check_link
from spikeloom.optional import needed
from spikeloom.reading import check_regular, check_size, read_bytes

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
        held = ", ".join(sorted(map(str, there))) or "none"  # in HDF5 a name may be bytes that are no text
        raise DataError(f"{path}: has no array {' or '.join(missing)}; it holds {held}")
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
        with opened_npz(path, wanted) as arrays:
            return {name: _plain(arrays, name, path) for name in arrays.files if name in wanted}, arrays.files
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (DataError, MemoryError):
        raise
    except Exception as error:  # NumPy's and zipfile's readers raise whatever a damaged file makes them
        # NumPy's own words would advise to unpickle the file
        raise DataError(f"{path}: is no NPZ file of plain arrays, or is cut short; save it with numpy.savez") from error


@contextmanager
def opened_npz(path: Path, wanted: set[str] | None = None) -> Iterator[Any]:
    """Open an NPZ file within bounds.

    Parameters
    ----------
    wanted : set of str, optional
        The arrays that will be read; all by default.

    Raises
    ------
    OSError
        If it is no regular file, or those arrays take more memory than a file may.
    ValueError
        If it is no NPZ file.
    """
    check_regular(path)
    if not zipfile.is_zipfile(path):  # NumPy would read it whole, as one array
        raise ValueError("is no NPZ file")
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        members = [m for m in arrays.zip.infolist() if wanted is None or m.filename.removesuffix(".npy") in wanted]
        check_size(sum(member.file_size for member in members))
        for member in members:
            with arrays.zip.open(member) as array:
                _check_claim(array, member.file_size)
        yield arrays


def read_npy(path: Path) -> np.ndarray:
    """Read an array of plain values; OSError where the file is none or too large, ValueError where it is damaged."""
    content = read_bytes(path)
    try:
        _check_claim(io.BytesIO(content), len(content))
        array = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    except MemoryError:
        raise
    except Exception as error:  # NumPy's reader raises whatever a damaged header makes it
        raise ValueError("is no array of plain values, or is cut short") from error
    return np.asarray(array)


def _check_claim(file: IO[bytes], n_bytes: int) -> None:
    """Refuse an array whose header claims more than its file holds, for which NumPy would ask memory first."""
    version = np.lib.format.read_magic(file)
    # headers of version 3 are read as those of version 2: they differ in how names of fields are written
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(file)
    if not dtype.hasobject and math.prod(shape) * dtype.itemsize > n_bytes:
        raise ValueError(f"its header claims {math.prod(shape) * dtype.itemsize:,} bytes; it has {n_bytes:,}")


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
        check_regular(path)
        with h5py.File(path, "r") as file:
            return _own(h5py, file, [name for name in file if name in wanted]), list(file)
    except ForeignError as error:
        raise DataError(f"{path}: {error}") from error
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
        told = getattr(error, "strerror", None) or "is no HDF5 file, or is cut short"
        raise DataError(f"{path}: {told}") from error


def _own(h5py: Any, file: Any, names: list[str]) -> dict[str, np.ndarray]:
    """Give arrays of an HDF5 file that lie in this very file: none that it points to elsewhere."""
    for name in names:
        check_link(h5py, file, name, name)
        check_array(h5py, file[name], name)
    check_size(sum(file[name].nbytes for name in names))
    if "class_names" in names and file["class_names"].size > MAX_CLASSES:
        raise ForeignError(f"'class_names' has {file['class_names'].size:,} names; at most {MAX_CLASSES:,} are read")
    return {name: np.asarray(file[name][()]) for name in names}
