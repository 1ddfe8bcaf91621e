import numpy as np
import pytest

from programs import tiny_network
from spikeloom.deployment.sample import integer_leaks, sample_crossbars
from spikeloom.randomness.streams import synapse_generator


def test_each_rounding_makes_the_leak_it_says():
    biases = np.array([-1.6, -0.5, 0.4, 0.5, 1.6, 400.0], np.float32)
    assert integer_leaks(biases, "trunc").tolist() == [-1, 0, 0, 0, 1, 255]
    assert integer_leaks(biases, "ceil").tolist() == [-1, 0, 1, 1, 2, 255]
    assert integer_leaks(biases, "nearest").tolist() == [-2, 0, 0, 0, 2, 255]


def test_synapses_are_on_with_their_probability():
    layer = tiny_network().layers[1]
    n = 400
    rng = np.random.default_rng(0)
    share = np.mean([sample_crossbars(layer, rng)[0, :8, :8] for _ in range(n)], axis=0)
    error = np.sqrt(layer.probabilities[0, :8, :8] * (1 - layer.probabilities[0, :8, :8]) / n)
    assert (abs(share - layer.probabilities[0, :8, :8]) < 4.5 * error + 1e-9).all()


def test_probabilities_of_zero_and_one_are_certain():
    layer = tiny_network().layers[1]
    layer.probabilities[0, :2] = [[0.0], [1.0]]
    crossbar = sample_crossbars(layer, np.random.default_rng(0))[0]
    assert not crossbar[0].any()
    assert crossbar[1].all()


def test_members_and_seeds_draw_apart():
    draws = {synapse_generator(seed, member).random() for seed in range(3) for member in range(3)}
    assert len(draws) == 9
    assert synapse_generator(1, 2).random() == pytest.approx(synapse_generator(1, 2).random())
