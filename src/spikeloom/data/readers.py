"""Read data sets: by name, or from a folder, an NPZ or HDF5 file, or arrays.

A folder may hold

- IDX files named as MNIST's or EMNIST's, or CIFAR-10's binary files, or
- folders ``train`` and ``test`` with a folder of pictures, or of recordings of events, for each class.

A file holds ``x_train``, ``y_train``, ``x_test`` and ``y_test``, and may hold ``class_names``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike

from spikeloom.data.archives import load_archive, read_npy
from spikeloom.data.cifar import has_cifar, load_cifar
from spikeloom.data.datasets import Dataset, Split, Transform, checked_values, from_arrays
from spikeloom.data.events import EVENT_SUFFIXES, frames_of, read_recording
from spikeloom.data.folders import has_classes, load_folders
from spikeloom.data.idx_folders import emnist_kinds, has_idx, load_emnist, load_idx
from spikeloom.data.named import KNOWN, NAMES, load_named
from spikeloom.data.pictures import read_picture, recoloured, resized
from spikeloom.data.tonic import PREFIX, load_tonic
from spikeloom.errors import DataError
from spikeloom.hints import did_you_mean
from spikeloom.interface.preparation import Preparation

DataLike = Dataset | tuple[ArrayLike, ArrayLike] | str | Path
"""A data set; images and labels; or what `load_dataset` loads."""


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
    dataset = load_named("mnist", "train" if train else "test", None if root is None else Path(root), download)
    return replace(dataset, transform=transform, target_transform=target_transform)


def load_dataset(source: str | Path, split: Split = "train", preparation: Preparation = Preparation()) -> Dataset:
    """Load a split of a data set: one of `spikeloom.data.NAMES`, ``tonic:NAME``, a folder, or an NPZ or HDF5 file.

    Parameters
    ----------
    preparation : Preparation, optional
        Size, colours and background of pictures; ticks and sensor of recordings.

    Raises
    ------
    DataError
        If there is no such data set or it is damaged.
    """
    if split not in get_args(Split):
        raise DataError(f"{source}: split '{split}' is not known; train and test are")
    if str(source) in NAMES:
        return _prepared(load_named(str(source), split, preparation=preparation), preparation)
    if str(source).startswith(PREFIX):
        return load_tonic(str(source).removeprefix(PREFIX), split, preparation)
    path = Path(source)
    if path.is_file():
        return _prepared(load_archive(path, split), preparation)
    if not path.is_dir():
        hint = did_you_mean(str(source), NAMES) or f"; names are {', '.join(KNOWN)}"
        raise DataError(f"data set {source}: is neither a known name nor a folder or file that exists{hint}")
    if has_idx(path, split):
        return _prepared(load_idx(path, split), preparation)
    if has_cifar(path):
        return _prepared(load_cifar(path, split), preparation)
    if emnist_kinds(path):
        return _prepared(load_emnist(path, _only_kind(path), split), preparation)
    if has_classes(path, split):
        return load_folders(path, split, preparation)
    raise DataError(
        f"{path}: holds no {split} set; IDX files as MNIST's, CIFAR-10's binary files, "
        f"or a folder '{split}' with a folder of pictures or recordings for each class are needed"
    )


def as_dataset(given: DataLike, split: Split = "test", preparation: Preparation = Preparation()) -> Dataset:
    """Give a data set as it is, of (images, labels), or a split of what a name or a path loads.

    Raises
    ------
    DataError
        If there is no such data set, or it is damaged.
    """
    if isinstance(given, Dataset):
        return given
    if isinstance(given, str | Path):
        return load_dataset(given, split, preparation)
    if not (isinstance(given, tuple | list) and len(given) == 2):
        raise DataError(
            f"data: a {type(given).__name__}; a Dataset, a pair (images, labels), a name or a path is needed"
        )
    return from_arrays(*given)


def read_image(
    path: Path,
    value_shape: tuple[int, int, int],
    n_frames: int = 1,
    *,
    resize: bool = False,
    preparation: Preparation = Preparation(),
) -> np.ndarray:
    """Read one picture, recording or .npy array as (rows, columns, channels), or so many frames of it.

    Parameters
    ----------
    resize : bool
        Bring a picture to the size of the values, whatever the preparation says.
    preparation : Preparation
        Of the data that the network was trained on.

    Raises
    ------
    DataError
        If the file is no picture, or has another size and `resize` is not asked for; or holds one where frames are
        read.
    """
    wanted = value_shape if n_frames == 1 else (n_frames, *value_shape)
    if not path.exists():
        raise DataError(f"{path}: there is no such file")
    array = _load_npy(path) if path.suffix == ".npy" else None
    if array is not None and array.dtype.names is None:  # with fields it holds events
        image = array
    elif n_frames > 1 and path.suffix.lower() in EVENT_SUFFIXES:
        image = frames_of(read_recording(path), value_shape[:2], n_frames, str(path))
    elif n_frames > 1:
        raise DataError(
            f"{path}: is one image; the network reads {n_frames} frames; pass a .npy array {_shape(wanted)}"
        )
    else:
        size = value_shape[:2] if resize or preparation.size else None
        image = read_picture(path, preparation.model_copy(update={"size": size}), channels=value_shape[2])
    image = image[..., None] if image.ndim == 2 or (*image.shape, 1) == wanted else image
    if image.shape != wanted:
        sizes_differ = image.shape[:2] != wanted[:2] and image.shape[2:] == wanted[2:]
        way_out = "resize it, or pass --resize" if path.suffix != ".npy" and sizes_differ else _ANOTHER_ARRAY
        raise DataError(f"{path}: is {_shape(image.shape)}; the network reads {_shape(wanted)}; {way_out}")
    return checked_values(image, str(path))


_ANOTHER_ARRAY = "pass a .npy array of that shape"


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(str(length) for length in shape)


def _prepared(dataset: Dataset, preparation: Preparation) -> Dataset:
    """Give arrays with the size and the colours that are asked for."""
    images = dataset.images
    if preparation.colours == "grey" and images.shape[-1] > 1:
        images = recoloured(images)
    if preparation.colours == "rgb" and images.shape[-1] == 1:
        images = images.repeat(3, axis=-1)
    if preparation.size is not None and images.shape[-3:-1] != preparation.size:
        images = resized(images, preparation.size)
    return replace(dataset, images=images, preparation=preparation)


def _only_kind(folder: Path) -> str:
    kinds = emnist_kinds(folder)
    if len(kinds) > 1:
        raise DataError(
            f"{folder}: holds {', '.join(kinds)}; put one of them into a folder of its own, or name emnist-letters or "
            "emnist-digits"
        )
    return kinds[0]


def _load_npy(path: Path) -> np.ndarray:
    try:
        return read_npy(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as an array: {error}") from error
