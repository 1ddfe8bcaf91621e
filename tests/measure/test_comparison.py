"""McNemar's test by hand: of discordant images, the chance of a split at least as uneven."""

import numpy as np
import pytest

from spikeloom.errors import DataError
from spikeloom.measure.by_image import ByImage
from spikeloom.measure.comparison import compare_decisions


def decided(right: list[bool]) -> ByImage:
    n = len(right)
    labels = np.zeros(n, np.int64)
    classes = np.where(right, 0, 1)
    return ByImage(("a", "b"), labels, classes, np.zeros((n, 2)), np.zeros(n, bool), np.zeros(n))


def test_the_split_of_discordant_images_is_tested_exactly():
    # 8 images: both right 1, A alone 5, B alone 1, both wrong 1; two-sided binomial of 6: 2 (1 + 6) / 64
    found = compare_decisions(
        decided([True, True, True, True, True, True, False, False]),
        decided([True, False, False, False, False, False, True, False]),
    )
    assert (found.both_right, found.only_first, found.only_second, found.both_wrong) == (1, 5, 1, 1)
    assert found.p == pytest.approx(2 * 7 / 64)
    assert (found.verdict, found.accuracies) == ("level with", (6 / 8, 2 / 8))


def test_an_uneven_split_of_many_is_a_difference_either_way():
    first, second = decided([True] * 20 + [False]), decided([False] * 20 + [True])
    assert compare_decisions(first, second).verdict == "better than"
    assert compare_decisions(second, first).verdict == "worse than"


def test_two_that_decide_alike_are_level_and_other_images_are_refused():
    assert compare_decisions(decided([True, False]), decided([True, False])).p == 1.0
    with pytest.raises(DataError, match="the two were shown other images"):
        compare_decisions(decided([True]), decided([True, True]))
