"""Classify single images: the class, the votes, and the activity that they cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.data.datasets import as_values, checked_values
from spikeloom.measure.activity import Activity
from spikeloom.measure.votes import count_votes, interface_needed


@dataclass(frozen=True)
class Prediction:
    """What a program makes of one image; `votes` are shares of each class's most possible votes."""

    class_name: str
    votes: dict[str, float]
    tied: bool
    activity: Activity


def predict(
    program: ChipProgram, images: Iterable[np.ndarray], seed: int = 0, *, backend: str = "fast"
) -> list[Prediction]:
    """Classify images one by one; the same image and seed always give the same votes.

    Parameters
    ----------
    program : ChipProgram
        With an interface.
    images : iterable of (n_values,) or (rows, columns, channels)
        Floating point in [0, 1], or uint8.

    Raises
    ------
    ProgramError
        If the program has no interface, or the back end cannot run it.
    DataError
        If an image does not have the values that the program reads, or any outside [0, 1].
    """
    values = [as_values(checked_values(np.asarray(image), f"image {n}")) for n, image in enumerate(images)]
    return [_predict_one(program, image.reshape(1, -1), seed, backend) for image in values]


def _predict_one(program: ChipProgram, values: np.ndarray, seed: int, backend: str) -> Prediction:
    names = interface_needed(program).class_names
    counted = count_votes(program, values, seed, backend=backend)
    decided = counted.decisions
    return Prediction(
        class_name=names[int(decided.classes[0])],
        votes={name: round(float(share), 4) for name, share in zip(names, decided.shares[0], strict=True)},
        tied=bool(decided.tied[0]),
        activity=counted.activity,
    )
