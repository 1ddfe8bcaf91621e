"""Whether one model decides better than another, on the very same images: McNemar's exact test.

Images that both decide alike say nothing of which is better; of those that one alone decides right, half would be the
one's if neither were. Source: McNemar 1947; exact by the binomial distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from spikeloom.errors import DataError
from spikeloom.measure.by_image import ByImage
from spikeloom.value import Value

SURE = 0.05
"""Probability below which a difference is taken for one."""


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Value):
    """Two models on the same images; counts of images.

    both_right, only_first, only_second, both_wrong : int
    p : probability of a difference at least as large, if neither were better
    """

    both_right: int
    only_first: int
    only_second: int
    both_wrong: int
    p: float

    @property
    def images(self) -> int:
        """Images that both decided."""
        return self.both_right + self.only_first + self.only_second + self.both_wrong

    @property
    def accuracies(self) -> tuple[float, float]:
        """Share of images that the first and that the second decides right."""
        return (self.both_right + self.only_first) / self.images, (self.both_right + self.only_second) / self.images

    @property
    def verdict(self) -> str:
        """How the first stands to the second: "better than", "worse than" or "level with" it."""
        if self.p >= SURE:
            return "level with"
        return "better than" if self.only_first > self.only_second else "worse than"


def compare_decisions(first: ByImage, second: ByImage) -> Comparison:
    """Compare what two models decided of the same images.

    Raises
    ------
    DataError
        If the images are not the same.
    """
    if not np.array_equal(first.labels, second.labels):
        raise DataError("comparison: the two were shown other images; show both the same data set, with --dataset")
    right, also = first.decided == first.labels, second.decided == second.labels
    only_first, only_second = int((right & ~also).sum()), int((~right & also).sum())
    differing = only_first + only_second
    p = float(binomtest(only_first, differing).pvalue) if differing else 1.0
    return Comparison(int((right & also).sum()), only_first, only_second, int((~right & ~also).sum()), p)
