"""A data set: images with labels, checked; and its split into what is trained on and what is chosen on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from spikeloom.errors import DataError

Transform = Callable[[Any], Any]

MAX_CLASSES = 65_536  # more than the neurons of a chip's last layer can vote for, and a guard against nonsense

_T = TypeVar("_T")


@dataclass(frozen=True)
class Dataset:
    """Images of rows x columns (x channels) with a label each.

    images : (n, rows, columns, channels) uint8, or float32 in [0, 1]; (n, frames, rows, columns, channels) where an
        example is a sequence of frames
    labels : (n,) int64
    class_names : one name a class
    transform, target_transform : applied by indexing alone, as torchvision does
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]
    transform: Transform | None = field(default=None, compare=False)
    target_transform: Transform | None = field(default=None, compare=False)

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
    def n_frames(self) -> int:
        """Frames of an example; 1 of an image."""
        return self.images.shape[1] if self.images.ndim == 5 else 1

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

    def take(self, indices: np.ndarray | slice) -> Dataset:
        """Give the examples at these indices."""
        return Dataset(
            self.images[indices], self.labels[indices], self.class_names, self.transform, self.target_transform
        )


def from_arrays(
    images: np.ndarray,
    labels: np.ndarray,
    class_names: Sequence[str] | None = None,
    transform: Transform | None = None,
    target_transform: Transform | None = None,
    *,
    source: str = "arrays",
) -> Dataset:
    """Give a data set of arrays, checked.

    Parameters
    ----------
    images : (n, rows, columns), (n, rows, columns, channels) or (n, frames, rows, columns, channels)
        uint8, or floating point in [0, 1].
    labels : (n,) of integers from 0
    class_names : sequence of str, optional
        Numbers as names by default, as many as the largest label asks for.

    Raises
    ------
    DataError
        If the arrays do not fit each other, or hold values that are not allowed.
    """
    images, labels = np.asarray(images), np.asarray(labels)
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim not in (4, 5) or 0 in images.shape:
        raise DataError(
            f"{source}: images have shape {images.shape}; (n, rows, columns) or (n, rows, columns, channels) is "
            "needed, or (n, frames, rows, columns, channels) for sequences of frames"
        )
    if labels.shape != (len(images),):
        raise DataError(
            f"{source}: {len(images)} images but labels of shape {labels.shape}; one label an image is needed"
        )
    if labels.dtype.kind not in "iu":
        raise DataError(f"{source}: labels are {labels.dtype}; whole numbers from 0 are needed")
    if class_names is not None and np.ndim(class_names) != 1:
        raise DataError(f"{source}: class names have {np.ndim(class_names)} dimensions; a list of names is needed")
    n_classes = int(labels.max()) + 1 if class_names is None else len(class_names)
    if n_classes > MAX_CLASSES:
        raise DataError(f"{source}: label {n_classes - 1}; whole numbers from 0 to {MAX_CLASSES - 1} are labels")
    names = tuple(str(name) for name in (range(n_classes) if class_names is None else class_names))
    wrong = np.flatnonzero((labels < 0) | (labels >= n_classes))
    if len(wrong):
        raise DataError(
            f"{source}: label {labels[wrong[0]]} of example {wrong[0]}; 0 .. {n_classes - 1} are the classes"
        )
    return Dataset(checked_values(images, source), labels.astype(np.int64), names, transform, target_transform)


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
    """Give uint8 as it is and floating point as float32; DataError for anything else or outside [0, 1]."""
    if images.dtype == np.uint8:
        return images
    if images.dtype.kind != "f":
        raise DataError(f"{source}: values are {images.dtype}; uint8, or floating point in [0, 1], is needed")
    low, high = images.min(), images.max()
    if not (low >= 0 and high <= 1):  # also false for not-a-number
        raise DataError(f"{source}: values span {low} .. {high}; [0, 1] is needed for floating point, or uint8")
    return images.astype(np.float32)
