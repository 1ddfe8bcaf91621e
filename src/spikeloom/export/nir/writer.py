"""NIR, the interchange form: a memoryless program as a graph of linear nodes and thresholds.

A core is an affine node over its axons and a spiking node; linear nodes of zeros and ones gather the axons from the
cores below, and where neurons share an axon a spiking node first makes one spike of theirs. Two profiles:

    native      Linear(W) -> Threshold(1/2 - leak)                      spikes where  W x > 1/2 - leak
    portable    Affine(W, leak + 1/2) -> CubaLIF                        spikes where  W x + leak + 1/2 > 1

with a CubaLIF whose time constants are one step, so that it forgets: the importers of other tools run it exactly. A
graph has no delays: it answers an input at once, where the chip answers after a tick a layer.
Source: J. E. Pedersen et al., "Neuromorphic intermediate representation", Nature Communications 2024; NIR 1.0.8.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from spikeloom.chip.limits import N_AXONS, N_NEURONS
from spikeloom.chip.program import NOWHERE, ChipProgram
from spikeloom.errors import ExportError
from spikeloom.export.features import MEMORYLESS_ONLY, Support, even_levels, refuse_unsupported
from spikeloom.export.format import Exported, Options
from spikeloom.export.nir.metadata import metadata_of
from spikeloom.machine import memory_bytes
from spikeloom.optional import needed
from spikeloom.writing import write_atomically

Profile = Literal["portable", "native"]
_COPIES = 4  # of a weight while a graph is made and written
GRAPH_FILE = "graph.nir"
INPUT, OUTPUT, LINES, ANY = "input", "output", "lines", "any"

STEP = 1e-4  # seconds; importers take steps of this length by default
SUPPORT = {
    "memoryless neurons": Support("faithful", "a threshold (native), or a CubaLIF that forgets (portable)"),
    **MEMORYLESS_ONLY,
    "delays above 1": Support("unsupported", "no importer maps delays; take delays of one tick"),
    "circles of cores": Support("unsupported", "a graph answers at once; break the circle"),
    "neurons that share an axon": Support("faithful", "a spiking node makes one spike of theirs"),
    "neurons that share an output line": Support("faithful", "a spiking node makes one spike of theirs"),
    "neurons that go nowhere": Support("faithful", "left out"),
    "axon types and on/off synapses": Support("equivalent", "weights: the same sums, not the same memory"),
    "placement on chips": Support("equivalent", "left out: NIR has no places, and no spike depends on them"),
}


class Feed(NamedTuple):
    """What feeds an axon: a node, a place in it, and the axon."""

    node: str
    place: int
    axon: int


class NirOptions(Options):
    """Which nodes the graph is made of: `portable` ones that other tools' importers run, or `native` thresholds."""

    profile: Profile = "portable"


def write_nir(exported: Exported, folder: Path, options: NirOptions = NirOptions()) -> list[Path]:
    """Write ``graph.nir`` (HDF5), and give its path.

    Raises
    ------
    ExportError
        If the program uses what NIR cannot say, or paths of different length meet.
    """
    nir = needed("nir", "spikeloom[nir]")
    _refuse_what_is_too_large(exported.program)
    graph = nir_graph(exported.program, options.profile)
    path = folder / GRAPH_FILE
    content = io.BytesIO()  # in memory, so that no name on the disk is shared with another writer
    nir.write(content, graph)
    write_atomically(path, content.getvalue())
    return [path]


def _refuse_what_is_too_large(program: ChipProgram) -> None:
    """Refuse what would take more memory than there is: NIR's layers are dense, over all lines, whatever feeds them.

    So an ensemble grows with the square of its members.
    """
    reading = len(np.unique(program.inputs.tap_cores)) * len(program.inputs)
    voting = int(program.routes.to_outputs.any(1).sum()) * len(program.outputs)
    n_bytes = _COPIES * 4 * N_NEURONS * (reading + voting + int(program.routes.to_cores.any(1).sum()) * N_AXONS)
    if n_bytes > memory_bytes():
        raise ExportError(
            f"program: takes about {n_bytes / 2**30:,.0f} GiB as dense layers; {memory_bytes() / 2**30:,.0f} GiB may "
            "be taken here; export the members one by one, --member 0 and so on"
        )


def nir_graph(program: ChipProgram, profile: Profile) -> Any:
    """Give the program as a NIR graph; errors as in `write_nir`."""
    nir = needed("nir", "spikeloom[nir]")
    refuse_unsupported(program, SUPPORT, "NIR")
    if not len(program.inputs) or not program.routes.to_outputs.any():
        raise ExportError("program: has no input lines or no output lines; a NIR graph needs both")
    levels = even_levels(program, "NIR")
    _refuse_dangling(program)
    connected = [np.flatnonzero(row != NOWHERE) for row in program.routes.cores]
    graph = _Graph(nir, profile, len(program.inputs))
    for core in np.argsort(levels, kind="stable").tolist():
        weights = program.core(core).weights[:, connected[core]]
        leak = program.neurons.leak[core, connected[core]]
        graph.add_core(_name(core), weights.T, leak, _feeds(program, core, connected))
    graph.add_output(_output_feeds(program, connected), len(program.outputs))
    metadata = metadata_of(program, profile, int(levels.max()) + 1, SUPPORT)
    return nir.NIRGraph(graph.nodes, graph.edges, metadata=metadata)


