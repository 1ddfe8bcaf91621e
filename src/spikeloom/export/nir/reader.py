"""NIR graphs that a chip can hold, read: layers of whole weights and memoryless thresholds.

A spiking node becomes a core: a threshold, one that forgets, or an IF that is exactly a neuron of the chip, with whole
weights and biases and reset to zero; a time step of the graph is a tick. Its axons need types: axons whose weights
agree at every neuron that both reach share one, and a core has four. Linear nodes of zeros and ones only gather; so
does the spiking node that makes one spike of neurons that share an axon. Everything else is refused by the node's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from graphlib import CycleError
from pathlib import Path
from typing import Any

import numpy as np

from spikeloom.chip.assemble import assemble
from spikeloom.chip.limits import LEAK_LIMIT, N_AXON_TYPES, N_AXONS, N_NEURONS, STRENGTH_LIMIT, THRESHOLD_MAX
from spikeloom.chip.neuron import Neurons, memoryless
from spikeloom.chip.program import (
    NOWHERE,
    TO_OUTPUT,
    ChipProgram,
    InputLines,
    OutputLines,
    Routes,
)
from spikeloom.chip.storage import interface_from
from spikeloom.errors import ArtefactError, ExportError, ProgramError
from spikeloom.export.features import even_levels
from spikeloom.export.format import Imported
from spikeloom.export.nir.metadata import read_metadata
from spikeloom.export.nir.writer import ANY, LINES, STEP
from spikeloom.hdf5 import ForeignError, check_own
from spikeloom.interface import Interface
from spikeloom.optional import needed
from spikeloom.reading import check_regular

_PARAMETERS = ("weight", "bias", "v_threshold", "v_reset", "v_leak", "r", "tau", "tau_mem", "tau_syn", "w_in")
_REASON_LETTERS = 300  # of the library's own words

Source = tuple[str, int]
"""A node and a place in it: an input, or a neuron."""


def read_nir_file(paths: Sequence[Path]) -> Imported:
    """Read a graph from its one file; errors as in `read_nir`."""
    (path,) = paths
    return Imported(read_nir(path))


def read_nir(path: Path) -> ChipProgram:
    """Read a graph as a program of as many ticks as it has layers.

    Raises
    ------
    ExportError
        If the file is no NIR graph, or a node, named, is not what a core can hold.
    """
    nir = needed("nir", "spikeloom[nir]")
    _check_file(Path(path))
    try:
        graph = nir.read(str(path))
    except MemoryError:
        raise
    except Exception as error:  # the library raises whatever its storage does, and says why
        reason = " ".join(str(error).split())[:_REASON_LETTERS] or type(error).__name__
        raise ExportError(f"{path}: cannot be read as a NIR graph ({reason}); name a .nir file") from error
    try:
        reader = _Reader(Path(path), nir, graph)
        program = reader.program()
    except ArtefactError as error:  # of the interface that the metadata tell; it names the file already
        raise ExportError(str(error)) from error
    except ProgramError as error:
        raise ExportError(f"{path}: {error}") from error
    return reader.begun(program, _levels(Path(path), program))


def _check_file(path: Path) -> None:
    """Refuse what is no file of its own: a pipe, links to other files, arrays beyond what may be read."""
    h5py = needed("h5py", "spikeloom[nir]")
    try:
        check_regular(path)
        with h5py.File(path, "r") as file:
            check_own(file)
    except FileNotFoundError as error:
        raise ExportError(f"{path}: there is no such file") from error
    except ForeignError as error:
        raise ExportError(f"{path}: {error}") from error
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        reason = " ".join(str(getattr(error, "strerror", None) or error).split())[:_REASON_LETTERS]
        raise ExportError(f"{path}: cannot be read as a NIR graph ({reason}); name a .nir file") from error


def _levels(path: Path, program: ChipProgram) -> np.ndarray:
    """Give the level of each core; refuse graphs in which spikes of different age meet.

    A graph answers at once, a chip after a tick a layer.
    """
    try:
        levels = even_levels(program, "NIR")
        depth = int(levels.max()) + 1
    except ExportError as error:
        raise ExportError(f"{path}: {error}") from error
    except CycleError as error:
        raise ExportError(f"{path}: its spiking nodes form a circle, which has no meaning without delays") from error
    if program.interface is not None and program.interface.latency != depth:
        told = program.interface.latency
        raise ExportError(f"{path}: metadata: a latency of {told} ticks; the graph has {depth} layers")
    return levels


def _without_cores(nodes: Any) -> str:
    """Say why no node of a graph becomes a core: which of them keep what a chip's neuron does not."""
    keeping = {
        "LIF": "leaks towards a potential exponentially",
        "LI": "leaks and never spikes",
        "CubaLI": "leaks and never spikes",
        "I": "integrates and never spikes",
        "NIRGraph": "is a graph of its own; write it out flat",
    }
    found = [
        f"'{name}' is a {kind}, which {keeping[kind]}"
        for name, node in nodes.items()
        if (kind := type(node).__name__) in keeping
    ]
    told = f": {'; '.join(found[:4])}" if found else ""
    return f"has no node that a core can be{told}; Threshold, CubaLIF that forgets, and IF with reset to 0 become cores"


