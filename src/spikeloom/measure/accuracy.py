"""From decisions to accuracy, with an interval for what the test set leaves open."""

from __future__ import annotations

import math

import numpy as np

Z_95 = 1.959963984540054  # the normal distribution's 97.5 % point


def accuracy(decided: np.ndarray, labels: np.ndarray) -> float:
    """Give the share of decisions that match the labels."""
    return float((decided == labels).mean())


def confusion_of(labels: np.ndarray, decided: np.ndarray, n_classes: int) -> np.ndarray:
    """Give how often each label was decided as which class, (n_classes, n_classes) int64."""
    counts = np.zeros((n_classes, n_classes), np.int64)
    np.add.at(counts, (labels, decided), 1)
    return counts


def interval_95(accuracy: float, n_images: int) -> tuple[float, float]:
    """Give the 95 % interval of an accuracy measured on `n_images` images, by Wilson's score.

    It says how far another test set of this size could differ; draws of the network are beside the point here.
    Source: E. B. Wilson, JASA 22, 1927.
    """
    # Wilson's interval stays inside [0, 1] and is right near 1, where the normal one is not: E. B. Wilson, JASA 22,
    # 1927
    z2 = Z_95**2 / n_images
    centre = (accuracy + z2 / 2) / (1 + z2)
    half = Z_95 / (1 + z2) * math.sqrt(accuracy * (1 - accuracy) / n_images + z2 / (4 * n_images))
    return centre - half, centre + half


def compare(ours: tuple[float, int], theirs: tuple[float, int]) -> str:
    """Say how an accuracy stands beside another: "above" or "below" it, or "level with" it where intervals overlap.

    Parameters
    ----------
    ours, theirs : (float, int)
        Accuracy, and the number of images it was measured on.
    """
    (low, high), (other_low, other_high) = interval_95(*ours), interval_95(*theirs)
    if low > other_high:
        return "above"
    return "below" if high < other_low else "level with"
