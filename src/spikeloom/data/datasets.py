"""A data set: images with labels, checked; and its split into what is trained on and what is chosen on."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from spikeloom.errors import DataError
from spikeloom.interface.preparation import Preparation
from spikeloom.interface.record import wrong_names
from spikeloom.value import Value

Transform = Callable[[Any], Any]
Split = Literal["train", "test"]

_log = logging.getLogger(__name__)
_CHANNELS_MAX = 4  # of pictures and of events

_DARK = 64  # of 255: pictures that reach no more were meant otherwise, most likely

_FAINT = 0.25  # of one

MAX_CLASSES = 65_536  # more than the neurons of a chip's last layer can vote for, and a guard against nonsense

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False, repr=False)
class Dataset(Value):
    """Images of rows x columns (x channels) with a label each, checked.

    images : (n, rows, columns, channels) uint8, or float32 in [0, 1]; (n, frames, rows, columns, channels) where an
        example is a sequence of frames. Given as (n, rows, columns) they get their one channel; booleans are 0 and 1.
    labels : (n,) int64
    class_names : one name a class, no two alike
    source : what gives them again, ``mnist`` or the path of a folder or file; None of arrays
    preparation : how it was read, so that it is read alike again
    transform, target_transform : applied by indexing alone, as torchvision does

    Raises
    ------
    DataError
        If the parts do not fit each other, or hold values that are not allowed.
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]
    source: str | None = field(default=None, compare=False)
    transform: Transform | None = field(default=None, compare=False)
    target_transform: Transform | None = field(default=None, compare=False)
    preparation: Preparation = field(default=Preparation(), compare=False)

    def __post_init__(self) -> None:
        part = self.source or "arrays"
        images, labels = np.asarray(self.images), np.asarray(self.labels)
        _check_names(self.class_names, part)
        object.__setattr__(self, "images", checked_values(_with_channel(images, part), part))
        object.__setattr__(self, "labels", _checked_labels(labels, len(images), len(self.class_names), part))

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        image, label = self.images[index], int(self.labels[index])
        return _apply(self.transform, image), _apply(self.target_transform, label)

    @property
    def value_shape(self) -> tuple[int, int, int]:
        """Rows, columns and channels of an image, or of a frame."""
        rows, columns, channels = self.images.shape[-3:]
        return rows, columns, channels

    @property
    def is_sequences(self) -> bool:
        """Whether an example is a sequence of frames."""
        return self.images.ndim == 5

    @property
    def n_frames(self) -> int:
        """Frames of an example; 1 of an image."""
        return self.images.shape[1] if self.is_sequences else 1

    def __repr__(self) -> str:
        """Give one line: how many examples of what."""
        frames = f"{self.n_frames} frames of " if self.images.ndim == 5 else ""
        shape = " x ".join(map(str, self.value_shape))
        return f"Dataset({len(self):,} examples, {frames}{shape} {self.images.dtype}, {self.n_classes} classes)"

    @property
    def n_classes(self) -> int:
        """Classes, whether or not every one has an example."""
        return len(self.class_names)

    @cached_property
    def values(self) -> np.ndarray:
        """The images flattened and scaled to [0, 1], (n, n_values) float32."""
        return as_values(self.images.reshape(len(self), -1))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of images, labels and class names: whether data are the same."""
        digest = hashlib.sha256(repr((self.images.shape, str(self.images.dtype), self.class_names)).encode())
        for array in (self.images, self.labels):
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    @property
    def absent(self) -> tuple[str, ...]:
        """Names of the classes that have no example."""
        counts = np.bincount(self.labels, minlength=self.n_classes)
        return tuple(name for name, count in zip(self.class_names, counts, strict=True) if not count)

    def take(self, indices: np.ndarray | slice) -> Dataset:
        """Give the examples at these indices."""
        taken = copy(self)  # its values are checked already, and a part of them may look as if they were others
        object.__setattr__(taken, "images", self.images[indices])
        object.__setattr__(taken, "labels", self.labels[indices])
        for cached in ("values", "fingerprint"):
            taken.__dict__.pop(cached, None)
        return taken


def from_arrays(
    images: ArrayLike,
    labels: ArrayLike,
    class_names: Sequence[str] | np.ndarray | None = None,
    transform: Transform | None = None,
    target_transform: Transform | None = None,
    *,
    source: str | None = None,
    preparation: Preparation = Preparation(),
) -> Dataset:
    """Give a data set of arrays.

    Parameters
    ----------
    images : (n, rows, columns), (n, rows, columns, channels) or (n, frames, rows, columns, channels)
        uint8, booleans, or floating point in [0, 1].
    labels : (n,) of integers from 0
    class_names : sequence of str, optional
        Numbers as names by default, as many as the largest label asks for.
    source : str, optional
        What gives them again: ``mnist`` or a path.
    preparation : Preparation, optional
        How they were read.

    Raises
    ------
    DataError
        If the arrays do not fit each other, or hold values that are not allowed.
    """
    part, numbers = source or "arrays", np.asarray(labels)
    values = _array(images, part)
    shape = values.shape
    if len(shape) > 3 and shape[-1] > _CHANNELS_MAX:
        _log.warning(f"data: {part}: read as {shape[-3]} rows, {shape[-2]} columns and {shape[-1]} channels")
    if values.dtype.kind == "f" and values.size and 0 < values.max() < _FAINT:
        _log.warning(f"data: {part}: values span {values.min():g} .. {values.max():g} of [0, 1]")
    if values.dtype == np.uint8 and values.size and 1 < values.max() <= _DARK:
        _log.warning(f"data: {part}: values of uint8 span {values.min()} .. {values.max()}, and 255 is white")
    if class_names is None:
        if numbers.dtype.kind not in "iu":
            raise DataError(f"{part}: labels are {numbers.dtype}; {_LABELS}")
        largest = int(numbers.max(initial=0))
        if largest >= MAX_CLASSES:
            raise DataError(f"{part}: label {largest}; whole numbers from 0 to {MAX_CLASSES - 1} are labels")
        class_names = [str(label) for label in range(largest + 1)]
    elif np.ndim(class_names) != 1:
        raise DataError(f"{part}: class names have {np.ndim(class_names)} dimensions; a list of names is needed")
    elif len(class_names) > MAX_CLASSES:
        raise DataError(f"{part}: {len(class_names):,} class names; at most {MAX_CLASSES:,} classes are allowed")
    names = tuple(_text(name) for name in class_names)
    return Dataset(values, numbers, names, source, transform, target_transform, preparation)


_LABELS = "whole numbers from 0, one an image, are needed"


def _array(images: Any, part: str) -> np.ndarray:
    try:
        return np.asarray(images)
    except (TypeError, ValueError, RuntimeError) as error:
        raise DataError(f"{part}: images are no array ({error}); pass a NumPy array") from error


def _text(name: Any) -> str:
    """Give a name as text; NumPy keeps some as bytes."""
    return name.decode(errors="surrogateescape") if isinstance(name, bytes) else str(name)  # what is no text is refused


def _check_names(names: Sequence[str], part: str) -> None:
    if problem := wrong_names(names):
        raise DataError(f"{part}: {problem}")


def _with_channel(images: np.ndarray, part: str) -> np.ndarray:
    if images.ndim > 0 and len(images) == 0:
        raise DataError(f"{part}: holds no images; at least one is needed")
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim in (4, 5):
        _check_channels_last(images.shape, part)
    if images.ndim not in (4, 5) or 0 in images.shape:
        raise DataError(
            f"{part}: images have shape {images.shape}; (n, rows, columns) or (n, rows, columns, channels) is "
            "needed, or (n, frames, rows, columns, channels) for sequences of frames"
        )
    return images


def _check_channels_last(shape: tuple[int, ...], part: str) -> None:
    """Refuse what is laid out channels first beyond doubt: few, and then a square."""
    *_, first, rows, columns = shape
    if first <= _CHANNELS_MAX < rows == columns:
        raise DataError(
            f"{part}: images of {first} x {rows} x {columns} have their channels first; rows x columns x channels are "
            "read: numpy.moveaxis(images, -3, -1) brings them there; or, where they are rows, exchange rows and columns"
        )


def _checked_labels(labels: np.ndarray, n_images: int, n_classes: int, part: str) -> np.ndarray:
    if labels.shape != (n_images,):
        raise DataError(f"{part}: {n_images} images but labels of shape {labels.shape}; one label an image is needed")
    if labels.dtype.kind not in "iu":
        raise DataError(f"{part}: labels are {labels.dtype}; {_LABELS}")
    if n_classes > MAX_CLASSES:
        raise DataError(f"{part}: {n_classes} classes; at most {MAX_CLASSES} are allowed")
    wrong = np.flatnonzero((labels < 0) | (labels >= n_classes))
    if len(wrong):
        raise DataError(f"{part}: label {labels[wrong[0]]} of example {wrong[0]}; 0 .. {n_classes - 1} are the classes")
    return labels.astype(np.int64)


def as_values(images: np.ndarray) -> np.ndarray:
    """Scale images to values in [0, 1], float32; floating point is in that range already."""
    return images / np.float32(255) if images.dtype == np.uint8 else images.astype(np.float32)


def split_validation(dataset: Dataset, share: float, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
    """Split a training set into what is trained on and what is chosen on.

    Raises
    ------
    DataError
        If a part would be empty.
    """
    n_validation = round(len(dataset) * share)
    if not 0 < n_validation < len(dataset):
        raise DataError(
            f"validation: a share of {share} of {len(dataset)} examples leaves a part empty; give more examples"
        )
    order = rng.permutation(len(dataset))
    return dataset.take(np.sort(order[n_validation:])), dataset.take(np.sort(order[:n_validation]))


def _apply(transform: Transform | None, value: _T) -> Any:
    return value if transform is None else transform(value)


def checked_values(images: np.ndarray, source: str) -> np.ndarray:
    """Give uint8 as it is, booleans and floating point as float32; DataError for all else or outside [0, 1]."""
    if images.dtype == np.bool_:
        return images.astype(np.float32)
    if images.dtype == np.uint8:
        if images.size and images.max() == 1:
            raise DataError(
                f"{source}: values of uint8 span {images.min()} .. 1, and 255 would be white; pass booleans, "
                "images > 0, or floating point"
            )
        return images
    if images.dtype.kind != "f":
        raise DataError(
            f"{source}: values are {images.dtype}; uint8, booleans, or floating point in [0, 1], are needed: "
            "divide by the largest that they can be"
        )
    low, high = images.min(), images.max()
    if not (low >= 0 and high <= 1):  # also false for not-a-number
        raise DataError(f"{source}: values span {low} .. {high}; [0, 1] is needed for floating point{_way(low, high)}")
    return images.astype(np.float32, copy=False)


def _way(low: float, high: float) -> str:
    """Say how to bring values into [0, 1]."""
    if not np.isfinite([low, high]).all():
        return ": replace what is no number"
    return ": add and divide until they lie there" if low < 0 else ", or uint8: divide by the largest that they can be"
