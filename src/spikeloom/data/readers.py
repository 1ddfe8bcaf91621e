"""Read data sets: MNIST by name; anything else from a folder of IDX files or images, an NPZ file, or arrays.

A folder may hold

- IDX files named as MNIST's (``train-images-idx3-ubyte``, ``t10k-labels-idx1-ubyte``, gzipped or not), or
- folders ``train`` and ``test`` with a folder of images (PNG and the like) for each class.

An NPZ file holds ``x_train``, ``y_train``, ``x_test`` and ``y_test``, and may hold ``class_names``.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from spikeloom.data.datasets import Dataset, Transform, checked_values, from_arrays
from spikeloom.data.fetch import default_root, fetch_mnist
from spikeloom.data.idx import read_idx
from spikeloom.errors import DataError

Split = Literal["train", "test"]
DataLike = Dataset | tuple[ArrayLike, ArrayLike] | str | Path
"""A data set; images and labels; or what `load_dataset` loads."""

_IDX_PREFIX = {"train": "train", "test": "t10k"}
_IMAGE_SUFFIXES = (".png", ".bmp", ".gif", ".jpg", ".jpeg", ".pgm", ".tif", ".tiff", ".webp")
_IMAGE_MODES = ("1", "L", "LA", "P", "RGB", "RGBA")


def mnist(
    root: str | Path | None = None,
    train: bool = True,
    transform: Transform | None = None,
    target_transform: Transform | None = None,
    download: bool = True,
) -> Dataset:
    """Give MNIST, fetched once into the user's cache and checked by SHA-256; the signature is torchvision's.

    Raises
    ------
    DataError
        If a file is missing, cannot be fetched, or is not what it should be.
    """
    folder = default_root() if root is None else Path(root)
    fetch_mnist(folder, download)
    prefix = _IDX_PREFIX["train" if train else "test"]
    images = read_idx(folder / f"{prefix}-images-idx3-ubyte", 3)
    labels = read_idx(folder / f"{prefix}-labels-idx1-ubyte", 1)
    names = [str(digit) for digit in range(10)]
    return from_arrays(images, labels, names, transform, target_transform, source="mnist")


def load_dataset(source: str | Path, split: Split = "train") -> Dataset:
    """Give a split of a data set: ``mnist``, a folder, or an NPZ file.

    Raises
    ------
    DataError
        If there is no such data set or it is damaged.
    """
    if split not in _IDX_PREFIX:
        raise DataError(f"{source}: split '{split}' is not known; train and test are")
    if str(source) == "mnist":
        return mnist(train=split == "train")
    path = Path(source)
    if path.is_file():
        return _load_npz(path, split)
    if not path.is_dir():
        raise DataError(f"data set {source}: is neither 'mnist' nor a folder or NPZ file that exists")
    if _find_idx(path, f"{_IDX_PREFIX[split]}-images"):
        return _load_idx(path, split)
    if (path / split).is_dir():
        return _load_image_folders(path, split)
    raise DataError(
        f"{path}: holds no {split} set; an IDX file '{_IDX_PREFIX[split]}-images…' "
        f"or a folder '{split}' with a folder of images for each class is needed"
    )


def as_dataset(given: DataLike, split: Split = "test") -> Dataset:
    """Give a data set as it is, of (images, labels), or a split of what a name or a path loads.

    Raises
    ------
    DataError
        If there is no such data set, or it is damaged.
    """
    if isinstance(given, Dataset):
        return given
    if isinstance(given, str | Path):
        return load_dataset(given, split)
    if not (isinstance(given, tuple | list) and len(given) == 2):
        raise DataError(
            f"data: a {type(given).__name__}; a Dataset, a pair (images, labels), a name or a path is needed"
        )
    return from_arrays(*given)


def read_image(path: Path, value_shape: tuple[int, int, int], n_frames: int = 1, *, resize: bool = False) -> np.ndarray:
    """Read one image file, or a NumPy array in a .npy file, as (rows, columns, channels), or so many frames of it.

    Raises
    ------
    DataError
        If the file is no image, or has another size and `resize` is not asked for; or holds one where frames are read.
    """
    wanted = value_shape if n_frames == 1 else (n_frames, *value_shape)
    if not path.exists():
        raise DataError(f"{path}: there is no such file")
    if path.suffix == ".npy":
        image = _load_npy(path)
    elif n_frames > 1:
        raise DataError(
            f"{path}: is one image; the network reads {n_frames} frames; pass a .npy array {_shape(wanted)}"
        )
    else:
        image = _open_image(path, channels=value_shape[2], size=value_shape[:2] if resize else None)
    image = image[..., None] if image.ndim == 2 or (*image.shape, 1) == wanted else image
    if image.shape != wanted:
        sizes_differ = image.shape[:2] != wanted[:2] and image.shape[2:] == wanted[2:]
        way_out = "resize it, or pass --resize" if path.suffix != ".npy" and sizes_differ else _ANOTHER_ARRAY
        raise DataError(f"{path}: is {_shape(image.shape)}; the network reads {_shape(wanted)}; {way_out}")
    return checked_values(image, str(path))


_ANOTHER_ARRAY = "pass a .npy array of that shape"


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(str(length) for length in shape)


def _find_idx(folder: Path, stem: str) -> Path | None:
    return next(iter(sorted(folder.glob(f"{stem}*"))), None)


def _load_idx(folder: Path, split: Split) -> Dataset:
    prefix = _IDX_PREFIX[split]
    images_path, labels_path = (_find_idx(folder, f"{prefix}-{kind}") for kind in ("images", "labels"))
    assert images_path is not None  # the caller found it
    if labels_path is None:
        raise DataError(f"{folder}: has {images_path.name} but no '{prefix}-labels…' beside it")
    return from_arrays(read_idx(images_path, (3, 4)), read_idx(labels_path, 1), source=_source(folder))


def _load_npz(path: Path, split: Split) -> Dataset:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            wanted = {f"x_{split}", f"y_{split}", "class_names"}
            content = {name: _plain(arrays, name, path) for name in arrays.files if name in wanted}
            there = ", ".join(sorted(arrays.files)) or "none"
    except (OSError, ValueError, EOFError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        # NumPy's own words would advise to unpickle the file
        raise DataError(f"{path}: is no NPZ file of plain arrays, or is cut short; save it with numpy.savez") from error
    missing = [name for name in (f"x_{split}", f"y_{split}") if name not in content]
    if missing:
        raise DataError(f"{path}: has no array {' or '.join(missing)}; it holds {there}")
    return from_arrays(content[f"x_{split}"], content[f"y_{split}"], content.get("class_names"), source=_source(path))


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


def _source(path: Path) -> str:
    """Give what names these data wherever a command runs."""
    return str(path.resolve())


def _load_image_folders(folder: Path, split: Split) -> Dataset:
    found = _class_folders(folder / split)
    classes = _class_folders(folder / "train") or found
    unknown = sorted(set(found) - set(classes))
    if unknown or not found:
        raise DataError(f"{folder / split}: classes {found}; the folders of {folder / 'train'} are {classes}")
    paths = [
        (path, label)
        for label, name in enumerate(classes)
        for path in sorted((folder / split / name).glob("*"))
        if path.suffix.lower() in _IMAGE_SUFFIXES
    ]
    if not paths:
        raise DataError(f"{folder / split}: holds no images; known kinds are {', '.join(_IMAGE_SUFFIXES)}")
    images = [_open_image(path) for path, _ in paths]
    for (path, _), image in zip(paths, images, strict=True):
        if image.shape != images[0].shape:
            raise DataError(
                f"{path}: is {_shape(image.shape)}; {paths[0][0]} is {_shape(images[0].shape)}; all must agree"
            )
    return from_arrays(np.stack(images), np.array([label for _, label in paths]), classes, source=_source(folder))


def _class_folders(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.glob("*") if entry.is_dir() and not entry.name.startswith("."))


def _open_image(path: Path, channels: int | None = None, size: tuple[int, int] | None = None) -> np.ndarray:
    """Read an image file as grey (rows, columns) or colour (rows, columns, 3) uint8."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            if image.mode not in _IMAGE_MODES:
                raise DataError(f"{path}: has mode {image.mode}; {', '.join(_IMAGE_MODES)} are read, 8 bits a channel")
            grey = channels == 1 or (channels is None and image.mode in ("1", "L", "LA"))
            converted = image.convert("L" if grey else "RGB")
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise DataError(f"{path}: cannot be read as an image: {error}") from error
    if size is not None:
        converted = converted.resize((size[1], size[0]), Image.Resampling.BILINEAR)
    return np.asarray(converted)


def _load_npy(path: Path) -> np.ndarray:
    try:
        with path.open("rb") as file:
            return np.lib.format.read_array(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{path}: cannot be read as an array: {error}") from error
