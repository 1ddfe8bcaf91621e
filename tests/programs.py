"""Tiny programs, networks and data that several tests share."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from spikeloom.chip.builder import ProgramBuilder
from spikeloom.chip.program import ChipProgram
from spikeloom.data.datasets import Dataset, from_arrays
from spikeloom.interface import Interface, Presentation
from spikeloom.network.forward import class_means
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


def shown(
    value_shape: tuple[int, int, int], classes: int | tuple[str, ...] = 3, latency: int = 2, **presentation: object
) -> Interface:
    """Give an interface; classes by their number are called 0, 1, 2 ..."""
    names = classes if isinstance(classes, tuple) else tuple(str(label) for label in range(classes))
    return Presentation(**presentation).of(value_shape, names, latency)


DEEP = Topology((8, 8, 1), 3, (Windows((4, 4), (4, 4)), Windows((2, 2), (1, 1), 64), Windows((1, 1), (1, 1))))
"""A layer more than `tiny_network` has: it answers a tick later."""


def tiny_network(
    seed: int = 0, convention: Convention | None = None, topology: Topology = TINY, **presentation: object
) -> LearnedNetwork:
    """Give an untrained network of five cores with random probabilities and biases that matter."""
    rng = np.random.default_rng(seed)
    rows, columns, channels = topology.input_shape
    width = Presentation(**presentation).lines_per_value
    interface = shown((rows, columns, channels // width), topology.n_classes, len(topology.layers), **presentation)
    network = initial_network(topology, interface, convention or Convention(), rng)
    for layer in network.layers:
        layer.biases[:] = rng.normal(0, 2, layer.biases.shape)
    return network


def unsampled_accuracy(network: LearnedNetwork, images: Dataset) -> float:
    """Give the share of images that the learned network itself decides right, ties to the lowest class."""
    return float((class_means(network, images.values).argmax(1) == images.labels).mean())


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


def write_idx(path: Path, array: np.ndarray) -> None:
    """Write an array of unsigned bytes as an IDX file."""
    header = bytes([0, 0, 0x08, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    path.write_bytes(header + np.ascontiguousarray(array, np.uint8).tobytes())
