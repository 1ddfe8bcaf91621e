"""NIR graphs that a chip can hold, read: layers of whole weights and memoryless thresholds.

A spiking node becomes a core: a threshold, one that forgets, or an IF that is exactly a neuron of the chip, with whole
weights and biases and reset to zero; a time step of the graph is a tick. Its axons need types: axons whose weights
agree at every neuron that both reach share one, and a core has four. Linear nodes of zeros and ones only gather; so
does the spiking node that makes one spike of neurons that share an axon. Everything else is refused by the node's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from graphlib import CycleError
from pathlib import Path
from typing import Any

import numpy as np

from spikeloom.chip.assemble import assemble
from spikeloom.chip.limits import N_AXON_TYPES, N_AXONS, N_NEURONS, THRESHOLD_MAX
from spikeloom.chip.neuron import Neurons, memoryless
from spikeloom.chip.program import NOWHERE, TO_OUTPUT, ChipProgram, InputLines, OutputLines, Routes
from spikeloom.chip.storage import interface_from
from spikeloom.errors import ArtefactError, ExportError, ProgramError
from spikeloom.export.features import even_levels
from spikeloom.export.format import Imported
from spikeloom.export.nir.feeds import axon_feeds, output_feeds
from spikeloom.export.nir.graph import Graph, read_graph
from spikeloom.export.nir.nodes import NodeCore, core_of


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
    path = Path(path)
    graph = read_graph(path)
    if not graph.cores:
        raise graph.error("the graph", _without_cores(graph.nodes))
    try:
        cores = [core_of(graph, name) for name in graph.cores]
        program = _program(graph, cores)
    except ArtefactError as error:  # of the interface that the metadata tell; it names the file already
        raise ExportError(str(error)) from error
    except ProgramError as error:
        raise ExportError(f"{path}: {error}") from error
    return _begun(graph, cores, program, _levels(path, program))


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


def _program(graph: Graph, cores: Sequence[NodeCore]) -> ChipProgram:
    axon_types = np.zeros((len(cores), N_AXONS), np.uint8)
    crossbars = np.zeros((len(cores), N_AXONS, N_NEURONS), bool)
    for index, core in enumerate(cores):
        n_axons, n_neurons = core.connected.shape
        crossbars[index, :n_axons, :n_neurons] = core.connected
        axon_types[index, :n_axons] = core.axon_types
    routes, taps = _routes(graph)
    values, of_inputs = _lines(graph, "inputs", graph.size(graph.input))
    classes, of_outputs = _lines(graph, "outputs", graph.size(graph.output))
    return assemble(
        axon_types=axon_types,
        crossbars=crossbars,
        neurons=_neurons(cores),
        routes=routes,
        inputs=InputLines(values, of_inputs, *taps),
        outputs=OutputLines(classes, of_outputs),
        interface=interface_from(graph.metadata.interface, graph.path),
    )


def _neurons(cores: Sequence[NodeCore]) -> Neurons:
    """Give the neurons: memoryless ones, and those of IF nodes, which keep their potential until they spike."""
    strengths = np.zeros((len(cores), N_NEURONS, N_AXON_TYPES), np.int64)
    leaks = np.zeros((len(cores), N_NEURONS), np.int64)
    for index, core in enumerate(cores):
        if core.thresholds is None:
            leaks[index, : len(core.leaks)] = core.leaks
        strengths[index, : len(core.strengths)] = core.strengths
    made = memoryless(strengths, leaks)
    thresholds, floors, saturate = (array.copy() for array in (made.threshold, made.negative_threshold, made.saturate))
    plain = made.leak.copy()
    for index, core in enumerate(cores):
        if core.thresholds is not None:
            n = len(core.thresholds)
            # a bias is added in every tick, as a leak is; it spikes where the sum exceeds its threshold
            thresholds[index, :n], plain[index, :n] = core.thresholds, core.leaks
            # an IF has no floor; the deepest that there is holds the potential where it gets so far
            floors[index, :n], saturate[index, :n] = THRESHOLD_MAX, True
    return replace(made, threshold=thresholds, negative_threshold=floors, saturate=saturate, leak=plain)


def _routes(graph: Graph) -> tuple[Routes, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Give every neuron's route, and line, core and axon of every input tap."""
    numbers = {name: core for core, name in enumerate(graph.cores)}
    shape = (len(numbers), N_NEURONS)
    routes = Routes(np.full(shape, NOWHERE, np.int32), np.zeros(shape, np.int32), np.ones(shape, np.uint8))
    taps: list[tuple[int, int, int]] = []
    ends = [(core, axon_feeds(graph, name)) for name, core in numbers.items()]
    ends.append((TO_OUTPUT, output_feeds(graph)))
    for target, feeds in ends:
        for axon, (name, place) in feeds:
            if name == graph.input:
                if target == TO_OUTPUT:
                    raise graph.error(graph.output, "an input goes straight to the output; a core must lie between")
                taps.append((place, target, axon))
                continue
            source = numbers[name]
            if routes.cores[source, place] != NOWHERE:
                raise graph.error(name, f"neuron {place} feeds two places; a neuron has one destination")
            routes.cores[source, place], routes.axons[source, place] = target, axon
    lines, cores, axons = np.array(taps, np.int32).reshape(-1, 3).T
    return routes, (lines, cores, axons)


def _lines(graph: Graph, group: str, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Give value or class, and member, of each line: as the metadata say, or its own number and member 0."""
    described = getattr(graph.metadata, group)
    if described is None:
        return np.arange(n, dtype=np.int32), np.zeros(n, np.int32)
    carried, members = described.carried, described.members
    if len(carried) != n or len(members) != n:
        raise graph.error("metadata", f"{group} describe {len(carried)} and {len(members)} lines; there are {n}")
    return np.array(carried, np.int32), np.array(members, np.int32)


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


def _begun(graph: Graph, cores: Sequence[NodeCore], program: ChipProgram, levels: np.ndarray) -> ChipProgram:
    """Give the program as its graph begins: an IF above the first layer waits for its first step.

    A core at level L takes its first step in tick L; what biases add to an IF before that is taken off its
    potential. Where that cannot be exact the node is refused.
    """
    potentials = program.potentials.copy()
    for index, (name, core) in enumerate(zip(graph.cores, cores, strict=True)):
        if core.thresholds is None or levels[index] == 0:
            continue
        early = -levels[index] * core.leaks  # comes to zero in tick L
        if (early >= core.thresholds).any() or (core.thresholds <= 0).any():
            raise graph.error(name, f"is an IF in layer {levels[index] + 1} that spikes before its first step")
        if levels[index] > 1 and _spikes_unasked(program, levels, index):
            raise graph.error(name, "is an IF that hears spikes of neurons that spike without input, too early")
        potentials[index, : len(early)] = early
    return replace(program, potentials=potentials)


def _spikes_unasked(program: ChipProgram, levels: np.ndarray, core: int) -> bool:
    """Whether a neuron above the first layer that feeds this core spikes where nothing arrives."""
    feeders = (program.routes.cores == core) & (levels > 0)[:, None]
    p = program.neurons
    return bool((feeders & ((p.leak >= p.threshold) | (p.threshold <= 0) | (p.leak > 0))).any())
