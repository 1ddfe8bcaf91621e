"""From votes to accuracy, with an interval for what the test set leaves open."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

Z_95 = 1.959963984540054  # the normal distribution's 97.5 % point


@dataclass(frozen=True)
class Decisions:
    """What an ensemble decides.

    classes : (n_images,) int64
    tied : (n_images,) bool
        Whether two classes shared the highest score; the lowest class then wins.
    """

    classes: np.ndarray
    tied: np.ndarray


def decide(votes: np.ndarray, voters: np.ndarray) -> Decisions:
    """Decide for the class with the highest mean vote; ties go to the lowest class.

    Parameters
    ----------
    votes : (n_images, n_classes) int
        Spikes of each class's output lines.
    voters : (n_classes,) int
        Output lines of each class, times ticks per image.
    """
    scores = votes / np.maximum(voters, 1)
    return Decisions(scores.argmax(1), (scores == scores.max(1, keepdims=True)).sum(1) > 1)


def accuracy(decided: np.ndarray, labels: np.ndarray) -> float:
    """Give the share of decisions that match the labels."""
    return float((decided == labels).mean())


def interval_95(accuracy: float, n_images: int) -> tuple[float, float]:
    """Give the 95 % interval of an accuracy measured on `n_images` images, by Wilson's score.

    It says how far another test set of this size could differ; draws of the network are beside the point here.
    Source: E. B. Wilson, JASA 22, 1927.
    """
    z2 = Z_95**2 / n_images
    centre = (accuracy + z2 / 2) / (1 + z2)
    half = Z_95 / (1 + z2) * math.sqrt(accuracy * (1 - accuracy) / n_images + z2 / (4 * n_images))
    return centre - half, centre + half
