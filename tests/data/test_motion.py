"""Digits that drift: the rule by hand, and that one frame says nothing of the direction."""

import numpy as np

from spikeloom.data import load_dataset
from spikeloom.data.motion import DIRECTIONS, moving

TEST = load_dataset("moving-mnist", "test")


def test_every_frame_is_the_one_before_moved_by_a_pixel_in_its_direction():
    steps = {"north": (-1, 0), "south-east": (1, 1), "west": (0, -1)}
    for name, step in steps.items():
        clips = TEST.images[TEST.labels == DIRECTIONS.index(name)][:50, ..., 0]
        assert np.array_equal(np.roll(clips[:, :-1], step, (2, 3)), clips[:, 1:])


def test_the_data_are_the_same_everywhere():
    digits = load_dataset("mnist", "test")
    assert moving(digits, 1).fingerprint == TEST.fingerprint
    assert TEST.fingerprint.startswith("12e57ff9ec6b8d15")


def test_one_frame_says_nothing_of_the_direction():
    # the mean picture of each direction in any frame is flat but for chance: about 1,250 digits a direction
    means = np.stack([TEST.images[TEST.labels == label][:, 5, ..., 0].mean(0) for label in range(8)])
    assert abs(means - means.mean()).max() < 6 * means.mean() / np.sqrt(1_250 * 0.2)
