"""Frames, codings and readouts against values worked by hand; the record refuses what makes no sense."""

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from programs import shown
from spikeloom.errors import ProgramError
from spikeloom.interface import (
    Bernoulli,
    Dithered,
    Interface,
    Moved,
    Presentation,
    Readout,
    Still,
    Stream,
    Thermometer,
    Threshold,
)
from spikeloom.interface.delays import delayed
from spikeloom.interface.preparation import Preparation

GREY = np.array([[0.0, 0.2, 0.5, 0.9]], np.float32)


@pytest.mark.parametrize(
    ("coding", "expected"),
    [
        (Bernoulli(), [0.0, 0.2, 0.5, 0.9]),
        (Threshold(), [0, 0, 1, 1]),
        (Threshold(at=0.9), [0, 0, 0, 1]),
        # thresholds 1/4 and 3/4; the levels of a value lie beside each other
        (Thermometer(levels=2), [0, 0, 0, 0, 1, 0, 1, 1]),
        (Thermometer(levels=2, thresholds=(0.1, 0.5)), [0, 0, 1, 0, 1, 1, 1, 1]),
        # a pattern of one row and two columns over 2 x 2 values
        (Dithered(thresholds=((0.1, 0.95),)), [0, 0, 1, 0]),
        (Dithered(thresholds=(((0.1, 0.3), (0.2, 0.95)),)), [0, 0, 1, 0, 1, 1, 1, 0]),
        (Dithered(thresholds=((0.1,), (0.6,))), [0, 1, 0, 1]),
    ],
)
def test_a_coding_worked_by_hand_in_numpy_and_in_torch(coding, expected):
    given = coding.probabilities(GREY, (2, 2, 1))
    assert given.dtype == np.float32
    assert given[0].tolist() == pytest.approx(expected)
    assert len(given[0]) == 4 * coding.width
    in_torch = coding.probabilities(torch.from_numpy(GREY), (2, 2, 1))
    assert in_torch.dtype == torch.float32
    assert in_torch.numpy().tolist() == given.tolist()


@pytest.mark.parametrize(
    ("thresholds", "message"),
    [
        ([[0.1, 0.2], [0.3]], "rows of as many pixels"),
        ([[[0.1, 0.2], [0.3]]], "pixels of as many levels"),
        ([[[0.3, 0.2]]], "each must be above the one before"),
        ([[0.0]], "greater than 0"),
    ],
)
def test_patterns_that_are_none_are_refused(thresholds, message):
    with pytest.raises(ValueError, match=message):
        Dithered(thresholds=thresholds)


def test_a_delayed_line_shows_what_lies_so_many_ticks_back_within_its_example():
    by_tick = np.array([[1], [2], [3], [10], [20], [30]])  # two examples of three ticks
    expected = [[1, 0, 0], [2, 1, 0], [3, 2, 1], [10, 0, 0], [20, 10, 0], [30, 20, 10]]
    assert delayed(by_tick, 3, (0, 1, 2)).tolist() == expected
    assert delayed(torch.from_numpy(by_tick), 3, (0, 1, 2)).tolist() == expected
    assert delayed(np.array([[1, 5], [2, 6]]), 2, (0, 1)).tolist() == [[1, 0, 5, 0], [2, 1, 6, 5]]


def test_delays_that_reach_beyond_an_example_or_do_not_rise_are_refused():
    with pytest.raises(ProgramError, match=r"delays reach back 2 ticks, and an example lasts 2"):
        shown((4, 4, 1), frames=Stream(frames=2), delays=(0, 2))
    with pytest.raises(ValueError, match=r"delays \[2, 0\]: each must be above the one before"):
        Presentation(frames=Stream(frames=4), delays=(2, 0))


def test_a_stream_shows_its_frames_one_after_another():
    values = np.arange(12, dtype=np.float32).reshape(2, 6)  # two examples of three frames of two values
    rows, lasting = Stream(frames=3, ticks=2).rows(values, (1, 2, 1))
    assert (rows.tolist(), lasting) == ([[0, 1], [2, 3], [4, 5], [6, 7], [8, 9], [10, 11]], 2)
    assert (Stream(frames=3, ticks=2).n_ticks, Still(ticks=4).n_ticks, Moved(shifts=((0, 0), (1, 0))).n_ticks) == (
        6,
        4,
        2,
    )


def test_votes_of_skipped_ticks_do_not_count():
    by_tick = np.array([[9, 0], [1, 2], [3, 4], [9, 9], [5, 6], [7, 8]])  # two examples of three ticks
    readout = Readout(skip=1)
    assert readout.votes(by_tick, 3).tolist() == [[4, 6], [12, 14]]
    assert readout.voters(np.array([0, 0, 1]), 2, 3).tolist() == [4, 2]


def test_a_record_comes_back_from_its_json_as_it_was():
    interface = shown((4, 4, 2), coding=Thermometer(levels=3), frames=Stream(frames=5), reset=True)
    assert Interface(**interface.model_dump(mode="json")) == interface
    assert (interface.n_values, interface.coded_shape) == (5 * 32, (4, 4, 6))
    assert (interface.decided_after, interface.period) == (6, 6)
    assert Presentation(coding="threshold").coding == Threshold()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"coding": "fax"}, "interface: coding"),
        ({"coding": Thermometer(levels=2), "latency": 0}, "latency = 0"),
        ({"frames": {"name": "moved", "shifts": []}}, r"interface: frames\.shifts"),
        ({"coding": {"name": "thermometer", "levels": 0}}, r"interface: coding\.levels = 0"),
        ({"frames": Stream(frames=2**16, ticks=2)}, "131,072 ticks an example; at most 65,536 are allowed"),
        ({"readout": Readout(skip=1)}, "readout.skip is 1 of 1 ticks an example; at least one tick must count"),
        ({"colour": 1}, "colour: there is no such key"),
    ],
)
def test_what_makes_no_sense_is_named(values, message):
    whole = {"value_shape": (2, 2, 1), "class_names": ("a", "b"), "latency": 1}
    with pytest.raises(ProgramError, match=message):
        Interface(**whole | values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"size": [True, 2]}, "size = true: true and false are no numbers"),
        ({"ticks": 10**400}, "ticks: a number of 1329 bits"),
        ({"size": [1, -(2**63)]}, "size: a number of 64 bits"),
    ],
)
def test_truth_values_and_endless_numbers_are_none_wherever_they_stand(values, message):
    with pytest.raises(ValidationError, match=message):
        Preparation(**values)
