import numpy as np

from programs import TINY, tiny_network
from spikeloom.network.initial import deal_classes
from spikeloom.network.quantise import quantise
from spikeloom.network.topology import Topology, Windows


def test_every_neurons_strengths_sum_to_zero_and_each_order_is_used_evenly():
    for layer in tiny_network().layers:
        assert not layer.strengths.sum(2).any()
        for core in layer.strengths:
            orders, counts = np.unique(core, axis=0, return_counts=True)
            assert len(orders) == 24
            assert set(counts) == {10, 11}


def test_each_core_has_64_axons_of_each_type():
    for layer in tiny_network().layers:
        assert all(np.bincount(types).tolist() == [64] * 4 for types in layer.axon_types)


def test_a_synapses_strength_is_that_of_its_axons_type():
    layer = tiny_network().layers[0]
    assert layer.synaptic_strengths[2, 5, 9] == layer.strengths[2, 9, layer.axon_types[2, 5]]


def test_spare_axons_start_without_synapses():
    layer = tiny_network().layers[0]
    assert not layer.probabilities[:, 16:].any()
    assert layer.probabilities[:, :16].mean() > 0.4


def test_classes_are_dealt_round_robin_and_all_get_the_same_number():
    assert deal_classes(TINY)[:4].tolist() == [0, 1, 2, 0]
    assert np.bincount(deal_classes(TINY) + 1).tolist() == [1, 85, 85, 85]
    two_cores = Topology((1, 2, 1), 10, (Windows((1, 1), (1, 1)),))
    assert np.bincount(deal_classes(two_cores) + 1).tolist() == [2, *[51] * 10]


def test_quantised_values_stay_where_they_are_when_quantised_again():
    once = quantise(tiny_network())
    twice = quantise(once)
    for before, after, first in zip(once.layers, twice.layers, tiny_network().layers, strict=True):
        assert np.array_equal(before.probabilities, after.probabilities)
        assert np.array_equal(before.biases, after.biases)
        assert abs(before.probabilities - first.probabilities).max() <= 0.5 / 255 + 1e-6


def test_the_same_seed_draws_the_same_network():
    one, other = tiny_network(4), tiny_network(4)
    assert np.array_equal(one.layers[1].sources, other.layers[1].sources)
    assert not np.array_equal(one.layers[1].sources, tiny_network(5).layers[1].sources)
