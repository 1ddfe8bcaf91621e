"""Classify images one by one: the class, the votes, and the activity that each cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spikeloom.chip.paths import why_not_streaming
from spikeloom.chip.program import ChipProgram
from spikeloom.data.datasets import Dataset, as_values, checked_values
from spikeloom.deployment.deploy import deploy
from spikeloom.errors import DataError
from spikeloom.interface import Interface
from spikeloom.measure.activity import Activity
from spikeloom.measure.votes import Votes, count_votes, interface_needed
from spikeloom.network.learned import LearnedNetwork

PREDICTING_MEMBERS = 16
"""Sampled copies that vote on an image of the user's own, where they differ and none are asked for."""


@dataclass(frozen=True)
class Prediction:
    """What a program makes of one image; `votes` are shares of each class's most possible votes."""

    class_name: str
    votes: dict[str, float]
    tied: bool
    activity: Activity


def predict(
    model: LearnedNetwork | ChipProgram,
    images: Iterable[np.ndarray],
    members: int | None = None,
    seed: int = 0,
    *,
    backend: str = "fast",
    threads: int = 0,
) -> list[Prediction]:
    """Classify images, each as if it were alone; the same image and seed always give the same votes.

    Parameters
    ----------
    model : LearnedNetwork or ChipProgram
        A network is sampled by `program_to_predict`; a program has an interface.
    images : iterable of (n_values,) or (rows, columns, channels), or one array of many
        Floating point in [0, 1], uint8, or booleans.
    members : int, optional
        Of a network; a program has those it was deployed with.
    threads : int
        Processor cores to use; 0 takes all that this process may.

    Raises
    ------
    ProgramError
        If the program has no interface, or the back end cannot run it.
    DataError
        If an image does not have the values that the program reads, or any outside [0, 1].
    """
    program = program_to_predict(model, members, seed)
    interface = interface_needed(program)
    shown = checked_images(images, interface)
    if not len(shown):
        return []
    # a program that remembers would see the images before; without a reset each is a run of its own
    alone = why_not_streaming(program) is not None and not interface.reset
    pieces = [shown[n : n + 1] for n in range(len(shown))] if alone else [shown]
    return [
        prediction
        for piece in pieces
        for prediction in _predictions(_votes(program, piece, seed, backend, threads), interface)
    ]


def program_to_predict(model: LearnedNetwork | ChipProgram, members: int | None = None, seed: int = 0) -> ChipProgram:
    """Give the program that classifies: of a network `PREDICTING_MEMBERS`, or one where all would be alike."""
    if isinstance(model, LearnedNetwork) and members is None:
        members = 1 if model.is_certain else PREDICTING_MEMBERS
    return deploy(model, members, seed)


def checked_images(images: Iterable[Any], interface: Interface) -> np.ndarray:
    """Give images as the program reads them, (n, n_values) float32 in [0, 1]; DataError names one that does not fit."""
    if isinstance(images, Dataset):
        images = images.images
    if isinstance(images, str | Path) or (
        isinstance(images, Sequence) and images and isinstance(images[0], str | Path)
    ):
        raise DataError("images: are names of files; pass arrays, or use: spikeloom predict MODEL FILE...")
    if isinstance(images, np.ndarray) and len(images):
        if images.shape in _shapes(interface) and images.shape not in _many(interface, len(images)):
            raise DataError("images: is one image; pass several, or [image]")
        return _values(images, "images", interface)
    values = [_values(_array(image, f"image {n}")[None], f"image {n}", interface) for n, image in enumerate(images)]
    return np.concatenate(values) if values else np.zeros((0, interface.n_values), np.float32)


def _array(image: Any, part: str) -> np.ndarray:
    """Give an image as an array, a picture of Pillow's or a tensor too."""
    try:
        return np.asarray(image)
    except (TypeError, ValueError, RuntimeError) as error:
        raise DataError(f"{part}: a {type(image).__name__} that is no array ({error}); pass a NumPy array") from error


def _shapes(interface: Interface) -> list[tuple[int, ...]]:
    """Give the shapes that an image may have: of its values, without its one channel, or flat."""
    frames = () if interface.frames.n_frames == 1 else (interface.frames.n_frames,)
    whole = (*frames, *interface.value_shape)
    return [whole, (interface.n_values,), *([whole[:-1]] if whole[-1] == 1 else [])]


def _many(interface: Interface, n: int) -> list[tuple[int, ...]]:
    return [(n, *shape) for shape in _shapes(interface)]


def _values(images: np.ndarray, part: str, interface: Interface) -> np.ndarray:
    """Give images (n, ...) of a shape that the program reads, checked, as (n, n_values) float32 in [0, 1]."""
    if images.shape not in _many(interface, len(images)):
        found, wanted = (" x ".join(map(str, shape)) for shape in (images.shape[1:], _shapes(interface)[0]))
        raise DataError(f"{part}: {found or 'one'} values; the program reads {wanted}, channels last, or them flat")
    return as_values(checked_values(images, part)).reshape(len(images), -1)


def _votes(program: ChipProgram, values: np.ndarray, seed: int, backend: str, threads: int) -> Votes:
    # every image is number 0 of its own data set: its draws do not depend on those beside it
    numbers = np.zeros(len(values), np.int64)
    return count_votes(program, values, seed, backend=backend, threads=threads, numbers=numbers, each=True)


def _predictions(counted: Votes, interface: Interface) -> list[Prediction]:
    decided, names = counted.decisions, interface.class_names
    shares = np.round(decided.shares, 4).tolist()
    return [
        Prediction(names[label], dict(zip(names, votes, strict=True)), tied, Activity(1, *activity))
        for label, votes, tied, activity in zip(
            decided.classes.tolist(), shares, decided.tied.tolist(), counted.by_example.tolist(), strict=True
        )
    ]
