import numpy as np
import pytest

from spikeloom.interface import decide
from spikeloom.measure.accuracy import accuracy, compare, interval_95


def test_the_highest_mean_vote_wins_and_ties_go_to_the_lowest_class():
    decisions = decide(np.array([[5, 7, 6], [4, 4, 4], [0, 0, 0], [1, 3, 3]]), np.array([25, 25, 25]))
    assert decisions.classes.tolist() == [1, 0, 0, 1]
    assert decisions.tied.tolist() == [False, True, True, True]


def test_scores_are_means_where_classes_have_different_numbers_of_voters():
    assert decide(np.array([[5, 4]]), np.array([10, 5])).classes.tolist() == [1]


def test_a_class_without_voters_never_wins_over_one_with_votes():
    assert decide(np.array([[0, 1]]), np.array([0, 5])).classes.tolist() == [1]


def test_accuracy_is_the_share_of_matches():
    assert accuracy(np.array([0, 1, 2, 2]), np.array([0, 1, 2, 0])) == 0.75


def test_the_interval_is_wilsons():
    # published example: 81 of 263 gives 0.2553 to 0.3662 (Newcombe, Statistics in Medicine 17, 1998, table I)
    assert interval_95(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    low, high = interval_95(1.0, 10_000)
    assert (low, high) == pytest.approx((0.99962, 1.0), abs=1e-5)


def test_figures_whose_intervals_overlap_are_level():
    paper = (0.9942, 10_000)
    assert compare((0.9944, 10_000), paper) == "level with"
    assert compare((0.9624, 10_000), (0.927, 10_000)) == "above"
    assert compare((0.9527, 10_000), paper) == "below"
