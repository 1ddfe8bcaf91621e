import math
from dataclasses import replace

import numpy as np
import pytest

from programs import stripes, tiny_network
from spikeloom.interface import Moved, Readout
from spikeloom.network.forward import any_spikes, class_means, spike_probabilities
from spikeloom.network.learned import Convention


def test_a_spike_probability_worked_by_hand():
    network = tiny_network()
    layer = network.layers[0]
    values = np.full((1, 64), 0.5, np.float32)
    axons = [axon for axon in range(256) if layer.sources[1, axon, 0] >= 0]
    mean = float(layer.biases[1, 3])
    variance = 0.0
    for axon in axons:
        on = 0.5 * float(layer.probabilities[1, axon, 3])
        strength = int(layer.strengths[1, 3, layer.axon_types[1, axon]])
        mean += on * strength
        variance += on * (1 - on) * strength**2
    z = (mean - 0.5) / math.sqrt(variance + 0.01)
    expected = 0.5 * math.erfc(-z / math.sqrt(2))
    got = spike_probabilities(layer, Convention(boundary=0.5, variance_floor=0.01), values)
    assert got[0, 256 + 3] == pytest.approx(expected, abs=1e-5)


def test_a_blank_window_without_bias_stays_silent_at_one_half_and_not_at_zero():
    layer = tiny_network().layers[0]
    layer.biases[:] = 0
    blank = np.zeros((1, 64), np.float32)
    assert spike_probabilities(layer, Convention(boundary=0.5), blank).max() < 1e-6
    assert spike_probabilities(layer, Convention(boundary=0.0), blank).min() == 0.5


def test_class_means_are_means_over_the_classes_neurons():
    network = tiny_network()
    values = stripes(6).values
    for layer in network.layers:
        values = spike_probabilities(layer, network.convention, values)
    expected = [values[:, network.classes == label].mean(1) for label in range(3)]
    assert np.allclose(class_means(network, stripes(6).values), np.transpose(expected), atol=1e-6)


def test_means_are_of_the_ticks_whose_votes_count():
    network, values = tiny_network(), stripes(6).values
    frames = Moved(shifts=((8, 8), (0, 0)))  # the first look sees nothing
    interface = network.interface.model_copy(update={"frames": frames, "readout": Readout(skip=1)})
    assert np.allclose(class_means(replace(network, interface=interface), values), class_means(network, values))


def test_an_axon_that_neurons_share_spikes_when_any_of_them_does():
    assert any_spikes(np.array([[0.5, 0.2, 0.0]])) == pytest.approx(1 - 0.5 * 0.8)
    assert any_spikes(np.array([[0.3]])) == pytest.approx(0.3)
