"""Topologies that fit an input, enumerated, and of every number of cores the one that promises most.

What promises most is told by what decided accuracy in the shipped networks: how many cores look and how many vote, how
well axons are used, whether a neuron can choose its strength for a value, and how much of the input a voter looks at.
It orders topologies and is no accuracy.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from spikeloom.chip.limits import N_AXON_TYPES, N_AXONS, N_NEURONS
from spikeloom.errors import FitError
from spikeloom.network.topology import Topology, Windows
from spikeloom.notebook import plural

_USED_AT_LEAST = 0.7  # of a core's axons, where the input is not smaller than a core
_STRENGTHS = {1: 0.0, 2: 0.75, 3: 0.9, 4: 1.0}  # what axons of so many types for a value promise
_FEATURES_AT_LEAST = 12  # neurons that a voter takes of each core it looks at
_CLASSES_LEAST = 2
_CORES_SEARCHED = 512  # larger single networks learn no better than ensembles of smaller ones

Slide = tuple[int, int]
"""Size and stride along one side."""


@dataclass(frozen=True)
class Proposal:
    """A topology with what it uses.

    axons_used : share of the axons of all cores that carry something
    voters : neurons that vote, over all classes
    promise : orders topologies; the larger, the more accurate they are likely to be
    """

    topology: Topology
    axons_used: float
    voters: int
    promise: float

    @property
    def cores(self) -> int:
        """Cores of a network."""
        return self.topology.n_cores


def propose(
    input_shape: tuple[int, int, int], n_classes: int, cores: int, voting: int = _CORES_SEARCHED
) -> list[Proposal]:
    """Give topologies of at most so many cores, cheapest first, each promising more than those before it.

    Parameters
    ----------
    input_shape : rows, columns and lines of a position
        Lines are channels times those of the coding.
    voting : int
        The most cores that may vote.

    Raises
    ------
    FitError
        If nothing fits; the message says what would.
    """
    if n_classes < _CLASSES_LEAST:
        raise FitError(f"output: {n_classes} class; at least {_CLASSES_LEAST} are needed to decide between")
    best: dict[int, tuple[float, tuple[Windows, ...]]] = {}
    for promise, n_cores, layers in _candidates(input_shape, min(cores, _CORES_SEARCHED), voting):
        if promise > best.get(n_cores, (-math.inf, ()))[0]:
            best[n_cores] = promise, layers
    rising: list[Proposal] = []
    for n_cores in sorted(best):
        promise, layers = best[n_cores]
        if not rising or promise > rising[-1].promise:
            try:
                rising.append(_proposal(Topology(input_shape, n_classes, layers), promise))
            except FitError:  # more classes than neurons that vote
                continue
    if not rising:
        raise FitError(_nothing_fits(input_shape, n_classes, cores))
    return rising


def example_that_fits(input_shape: tuple[int, int, int], n_classes: int) -> str:
    """Say in a recipe's words which topology fits an input, the smallest."""
    try:
        smallest = propose(input_shape, n_classes, _CORES_SEARCHED)[0]
    except FitError:
        return "'spikeloom design DATA --cores N --size ROWSxCOLUMNS' finds what fits"
    layers = ", then ".join(_in_words(windows) for windows in smallest.topology.layers)
    size = plural(smallest.cores, "core")
    return f"for example layers of {layers} fit ({size}; 'spikeloom design' finds more)"


def _in_words(windows: Windows) -> str:
    features = "" if windows.features is None else f", features {windows.features}"
    return f"window {list(windows.size)}, stride {list(windows.stride)}{features}"


def _nothing_fits(input_shape: tuple[int, int, int], n_classes: int, cores: int) -> str:
    rows, columns, lines = input_shape
    if lines > N_AXONS:
        return f"topology: {lines} lines a position; a core has {N_AXONS} axons; take fewer channels, levels or delays"
    fits = _fitting(input_shape, n_classes) if cores < _CORES_SEARCHED else None
    way_out = "bring the data to a smaller size, with --size ROWSxCOLUMNS" if fits is None else f"--cores {fits} fits"
    classes = f" for {n_classes} classes" if n_classes > N_NEURONS else ""
    return f"topology: {rows} x {columns} positions of {lines} lines{classes} do not fit {cores} cores; {way_out}"


