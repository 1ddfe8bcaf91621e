"""Layers of cores over an image: windows that slide, and which neuron feeds which axon.

A core reads a window of positions of the layer below; windows slide by a stride, left to right and top to
bottom. Below the first layer a position is a pixel, which may feed many cores; above it a position is a core,
and each of its neurons is chosen by one target core only, because a neuron has one destination. A window takes as
many neurons of a core as it has axons for it; where it is shared it takes all that the core can spare, and those beyond
share the axons: spikes that meet on an axon are one spike, so the axon carries the logical or of its neurons.

Source: Esser et al. 2015, section 3 (the 5-core and the 30-core network).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from spikeloom.chip.limits import N_AXON_TYPES, N_AXONS, N_NEURONS
from spikeloom.errors import FitError

UNUSED = -1
"""Source of an axon that nothing feeds."""


@dataclass(frozen=True)
class Windows:
    """One layer: how large its windows are, how far they slide, what they take of each position.

    `features` is how many neurons of each core below a window takes; None takes as many as fit.
    Over the input it must be None: a window takes every channel. `shared` lets the neurons that would go nowhere
    share these axons. `neurons` is how many neurons of each of the layer's cores are used; None takes all. `repeats`,
    over the input alone, is how many axons each value gets: their types differ, so that
    a neuron can choose its strength.
    """

    size: tuple[int, int]
    stride: tuple[int, int]
    features: int | None = None
    shared: bool = False
    repeats: int = 1
    neurons: int | None = None

    @property
    def used(self) -> int:
        """Neurons of each core that are used."""
        return N_NEURONS if self.neurons is None else self.neurons

    @property
    def area(self) -> int:
        """Positions in one window."""
        return self.size[0] * self.size[1]


@dataclass(frozen=True)
class Topology:
    """Layers of cores over an input of rows x columns x channels, voting for `n_classes` classes."""

    input_shape: tuple[int, int, int]
    n_classes: int
    layers: tuple[Windows, ...]

    def __post_init__(self) -> None:
        _check_fit(self)

    @property
    def n_values(self) -> int:
        """Values of one input image."""
        return math.prod(self.input_shape)

    @property
    def grids(self) -> list[tuple[int, int]]:
        """Rows and columns of cores, a pair a layer."""
        shapes = [self.input_shape[:2]]
        for windows in self.layers:
            shapes.append(_slide(shapes[-1], windows))
        return shapes[1:]

    @property
    def n_cores(self) -> int:
        """Cores of one member."""
        return sum(rows * columns for rows, columns in self.grids)

    @property
    def n_last_neurons(self) -> int:
        """Neurons of the last layer."""
        return math.prod(self.grids[-1]) * N_NEURONS

    @property
    def votes_per_class(self) -> int:
        """Neurons of the last layer that vote for each class."""
        return math.prod(self.grids[-1]) * self.layers[-1].used // self.n_classes


def _check_fit(topology: Topology) -> None:
    """Refuse a topology that cannot be laid on cores, before any work is done.

    Raises
    ------
    FitError
        Naming the layer, the numbers and a way out.
    """
    if min(topology.input_shape) < 1:
        raise FitError(f"input: shape {topology.input_shape} is empty; rows, columns and channels must be at least 1")
    if not topology.layers:
        raise FitError("topology: there is no layer; give at least one window")
    below: tuple[int, int] = topology.input_shape[:2]
    for index, windows in enumerate(topology.layers):
        _check_slide(f"layer {index + 1}", below, windows)
        if not 1 <= windows.used <= N_NEURONS:
            raise FitError(f"layer {index + 1}: {windows.used} neurons of a core; it has {N_NEURONS}, take 1 or more")
        if index == 0:
            _check_input_window(windows, topology.input_shape[2])
        else:
            _check_features(f"layer {index + 1}", below, windows, topology.layers[index - 1].used)
        below = _slide(below, windows)
    neurons = math.prod(below) * topology.layers[-1].used
    if not 2 <= topology.n_classes <= neurons:
        raise FitError(
            f"output: {topology.n_classes} classes over the {neurons} neurons of the last layer; "
            f"2 to {neurons} classes are possible"
        )


def wire(topology: Topology, rng: np.random.Generator) -> list[np.ndarray]:
    """Draw which values or neurons feed which axon, an array of (n_cores, n_axons, n_sharing) int32 a layer.

    An entry is the index of a value of the flattened input (first layer) or ``core * 256 + neuron`` of the layer
    below; `UNUSED` marks a spare axon, or that fewer share it.
    """
    grids = topology.grids
    wiring = [_wire_input(topology.input_shape, topology.layers[0])]
    for below, (lower, windows) in zip(grids[:-1], pairwise(topology.layers), strict=True):
        wiring.append(_wire_cores(below, windows, lower.used, rng))
    return wiring


def _features_taken(below: tuple[int, int], windows: Windows, used: int) -> int:
    """Axons that a window has for each core below, which uses so many neurons: as asked for, or as many as fit."""
    if windows.features is not None:
        return windows.features
    busiest = int(_targets_per_position(below, windows).max())
    return min(N_AXONS // windows.area, used // busiest)


def _slide(below: tuple[int, ...], windows: Windows) -> tuple[int, int]:
    rows, columns = (
        (length - size) // stride + 1 for length, size, stride in zip(below, windows.size, windows.stride, strict=True)
    )
    return rows, columns


def _check_slide(layer: str, below: tuple[int, int], windows: Windows) -> None:
    for side, length, size, stride in zip(("rows", "columns"), below, windows.size, windows.stride, strict=True):
        if size < 1 or stride < 1:
            raise FitError(f"{layer}: window {size} and stride {stride} along the {side}; both must be at least 1")
        if size > length:
            raise FitError(f"{layer}: a window of {size} {side} over {length} {side} below; at most {length} fit")
        if (length - size) % stride:
            raise FitError(
                f"{layer}: windows of {size} {side} with stride {stride} leave {(length - size) % stride} of {length} "
                f"{side} uncovered; strides that fit: {_strides_that_fit(length - size, size)}"
            )


def _strides_that_fit(slack: int, size: int) -> str:
    """List the strides that end at the last position and leave none out between windows."""
    return ", ".join(str(stride) for stride in range(1, size + 1) if slack % stride == 0)


def _check_input_window(windows: Windows, channels: int) -> None:
    if windows.features is not None:
        raise FitError("layer 1: features cannot be chosen over the input; leave the key out, every channel is taken")
    if windows.shared:
        raise FitError("layer 1: shared is for neurons that share an axon; over the input every pixel has its own")
    if not 1 <= windows.repeats <= N_AXON_TYPES:
        raise FitError(
            f"layer 1: {windows.repeats} repeats of each value; their axons need a type each, so 1 to {N_AXON_TYPES}"
        )
    each = channels * windows.repeats
    needs = f"{channels} channels" + (f" and {windows.repeats} axons a value" if windows.repeats > 1 else "")
    if each > N_AXONS:
        raise FitError(f"layer 1: {needs} need {each} axons a position, a core has {N_AXONS}; take fewer")
    if windows.area * each > N_AXONS:
        raise FitError(
            f"layer 1: a window of {windows.size[0]} x {windows.size[1]} over {needs} needs {windows.area * each} "
            f"axons, a core has {N_AXONS}; take at most {N_AXONS // each} positions a window"
        )


def _check_features(layer: str, below: tuple[int, int], windows: Windows, used: int) -> None:
    if windows.repeats != 1:
        raise FitError(f"{layer}: {windows.repeats} repeats; a neuron has one destination, so only pixels can repeat")
    features = _features_taken(below, windows, used)
    busiest = int(_targets_per_position(below, windows).max())
    if windows.features is not None and features < 1:
        raise FitError(f"{layer}: {features} features; at least 1 is needed, or leave the key out for as many as fit")
    if features < 1:
        raise FitError(
            f"{layer}: a window of {windows.size[0]} x {windows.size[1]} cores with {busiest} windows over a core "
            f"leaves {features} neurons to take of each; take a smaller window or a larger stride"
        )
    if windows.area * features > N_AXONS:
        raise FitError(
            f"{layer}: {windows.area} cores a window x {features} features need {windows.area * features} axons, "
            f"a core has {N_AXONS}; take at most {N_AXONS // windows.area} features"
        )
    if busiest * features > used:
        raise FitError(
            f"{layer}: a core below feeds {busiest} windows x {features} features = {busiest * features} neurons, "
            f"it has {used} and each has one destination; take at most {used // busiest} features"
        )


def _window_positions(below: tuple[int, int], windows: Windows) -> Iterator[np.ndarray]:
    """Give the flat positions of each window, left to right and top to bottom."""
    positions = np.arange(math.prod(below)).reshape(below)
    rows, columns = _slide(below, windows)
    for row in range(rows):
        for column in range(columns):
            top, left = row * windows.stride[0], column * windows.stride[1]
            yield positions[top : top + windows.size[0], left : left + windows.size[1]].ravel()


def _targets_per_position(below: tuple[int, int], windows: Windows) -> np.ndarray:
    targets = np.zeros(math.prod(below), np.int64)
    for positions in _window_positions(below, windows):
        targets[positions] += 1
    return targets


def _wire_input(shape: tuple[int, int, int], windows: Windows) -> np.ndarray:
    channels = np.arange(shape[2])
    cores = [
        (positions[:, None] * shape[2] + channels).reshape(-1, 1).repeat(windows.repeats, axis=0)
        for positions in _window_positions(shape[:2], windows)
    ]
    return _as_axons(cores)


def _wire_cores(below: tuple[int, int], windows: Windows, used: int, rng: np.random.Generator) -> np.ndarray:
    features = _features_taken(below, windows, used)
    taken = np.full(math.prod(below), features)  # neurons that each window takes of a core below
    if windows.shared:
        taken = used // np.maximum(_targets_per_position(below, windows), 1)
    # each core deals its neurons out in an order of its own, so that no window gets the same ones of all cores
    shuffled = np.stack([rng.permutation(used) for _ in taken])
    dealt = np.zeros(len(taken), np.int64)  # neurons of each core below that already have a destination
    cores = []
    for positions in _window_positions(below, windows):
        axons = np.full((len(positions), features, -(-int(taken.max()) // features)), UNUSED)
        for place, core in enumerate(positions):
            chosen = shuffled[core, dealt[core] : dealt[core] + taken[core]] + core * N_NEURONS
            sharing, axon = np.divmod(np.arange(len(chosen)), features)
            axons[place, axon, sharing] = chosen
        cores.append(axons.reshape(-1, axons.shape[2]))
        dealt[positions] += taken[positions]
    return _as_axons(cores)


def _as_axons(cores: list[np.ndarray]) -> np.ndarray:
    """Give each core's (n_used, n_sharing) values as all of its axons."""
    sources = np.full((len(cores), N_AXONS, cores[0].shape[1]), UNUSED, np.int32)
    for core, values in enumerate(cores):
        sources[core, : len(values)] = values
    return sources