class _Graph:
    """A graph as it grows: spiking nodes, and the nodes that gather what feeds them."""

    def __init__(self, nir: Any, profile: Profile, n_inputs: int) -> None:
        self._nir, self._profile = nir, profile
        self.nodes: dict[str, Any] = {INPUT: nir.Input(input_type={"input": np.array([n_inputs])})}
        self.edges: list[tuple[str, str]] = []
        self._sizes = {INPUT: n_inputs}

    def add_core(self, name: str, weights: np.ndarray, leak: np.ndarray, feeds: list[Feed]) -> None:
        """Add a spiking node over axons, (n_neurons, n_axons) weights; what shares an axon spikes as one first."""
        axons = sorted({feed.axon for feed in feeds})
        if len(axons) < len(feeds):
            # importers add what meets on an edge; one spiking node in between makes one spike of several
            merged, n = f"{name}_{ANY}", len(axons)
            self._add_spiking(merged, np.eye(n), np.zeros(n), [f._replace(axon=axons.index(f.axon)) for f in feeds])
            feeds = [Feed(merged, place, axon) for place, axon in enumerate(axons)]
        self._add_spiking(name, weights, leak, feeds)

    def add_output(self, feeds: list[Feed], n_lines: int) -> None:
        """Add the output node; several edges into it would become a tuple, so they meet in a node before it."""
        if len({feed.axon for feed in feeds}) < len(feeds):
            self._add_spiking(LINES, np.eye(n_lines), np.zeros(n_lines), feeds)
        else:
            gathers = self._gather(LINES, feeds, n_lines)
            self.nodes[LINES] = self._nir.Linear(weight=np.eye(n_lines, dtype=np.float32))
            self.edges += [(gather, LINES) for gather in gathers]
        self.nodes[OUTPUT] = self._nir.Output(output_type={"output": np.array([n_lines])})
        self.edges.append((LINES, OUTPUT))

    def _add_spiking(self, name: str, weights: np.ndarray, leak: np.ndarray, feeds: list[Feed]) -> None:
        nir, n = self._nir, len(leak)
        gathers = self._gather(name, feeds, weights.shape[1])
        weights = weights.astype(np.float32)
        if self._profile == "native":
            self.nodes[f"{name}_w"] = nir.Linear(weight=weights)
            self.nodes[name] = nir.Threshold(threshold=(0.5 - leak).astype(np.float32))
        else:
            self.nodes[f"{name}_w"] = nir.Affine(weight=weights, bias=(leak + 0.5).astype(np.float32))
            one, zero = np.ones(n), np.zeros(n)
            self.nodes[name] = nir.CubaLIF(
                tau_syn=one * STEP, tau_mem=one * STEP, r=one, v_leak=zero, v_reset=zero, v_threshold=one, w_in=one
            )
        self.edges += [*((gather, f"{name}_w") for gather in gathers), (f"{name}_w", name)]
        self._sizes[name] = n

    def _gather(self, name: str, feeds: list[Feed], n_axons: int) -> list[str]:
        """Add a linear node of zeros and ones for each node that feeds, and give their names."""
        matrices: dict[str, np.ndarray] = {}
        for feed in feeds:
            matrix = matrices.setdefault(feed.node, np.zeros((n_axons, self._sizes[feed.node]), np.float32))
            matrix[feed.axon, feed.place] = 1
        for node, matrix in matrices.items():
            self.nodes[f"{name}_from_{node}"] = self._nir.Linear(weight=matrix)
            self.edges.append((node, f"{name}_from_{node}"))
        return [f"{name}_from_{node}" for node in matrices]


def _refuse_dangling(program: ChipProgram) -> None:
    """Refuse cores that nothing feeds, or that lead nowhere: a node of a graph needs both."""
    fed = np.zeros(program.n_cores, bool)
    fed[program.inputs.tap_cores] = True
    fed[program.routes.cores[program.routes.to_cores]] = True
    leads = (program.routes.cores != NOWHERE).any(1)
    for name, wrong in (("is fed by nothing", ~fed), ("leads nowhere", ~leads)):
        if wrong.any():
            raise ExportError(f"core {wrong.argmax()}: {name}; a node of a NIR graph needs both, so leave the core out")


def _name(core: int) -> str:
    return f"core{core}"


def _feeds(program: ChipProgram, core: int, connected: list[np.ndarray]) -> list[Feed]:
    """Give everything that feeds a core."""
    lines, routes = program.inputs, program.routes
    tapped = lines.tap_cores == core
    taps = zip(lines.tap_lines[tapped].tolist(), lines.tap_axons[tapped].tolist(), strict=True)
    source, neuron = np.nonzero(routes.cores == core)
    return [Feed(INPUT, line, axon) for line, axon in taps] + _feeds_of(program, connected, source, neuron)


def _output_feeds(program: ChipProgram, connected: list[np.ndarray]) -> list[Feed]:
    """Give everything that feeds an output line."""
    return _feeds_of(program, connected, *np.nonzero(program.routes.to_outputs))


def _feeds_of(program: ChipProgram, connected: list[np.ndarray], cores: np.ndarray, neurons: np.ndarray) -> list[Feed]:
    """Give the feeds that these neurons are; a node holds the connected neurons of its core, in their order."""
    targets = program.routes.axons[cores, neurons].tolist()
    return [
        Feed(_name(core), int(np.searchsorted(connected[core], neuron)), target)
        for core, neuron, target in zip(cores.tolist(), neurons.tolist(), targets, strict=True)
    ]
