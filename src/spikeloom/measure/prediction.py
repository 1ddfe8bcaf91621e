"""Classify single images: the class, the votes, and the activity that they cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from spikeloom.chip.program import ChipProgram
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
    images : iterable of (n_values,) or (rows, columns, channels) float32
        In [0, 1].

    Raises
    ------
    ProgramError
        If the program has no interface, or the back end cannot run it.
    DataError
        If an image does not have the values that the program reads.
    """
    return [_predict_one(program, image.reshape(1, -1), seed, backend) for image in images]


def _predict_one(program: ChipProgram, values: np.ndarray, seed: int, backend: str) -> Prediction:
    names = interface_needed(program).class_names
    counted = count_votes(program, values, seed, backend=backend)
    shares = counted.votes[0] / counted.voters.clip(1)
    return Prediction(
        class_name=names[int(counted.decisions.classes[0])],
        votes={name: round(float(share), 4) for name, share in zip(names, shares, strict=True)},
        tied=bool(counted.decisions.tied[0]),
        activity=counted.activity,
    )
