"""Tiny programs, networks and data that several tests share."""

from __future__ import annotations

import numpy as np

from spikeloom.chip.builder import ProgramBuilder
from spikeloom.chip.program import ChipProgram
from spikeloom.data.datasets import Dataset, from_arrays
from spikeloom.network.initial import initial_network
from spikeloom.network.learned import Convention, LearnedNetwork
from spikeloom.network.topology import Topology, Windows

TINY = Topology((8, 8, 1), 3, (Windows((4, 4), (4, 4)), Windows((2, 2), (1, 1), 64)))
"""Four cores that read 4 x 4 pixels each, and one that reads them: 16 axons used below, 256 above."""


def one_neuron(potential: int = 0, **parameters: object) -> ChipProgram:
    """Give a core with one neuron behind axon 0 (type 0), an input line to it and an output line from it."""
    build = ProgramBuilder(seed=1)
    core = build.add_core()
    build.set_neuron(core, 0, potential, **parameters)
    build.connect(core, 0, 0)
    build.add_input([(core, 0)])
    build.add_output(core, 0)
    return build.build()


def tiny_network(seed: int = 0, convention: Convention | None = None, topology: Topology = TINY) -> LearnedNetwork:
    """Give an untrained network of five cores with random probabilities and biases that matter."""
    rng = np.random.default_rng(seed)
    names = tuple(str(label) for label in range(topology.n_classes))
    network = initial_network(topology, names, convention or Convention(), rng)
    for layer in network.layers:
        layer.biases[:] = rng.normal(0, 2, layer.biases.shape)
    return network


def stripes(n: int = 90, seed: int = 0, shape: tuple[int, ...] = (8, 8)) -> Dataset:
    """Give images of three kinds that are easy to tell apart: light above, light below, light in the middle."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    images = rng.integers(0, 60, (n, *shape), dtype=np.uint8)
    rows = shape[0]
    for image, label in zip(images, labels, strict=True):
        start = (0, rows // 2, rows // 4)[label]
        image[start : start + rows // 2] += 180
    return from_arrays(images, labels, ["above", "below", "middle"])
