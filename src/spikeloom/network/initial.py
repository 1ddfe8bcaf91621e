"""A network as it is before training: wiring, strengths, axon types and classes, probabilities still by chance."""

from __future__ import annotations

import itertools

import numpy as np

from spikeloom.chip.limits import N_AXON_TYPES, N_AXONS, N_NEURONS
from spikeloom.interface import Interface
from spikeloom.network.learned import Convention, LearnedLayer, LearnedNetwork
from spikeloom.network.topology import UNUSED, Topology, wire

# Every neuron gets one permutation of these over the axon types: each sums to zero and they are as
# uncorrelated as four types allow, so no neuron starts as the copy of another (Esser et al. 2015, section 3.3).
STRENGTHS = (-2, -1, 1, 2)


def initial_network(
    topology: Topology, interface: Interface, convention: Convention, rng: np.random.Generator
) -> LearnedNetwork:
    """Draw a network as it is before training: probabilities uniform on [0, 1], biases zero."""
    layers = []
    for index, (sources, windows) in enumerate(zip(wire(topology, rng), topology.layers, strict=True)):
        alike = windows.repeats * (interface.lines_per_value if index == 0 else 1)
        layers.append(_initial_layer(sources, alike, rng))
    return LearnedNetwork(topology, tuple(layers), deal_classes(topology), interface, convention)


def deal_classes(topology: Topology) -> np.ndarray:
    """Deal the neurons of the last layer that are used to the classes round robin, every class the same number."""
    used = np.flatnonzero(np.arange(topology.n_last_neurons) % N_NEURONS < topology.layers[-1].used)
    classes = np.full(topology.n_last_neurons, -1, np.int16)
    voting = used[: topology.votes_per_class * topology.n_classes]
    classes[voting] = np.arange(len(voting)) % topology.n_classes
    return classes


def _initial_layer(sources: np.ndarray, alike: int, rng: np.random.Generator) -> LearnedLayer:
    n_cores = len(sources)
    return LearnedLayer(
        sources=sources,
        axon_types=np.stack([_types(alike, rng) for _ in range(n_cores)]).astype(np.uint8),
        strengths=np.stack([_permuted_strengths(rng) for _ in range(n_cores)]),
        probabilities=rng.random((n_cores, N_AXONS, N_NEURONS), np.float32) * (sources != UNUSED).any(2)[:, :, None],
        biases=np.zeros((n_cores, N_NEURONS), np.float32),
    )


def _types(alike: int, rng: np.random.Generator) -> np.ndarray:
    """Give every axon a type, in random order; the `alike` neighbours that carry one value get types as different."""
    if alike == 1:
        return _shuffled(N_AXONS, N_AXON_TYPES, rng)
    each = [np.resize(rng.permutation(N_AXON_TYPES), alike) for _ in range(-(-N_AXONS // alike))]
    return np.concatenate(each)[:N_AXONS]


def _shuffled(length: int, n_values: int, rng: np.random.Generator) -> np.ndarray:
    """Give 0 .. n_values - 1 as evenly as `length` allows, in random order."""
    return rng.permutation(np.arange(length) % n_values)


def _permuted_strengths(rng: np.random.Generator) -> np.ndarray:
    """Give every neuron one of the 24 permutations of the initial strengths, each used 10 or 11 times."""
    orders = np.array(list(itertools.permutations(STRENGTHS)), np.int16)
    return orders[_shuffled(N_NEURONS, len(orders), rng)]
