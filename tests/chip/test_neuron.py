"""Each case is worked by hand from the equations in Cassidy et al. 2013."""

import numpy as np
import pytest

from programs import one_neuron
from spikeloom.chip.neuron import memoryless, neurons, stochastic
from spikeloom.errors import ProgramError
from spikeloom.simulation import run


def potentials_and_spikes(inputs: str, potential: int = 0, **parameters: object) -> tuple[list[int], list[int]]:
    """Run one neuron on a line of 0s and 1s."""
    program = one_neuron(potential, **parameters)
    spikes = np.array([[letter == "1"] for letter in inputs])
    record = run(program, spikes, record=[0], backend="reference")
    return record.potentials[:, 0, 0].tolist(), record.outputs[:, 0].astype(int).tolist()


def test_input_adds_the_strength_of_the_axons_type():
    assert potentials_and_spikes("101", strengths=(3, 9, 9, 9), threshold=100) == ([3, 3, 6], [0, 0, 0])


def test_leak_is_added_before_the_threshold():
    assert potentials_and_spikes("11", strengths=(4, 0, 0, 0), leak=1, threshold=5) == ([0, 0], [1, 1])


def test_a_spike_needs_the_threshold_itself_and_no_more():
    assert potentials_and_spikes("1", strengths=(5, 0, 0, 0), threshold=5)[1] == [1]
    assert potentials_and_spikes("1", strengths=(4, 0, 0, 0), threshold=5)[1] == [0]


def test_reset_to_value_forgets_what_was_above_the_threshold():
    got = potentials_and_spikes("10", strengths=(9, 0, 0, 0), threshold=5, reset_mode=0, reset=3)
    assert got == ([3, 3], [1, 0])


def test_reset_by_threshold_keeps_what_was_above_it():
    got = potentials_and_spikes("10", strengths=(12, 0, 0, 0), threshold=5, reset_mode=1)
    assert got == ([7, 2], [1, 1])


def test_without_reset_the_potential_stays_and_the_neuron_keeps_spiking():
    assert potentials_and_spikes("10", strengths=(9, 0, 0, 0), threshold=5, reset_mode=2) == ([9, 9], [1, 1])


def test_saturation_below_stops_at_minus_the_negative_threshold():
    got = potentials_and_spikes("11", strengths=(-9, 0, 0, 0), threshold=5, negative_threshold=4, saturate=True)
    assert got == ([-4, -4], [0, 0])


@pytest.mark.parametrize(("mode", "expected"), [(0, -3), (1, -5), (2, -9)])
def test_below_the_negative_threshold_each_reset_mode_does_its_own(mode, expected):
    got = potentials_and_spikes(
        "1", strengths=(-9, 0, 0, 0), threshold=5, negative_threshold=4, saturate=False, reset_mode=mode, reset=3
    )
    assert got == ([expected], [0])


def test_the_negative_threshold_itself_is_not_below_it():
    got = potentials_and_spikes(
        "1", strengths=(-4, 0, 0, 0), threshold=5, negative_threshold=4, saturate=False, reset=3
    )
    assert got == ([-4], [0])


def test_leak_reversal_turns_the_leak_with_the_potentials_sign():
    pull = {"leak": -2, "leak_reversal": True, "threshold": 100, "negative_threshold": 100}
    assert potentials_and_spikes("000", potential=5, **pull)[0] == [3, 1, -1]
    assert potentials_and_spikes("000", potential=-5, **pull)[0] == [-3, -1, 1]


def test_leak_reversal_leaves_a_potential_of_zero_alone():
    assert potentials_and_spikes("00", leak=7, leak_reversal=True, threshold=100)[0] == [0, 0]


def test_the_potential_saturates_at_twenty_bits():
    up = potentials_and_spikes("0", potential=2**19 - 1, leak=255, threshold=2**18 - 1, reset_mode=2)
    assert up == ([524287], [1])
    below = {"threshold": 1, "negative_threshold": 1, "saturate": False, "reset_mode": 2}
    assert potentials_and_spikes("0", potential=-(2**19), leak=-255, **below) == ([-524288], [0])


def test_saturation_after_the_integration_loses_what_the_leak_cannot_bring_back():
    # 524,280 + 255 saturates at 524,287 before the leak of -255 takes it to 524,032
    got = potentials_and_spikes(
        "1", potential=524_280, strengths=(255, 0, 0, 0), leak=-255, threshold=2**18 - 1, reset_mode=2
    )
    assert got[0] == [524_032]


def test_a_stochastic_strength_adds_its_sign_with_its_magnitude_plus_one_in_256():
    n = 4_000
    got, _ = potentials_and_spikes(
        "1" * n, strengths=(-63, 0, 0, 0), stochastic_synapse=(True, False, False, False), negative_threshold=2**18 - 1
    )
    # 64 of the 256 values of rho are at most 63; the standard error is 0.007
    assert -got[-1] / n == pytest.approx(64 / 256, abs=0.03)


def test_a_stochastic_leak_adds_its_sign_with_its_magnitude_plus_one_in_256():
    n = 4_000
    got, _ = potentials_and_spikes("0" * n, leak=127, stochastic_leak=True, threshold=2**18 - 1)
    assert got[-1] / n == pytest.approx(128 / 256, abs=0.03)


def test_a_random_threshold_rises_by_up_to_its_mask():
    # potential 10 against 8 + (0 .. 7): a spike needs a mask draw of 0, 1 or 2
    n = 4_000
    _, spikes = potentials_and_spikes("0" * n, potential=10, threshold=8, mask_bits=3, reset_mode=2)
    assert np.mean(spikes) == pytest.approx(3 / 8, abs=0.03)


def test_a_stochastic_zero_adds_nothing():
    assert stochastic(np.array([0]), np.array([True]), np.array([0])).tolist() == [0]


def test_the_memoryless_neuron_spikes_exactly_when_its_sum_is_positive_and_forgets():
    parameters = {name: array[0] for name, array in memoryless(np.array([[3, 0, 0, 0]]), np.array([-2])).items()}
    assert potentials_and_spikes("1011", **parameters) == ([0, 0, 0, 0], [1, 0, 1, 1])
    at_zero = {name: array[0] for name, array in memoryless(np.array([[2, 0, 0, 0]]), np.array([-2])).items()}
    assert potentials_and_spikes("11", **at_zero) == ([0, 0], [0, 0])


def test_an_unknown_parameter_is_refused_by_name():
    with pytest.raises(ProgramError, match="no parameter threshhold; there are strengths"):
        neurons((1,), threshhold=3)
