"""Axon types and strengths of a network before training."""

import numpy as np
import pytest

from programs import shown
from spikeloom.network.initial import initial_network
from spikeloom.network.learned import Convention
from spikeloom.network.topology import UNUSED, Topology, Windows


@pytest.mark.parametrize(("size", "repeats"), [(11, 2), (9, 3), (8, 4)])
def test_the_axons_of_one_value_have_different_types(size, repeats):
    topology = Topology((size, size, 1), 10, (Windows((size, size), (1, 1), repeats=repeats),))
    layer = initial_network(topology, shown((size, size, 1), 10, 1), Convention(), np.random.default_rng(0)).layers[0]
    sources, types = layer.sources[0, :, 0], layer.axon_types[0]
    for value in range(size * size):
        assert len(set(types[sources == value])) == repeats
    shares = np.bincount(types[sources != UNUSED], minlength=4) / (size * size * repeats)
    assert shares == pytest.approx([0.25] * 4, abs=0.08)