class _Reader:
    """Turns a graph into a program, core by core."""

    def __init__(self, path: Path, nir: Any, graph: Any) -> None:
        self._path, self._nir, self._nodes = path, nir, graph.nodes
        for name, node in graph.nodes.items():
            self._check_numbers(name, node)
        self._below: dict[str, list[str]] = {name: [] for name in graph.nodes}
        for source, target in graph.edges:
            self._below[target].append(source)
        self._metadata = read_metadata(path, graph.metadata or {})
        self._input, self._output = self._only(nir.Input), self._only(nir.Output)
        self._cores = [name for name in self._nodes if self._is_spiking(name) and not self._merges(name)]

    def _check_numbers(self, name: str, node: Any) -> None:
        """Refuse a node whose parameters are no arrays of numbers: the library takes whatever stands there."""
        for parameter in _PARAMETERS:
            value = getattr(node, parameter, 0.0)
            if not isinstance(value, int | float | np.ndarray | np.number) or np.asarray(value).dtype.kind not in "iuf":
                raise self._error(name, f"{parameter} is no array of numbers")

    def program(self) -> ChipProgram:
        """Give the program, cores in the order of their names' numbers."""
        self._cores.sort(key=lambda name: (len(name), name))
        n_cores = len(self._cores)
        if not n_cores:
            raise self._error("the graph", _without_cores(self._nodes))
        shape = (n_cores, N_NEURONS)
        axon_types = np.zeros((n_cores, N_AXONS), np.uint8)
        crossbars = np.zeros((n_cores, N_AXONS, N_NEURONS), bool)
        strengths, leaks = np.zeros((*shape, N_AXON_TYPES), np.int64), np.zeros(shape, np.int64)
        for core, name in enumerate(self._cores):
            weights, leak = self._affine(name)
            n_neurons, n_axons = weights.shape
            crossbars[core, :n_axons, :n_neurons] = weights.T != 0
            axon_types[core, :n_axons], strengths[core, :n_neurons] = self._typed(name, weights)
            leaks[core, :n_neurons] = leak
        routes, taps = self._routes(shape)
        values, of_inputs = self._lines("inputs", self._size(self._input))
        classes, of_outputs = self._lines("outputs", self._size(self._output))
        return assemble(
            axon_types=axon_types,
            crossbars=crossbars,
            neurons=self._neurons(strengths, leaks),
            routes=routes,
            inputs=InputLines(values, of_inputs, *taps),
            outputs=OutputLines(classes, of_outputs),
            interface=self._interface(),
        )

    def _routes(self, shape: tuple[int, int]) -> tuple[Routes, tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Give every neuron's route, and line, core and axon of every input tap."""
        numbers = {name: core for core, name in enumerate(self._cores)}
        routes = Routes(np.full(shape, NOWHERE, np.int32), np.zeros(shape, np.int32), np.ones(shape, np.uint8))
        taps: list[tuple[int, int, int]] = []
        ends = [(numbers[name], feeds) for name in self._cores for feeds in [self._axon_feeds(name)]]
        ends.append((TO_OUTPUT, self._feeds(self._below[self._output], self._output)))
        for target, feeds in ends:
            for axon, (name, place) in feeds:
                if name == self._input:
                    if target == TO_OUTPUT:
                        raise self._error(self._output, "an input goes straight to the output; a core must lie between")
                    taps.append((place, target, axon))
                    continue
                source = numbers[name]
                if routes.cores[source, place] != NOWHERE:
                    raise self._error(name, f"neuron {place} feeds two places; a neuron has one destination")
                routes.cores[source, place], routes.axons[source, place] = target, axon
        lines, cores, axons = np.array(taps, np.int32).reshape(-1, 3).T
        return routes, (lines, cores, axons)

    def _axon_feeds(self, name: str) -> list[tuple[int, Source]]:
        """Give (axon, source) of everything that feeds a spiking node's weights."""
        return self._feeds(self._below[self._weighted(name)], name)

    def _feeds(self, nodes: list[str], owner: str) -> list[tuple[int, Source]]:
        """Give (place, source) of everything that feeds the places of a node; a sum of several is no axon."""
        terms = list(self._terms(nodes, owner))
        places = [place for place, _ in terms]
        summed = next((place for place in places if places.count(place) > 1), None) if _repeats(places) else None
        if summed is not None:
            raise self._error(owner, f"axon {summed} is a sum of several spikes; an axon carries one spike a tick")
        return [(place, source) for place, sources in terms for source in sources]

    def _terms(
        self, nodes: list[str], owner: str, above: tuple[str, ...] = ()
    ) -> Iterator[tuple[int, tuple[Source, ...]]]:
        """Follow nodes that only gather down to inputs and neurons.

        Gives (place, sources) for each term of the place's sum; a term of several sources is one spike of theirs.
        """
        for name in nodes:
            if name in above:
                raise self._error(name, "gathers from itself; a circle without a neuron holds nothing")
            if name == self._input or name in self._cores:
                yield from ((place, ((name, place),)) for place in range(self._size(name)))
            elif self._merges(name):
                yield from self._merged(name, owner, (*above, name))
            elif self._is_gather(name):
                rows = np.asarray(self._nodes[name].weight) != 0
                for place, sources in self._terms(self._below[name], owner, (*above, name)):
                    yield from ((int(row), sources) for row in np.flatnonzero(rows[:, place]))
            else:
                kind = type(self._nodes[name]).__name__
                raise self._error(name, f"is a {kind} that feeds {owner}; spikes and 0/1 gathering can feed a core")

    def _merged(self, name: str, owner: str, above: tuple[str, ...]) -> Iterator[tuple[int, tuple[Source, ...]]]:
        """Give one term for each place of a node that makes one spike of all that feed it."""
        weighted = self._weighted(name)
        rows = np.asarray(self._nodes[weighted].weight) != 0
        found: dict[int, list[Source]] = {}
        for place, sources in self._terms(self._below[weighted], owner, above):
            for row in np.flatnonzero(rows[:, place]).tolist():
                found.setdefault(row, []).extend(sources)
        yield from ((row, tuple(dict.fromkeys(sources))) for row, sources in found.items())

    def begun(self, program: ChipProgram, levels: np.ndarray) -> ChipProgram:
        """Give the program as its graph begins: an IF above the first layer waits for its first step.

        A core at level L takes its first step in tick L; what biases add to an IF before that is taken off its
        potential. Where that cannot be exact the node is refused.
        """
        potentials = program.potentials.copy()
        for core, name in enumerate(self._cores):
            if not self._integrates(name) or levels[core] == 0:
                continue
            bias = self._whole_bias(name)
            early = -levels[core] * bias  # comes to zero in tick L
            if (early >= self._first_sums(name)).any() or (self._first_sums(name) <= 0).any():
                raise self._error(name, f"is an IF in layer {levels[core] + 1} that spikes before its first step")
            if levels[core] > 1 and self._spikes_unasked(program, levels, core):
                raise self._error(name, "is an IF that hears spikes of neurons that spike without input, too early")
            potentials[core, : len(bias)] = early
        return replace(program, potentials=potentials)

    def _spikes_unasked(self, program: ChipProgram, levels: np.ndarray, core: int) -> bool:
        """Whether a neuron above the first layer that feeds this core spikes where nothing arrives."""
        feeders = (program.routes.cores == core) & (levels > 0)[:, None]
        p = program.neurons
        return bool((feeders & ((p.leak >= p.threshold) | (p.threshold <= 0) | (p.leak > 0))).any())

    def _neurons(self, strengths: np.ndarray, leaks: np.ndarray) -> Neurons:
        """Give the neurons: memoryless ones, and those of IF nodes, which keep their potential until they spike."""
        made = memoryless(strengths, leaks)
        thresholds, floors, saturate = (
            array.copy() for array in (made.threshold, made.negative_threshold, made.saturate)
        )
        plain = made.leak.copy()
        for core, name in enumerate(self._cores):
            if self._integrates(name):
                first = self._first_sums(name)
                n = len(first)
                # a bias is added in every tick, as a leak is; it spikes where the sum exceeds its threshold
                thresholds[core, :n], plain[core, :n] = first, self._whole_bias(name)
                # an IF has no floor; the deepest that there is holds the potential where it gets so far
                floors[core, :n], saturate[core, :n] = THRESHOLD_MAX, True
        return replace(made, threshold=thresholds, negative_threshold=floors, saturate=saturate, leak=plain)

    def _integrates(self, name: str) -> bool:
        return isinstance(self._nodes[name], self._nir.IF)

    def _first_sums(self, name: str) -> np.ndarray:
        """Give the first whole potential at which neurons of an IF spike, (n_neurons,)."""
        first = np.floor(self._threshold(name)) + 1
        if not ((first >= 0) & (first <= THRESHOLD_MAX)).all():
            raise self._error(name, f"has thresholds up to {first.max():g}; 0 to {THRESHOLD_MAX:,} can be")
        return first.astype(np.int64)

    def _whole_bias(self, name: str) -> np.ndarray:
        bias = np.broadcast_to(_bias(self._nodes[self._weighted(name)]), self._threshold(name).shape)
        if (bias != np.rint(bias)).any() or abs(bias).max(initial=0) > LEAK_LIMIT:
            raise self._error(name, f"is fed biases that are not all whole numbers of -{LEAK_LIMIT} .. {LEAK_LIMIT}")
        return bias.astype(np.int64)

    def _affine(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Give whole weights (n_neurons, n_axons) and leaks (n_neurons,) of a spiking node."""
        weighted = self._weighted(name)
        weights = np.asarray(self._nodes[weighted].weight, np.float64)
        if max(weights.shape) > N_AXONS:
            raise self._error(weighted, f"{weights.shape[1]} axons, {weights.shape[0]} neurons; a core has 256 of each")
        if (weights != np.rint(weights)).any() or not abs(weights).max(initial=0) <= STRENGTH_LIMIT:
            raise self._error(weighted, f"weights are not all whole numbers of -{STRENGTH_LIMIT} .. {STRENGTH_LIMIT}")
        if self._integrates(name):
            return weights.astype(np.int64), np.zeros(len(weights), np.int64)
        # it spikes where the sum exceeds threshold - bias; of whole sums the first is the next whole number
        first = np.floor(self._threshold(name) - _bias(self._nodes[weighted])) + 1
        leak = 1 - first
        if not abs(leak).max(initial=0) <= LEAK_LIMIT:  # also true for not-a-number
            raise self._error(name, f"needs a leak of {abs(leak).max():g}; at most {LEAK_LIMIT} either way can be")
        return weights.astype(np.int64), leak.astype(np.int64)

    def _typed(self, name: str, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give axons types, the first whose strengths agree: types (n_axons,) and strengths (n_neurons, 4)."""
        strengths = np.zeros((len(weights), N_AXON_TYPES), np.int64)
        types = np.zeros(weights.shape[1], np.uint8)
        order = np.argsort(-(weights != 0).sum(0), kind="stable")  # axons with most synapses tell types apart best
        for axon in order:
            column = weights[:, axon]
            agrees = ((strengths == column[:, None]) | (strengths == 0) | (column[:, None] == 0)).all(0)
            if not agrees.any():
                raise self._error(name, f"axon {axon} agrees with none of {N_AXON_TYPES} axon types; simplify weights")
            types[axon] = agrees.argmax()
            strengths[:, types[axon]] = np.where(column != 0, column, strengths[:, types[axon]])
        return types, strengths

    def _threshold(self, name: str) -> np.ndarray:
        node = self._nodes[name]
        if isinstance(node, self._nir.Threshold):
            return np.asarray(node.threshold, np.float64)
        if isinstance(node, self._nir.IF):
            if np.any(np.asarray(node.v_reset) != 0) or np.any(np.asarray(node.r) != 1):
                raise self._error(name, "is an IF that resets to another potential than 0, or whose r is not 1")
            return np.asarray(node.v_threshold, np.float64)
        forgets = (
            np.allclose([node.tau_syn, node.tau_mem], STEP, rtol=1e-3, atol=0)
            and (np.asarray(node.r) == 1).all()
            and (np.asarray(node.w_in) == 1).all()
            and not np.any(node.v_leak)
            and not np.any(node.v_reset)
        )
        if not forgets:
            raise self._error(name, f"is a CubaLIF that keeps a potential; tau of {STEP} s, r and w_in 1 forget")
        return np.asarray(node.v_threshold, np.float64)

    def _is_spiking(self, name: str) -> bool:
        return isinstance(self._nodes[name], self._nir.Threshold | self._nir.CubaLIF | self._nir.IF)

    def _merges(self, name: str) -> bool:
        """Tell whether a spiking node makes one spike of neurons that share an axon: named so, and proven.

        Its weights are 0 and 1, and one spike is enough.
        """
        if not self._is_spiking(name) or self._integrates(name) or not (name.endswith(f"_{ANY}") or name == LINES):
            return False
        weighted = self._nodes[self._weighted(name)]
        first = np.floor(self._threshold(name) - _bias(weighted)) + 1
        return bool(np.isin(weighted.weight, (0, 1)).all() and (first == 1).all())

    def _is_gather(self, name: str) -> bool:
        node = self._nodes[name]
        return isinstance(node, self._nir.Linear) and bool(np.isin(node.weight, (0, 1)).all())

    def _weighted(self, name: str) -> str:
        """Give the affine or linear node below a spiking node."""
        below = self._below[name]
        if len(below) != 1 or not isinstance(self._nodes[below[0]], self._nir.Affine | self._nir.Linear):
            raise self._error(name, f"is fed by {', '.join(below) or 'nothing'}; one Linear or Affine node is needed")
        return below[0]

    def _size(self, name: str) -> int:
        node = self._nodes[name]
        if isinstance(node, self._nir.Input):
            return int(np.prod(next(iter(node.input_type.values()))))
        if isinstance(node, self._nir.Output):
            return int(np.prod(next(iter(node.output_type.values()))))
        return len(self._threshold(name))

    def _only(self, kind: Any) -> str:
        names = [name for name, node in self._nodes.items() if isinstance(node, kind)]
        if len(names) != 1:
            raise self._error("the graph", f"has {len(names)} {kind.__name__} nodes; one is needed")
        return names[0]

    def _lines(self, group: str, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Give value or class, and member, of each line: as the metadata say, or its own number and member 0."""
        described = getattr(self._metadata, group)
        if described is None:
            return np.arange(n, dtype=np.int32), np.zeros(n, np.int32)
        carried, members = described.carried, described.members
        if len(carried) != n or len(members) != n:
            raise self._error("metadata", f"{group} describe {len(carried)} and {len(members)} lines; there are {n}")
        return np.array(carried, np.int32), np.array(members, np.int32)

    def _interface(self) -> Interface | None:
        """Give the interface that the metadata tell, if they do."""
        return interface_from(self._metadata.interface, self._path)

    def _error(self, node: str, problem: str) -> ExportError:
        return ExportError(f"{self._path}: {node}: {problem}")


def _bias(node: Any) -> np.ndarray:
    return np.asarray(getattr(node, "bias", np.zeros(len(node.weight))), np.float64)


def _repeats(places: list[int]) -> bool:
    return len(set(places)) < len(places)