def _fitting(input_shape: tuple[int, int, int], n_classes: int) -> int | None:
    """Give the cores of the smallest topology that fits, where the budget is no matter."""
    try:
        return propose(input_shape, n_classes, _CORES_SEARCHED)[0].cores
    except FitError:
        return None


def _proposal(topology: Topology, promise: float) -> Proposal:
    first, *others = topology.layers
    grids = topology.grids
    used = math.prod(grids[0]) * first.area * topology.input_shape[2] * first.repeats
    for windows, grid in zip(others, grids[1:], strict=True):
        used += math.prod(grid) * windows.area * (N_AXONS // windows.area)
    return Proposal(
        topology,
        used / (topology.n_cores * N_AXONS),
        topology.votes_per_class * topology.n_classes,
        promise,
    )


def _candidates(
    shape: tuple[int, int, int], cores: int, voting: int
) -> Iterator[tuple[float, int, tuple[Windows, ...]]]:
    """Give promise, cores and layers of everything that fits."""
    rows, columns, lines = shape
    for repeats in range(1, max(N_AXON_TYPES // lines, 1) + 1):
        positions = N_AXONS // (lines * repeats)
        for down, right in product(_slides(rows, positions), _slides(columns, positions)):
            area, grid = down[0] * right[0], (_steps(rows, down), _steps(columns, right))
            used = area * lines * repeats / N_AXONS
            whole = grid == (1, 1)
            if area > positions or math.prod(grid) > cores or not (whole or _is_worth(used, lines)):
                continue
            first = Windows((down[0], right[0]), (down[1], right[1]), repeats=repeats)
            each = (
                _STRENGTHS[min(lines * repeats, N_AXON_TYPES)]
                + math.log2(area) / 2
                - _skew((down[0], right[0]), grid, shape)
            )
            if whole:
                yield each + 2 * math.log2(used), 1, (first,)
                continue
            look = math.log2(math.prod(grid)) + 2 * math.log2(used) + each
            for promise, n_voting, second, across in _seconds(grid):
                n_cores = math.prod(grid) + n_voting
                seen = _seen(rows, down, across[0]) * _seen(columns, right, across[1])
                if n_cores <= cores and n_voting <= voting:
                    yield look + promise + math.log2(seen), n_cores, (first, second)


def _is_worth(used: float, lines: int) -> bool:
    return used >= _USED_AT_LEAST or lines > N_AXONS // 4


def _skew(window: tuple[int, int], grid: tuple[int, int], shape: tuple[int, int, int]) -> float:
    """Give how far windows and steps are from alike along both sides; where the input is narrow they must differ."""
    (height, width), (rows, columns, _) = window, shape
    if (height == rows and height <= width) or (width == columns and width <= height):
        return 0.0
    return abs(math.log2(height / width)) + abs(math.log2(grid[0] / grid[1])) / 2


def _seen(length: int, slide: Slide, across: int) -> float:
    """Give the share of a side that a voter looks at, through so many windows."""
    return (slide[0] + (across - 1) * slide[1]) / length


@cache
def _seconds(grid: tuple[int, int]) -> Sequence[tuple[float, int, Windows, tuple[int, int]]]:
    """Give promise, cores, windows and their size of every layer of voters over a grid of cores."""
    found = []
    for down, right in product(_slides(grid[0], N_AXONS), _slides(grid[1], N_AXONS)):
        area, voting = down[0] * right[0], _steps(grid[0], down) * _steps(grid[1], right)
        features = N_AXONS // area
        busiest = -(-down[0] // down[1]) * -(-right[0] // right[1])  # windows over a core, at most
        if features < _FEATURES_AT_LEAST or area < 2 or busiest * features > N_NEURONS:
            continue
        second = Windows((down[0], right[0]), (down[1], right[1]), features=features, shared=True)
        promise = math.log2(voting) + 2 * math.log2(area * features / N_AXONS)
        found.append((promise, voting, second, (down[0], right[0])))
    return found


@cache
def _slides(length: int, longest: int) -> Sequence[Slide]:
    """Give every size and stride that cover a side to its end and leave nothing out between."""
    return [
        (size, stride)
        for size in range(1, min(length, longest) + 1)
        for stride in range(1 if size < length else size, size + 1)  # where there is one step, its stride is no matter
        if (length - size) % stride == 0
    ]


def _steps(length: int, slide: Slide) -> int:
    return (length - slide[0]) // slide[1] + 1
