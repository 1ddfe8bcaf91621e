"""SANA-FE: an architecture file with cited energies and a network file, both YAML.

A core is a tile of its own with a memoryless TrueNorth soma; every input line is a neuron that plays its spikes. A
neuron's synapses become weighted edges, so SANA-FE knows neither axons nor types: where several spikes meet on one axon
it adds them, and such programs are refused. An input that is played in a tick arrives in the next, so nothing can
arrive in the first: inputs begin with a blank tick, and then its ticks are ours. It has no static energy; synapses and
hops cost what the energy profile says, and hops of inputs count there.
Source: the files that SANA-FE 2.2.9 loads (J. Boyle et al., "SANA-FE", 2025).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from spikeloom.chip.core import unpack_crossbars
from spikeloom.chip.limits import N_NEURONS, TICK_SECONDS
from spikeloom.chip.program import NOWHERE, ChipProgram
from spikeloom.errors import ExportError
from spikeloom.export.features import MEMORYLESS_ONLY, Support, refuse_shared_axons, refuse_unsupported
from spikeloom.export.format import Exported, Options
from spikeloom.export.grid import Grid, grid_of
from spikeloom.writing import write_atomically

ARCHITECTURE_FILE, NETWORK_FILE = "architecture.yaml", "network.yaml"
INPUTS = "inputs"

SUPPORT = {
    "memoryless neurons": Support("faithful", "soma model truenorth, threshold 1, hard reset, saturation at 0"),
    **MEMORYLESS_ONLY,
    "delays above 1": Support("unsupported", "take delays of one tick"),
    "circles of cores": Support("faithful", "edges lead anywhere, a tick each"),
    "neurons that share an axon": Support("unsupported", "it adds spikes that meet; give each neuron an axon"),
    "neurons that share an output line": Support("faithful", "lines are read from their neurons' spikes"),
    "neurons that go nowhere": Support("faithful", "neurons without edges"),
    "axon types and on/off synapses": Support("equivalent", "weighted edges: the same sums, not the same memory"),
    "placement on chips": Support("faithful", "one mesh over all chips; inputs take a tile of their own"),
}

_NEURON = (
    "threshold: 1.0, reset: 0.0, reset_mode: hard, reverse_threshold: 0.0, reverse_reset: 0.0, "
    "reverse_reset_mode: saturate, leak: 0.0, leak_towards_zero: 0, force_update: 1"
)


def write_sana_fe(exported: Exported, folder: Path, options: Options = Options()) -> list[Path]:
    """Write ``architecture.yaml`` and ``network.yaml``, and give their paths; the first tick of inputs must be blank.

    Raises
    ------
    ExportError
        If the program uses what SANA-FE cannot hold.
    """
    program = exported.program
    inputs = np.zeros((1, len(program.inputs)), bool) if exported.inputs is None else exported.inputs
    refuse_unsupported(program, SUPPORT, "SANA-FE")
    refuse_shared_axons(program, "SANA-FE")
    if inputs[:1].any():
        raise ExportError(
            "inputs: spikes in tick 0; nothing arrives in SANA-FE's first tick, so put a blank one before"
        )
    grid = grid_of(program)
    architecture = _architecture(grid, len(program.inputs), exported.joules_per_event, exported.joules_per_hop)
    network = "\n".join(_network(program, grid, inputs)) + "\n"
    write_atomically(folder / ARCHITECTURE_FILE, architecture.encode())
    write_atomically(folder / NETWORK_FILE, network.encode())
    return [folder / ARCHITECTURE_FILE, folder / NETWORK_FILE]


def core_group(core: int) -> str:
    """Give the name that a core's neurons have as a group."""
    return f"core{core}"


def _tile_number(grid: Grid, place: Iterable[int]) -> int:
    """Give the number of the tile at (x, y): tiles are numbered column by column."""
    x, y = place
    return int(x) * grid.rows + int(y)


def _architecture(grid: Grid, n_inputs: int, joules_per_event: float, joules_per_hop: float) -> str:
    hops = ", ".join(
        f"energy_{side}_hop: {joules_per_hop!r}, latency_{side}_hop: 0.0" for side in ("north", "east", "south", "west")
    )
    spare, n_tiles = _tile_number(grid, grid.spare), grid.columns * grid.rows
    core = _tile(hops, N_NEURONS, _soma("core_soma", "truenorth"), joules_per_event)
    source = _tile(hops, max(n_inputs, 1), _soma(f"{INPUTS}[0..{max(n_inputs - 1, 0)}]", "input"), joules_per_event)
    ranges = [(0, spare - 1, "before", core), (spare, spare, "source", source), (spare + 1, n_tiles - 1, "after", core)]
    tiles = [f"    - name: {name}[{first}..{last}]\n{tile}" for first, last, name, tile in ranges if first <= last]
    return (
        "architecture:\n  name: spikeloom\n"
        f"  attributes: {{topology: mesh, width: {grid.columns}, height: {grid.rows}, link_buffer_size: 1, "
        f"sync_model: fixed, latency_sync: {TICK_SECONDS!r}}}\n  tile:\n" + "".join(tiles)
    )


def _tile(hops: str, n_neurons: int, soma: str, joules_per_event: float) -> str:
    return f"""      attributes: {{{hops}}}
      core:
        - name: core
          attributes: {{buffer_position: soma, buffer_inside_unit: false, max_neurons_supported: {n_neurons}}}
          axon_in:
            - name: core_in
              attributes: {{energy_message_in: 0.0, latency_message_in: 0.0}}
          synapse:
            - name: core_synapses
              attributes:
                {{model: current_based, energy_process_spike: {joules_per_event!r}, latency_process_spike: 0.0}}
          dendrite:
            - name: core_dendrites
              attributes: {{model: accumulator, energy_update: 0.0, latency_update: 0.0}}
          soma:
            - {soma}
          axon_out:
            - name: core_out
              attributes: {{energy_message_out: 0.0, latency_message_out: 0.0}}
"""


def _soma(name: str, model: str) -> str:
    costs = ", ".join(f"{kind}_{part}: 0.0" for part in ("access_neuron", "update_neuron", "spike_out")
                      for kind in ("energy", "latency"))  # fmt: skip
    return f"name: {name}\n              attributes: {{model: {model}, {costs}}}"


def _network(program: ChipProgram, grid: Grid, inputs: np.ndarray) -> Iterator[str]:
    """Give the lines of the network file."""
    yield "network:\n  name: spikeloom\n  groups:"
    if len(program.inputs):
        yield f"    - name: {INPUTS}\n      attributes: [log_spikes: true]\n      neurons:"
        for line, spikes in enumerate(inputs[1:].T.astype(int).tolist()):
            yield f"        - {line}: [spikes: {spikes}]"
    # a silent neuron with a leak would spike there, and its spikes would be counted
    leaks = np.where(program.routes.cores == NOWHERE, 0, program.neurons.leak)
    for core in range(program.n_cores):
        yield f"    - name: {core_group(core)}\n      attributes: {{log_spikes: true, {_NEURON}}}\n      neurons:"
        yield from (f"        - {neuron}: [bias: {leak}]" for neuron, leak in enumerate(leaks[core].tolist()))
    edges = list(_edges(program))
    yield "  edges:" if edges else "  edges: []"
    yield from edges
    yield "mappings:"
    source = _tile_number(grid, grid.spare)
    yield from (f'  - {INPUTS}.{n}: [core: {source}.0, soma: "{INPUTS}[{n}]"]' for n in range(len(program.inputs)))
    units = "soma: core_soma, synapse: core_synapses, dendrite: core_dendrites"
    for core, place in enumerate(grid.cores.tolist()):
        yield f"  - {core_group(core)}: [core: {_tile_number(grid, place)}.0, {units}]"


def _edges(program: ChipProgram) -> Iterator[str]:
    """Give the edges into each core, a block for each group that feeds it."""
    for core in range(program.n_cores):
        axons, groups, sources = _feeding(program, core)
        connected = program.routes.cores[core] != NOWHERE
        crossbar = unpack_crossbars(program.crossbars[core]) & connected
        strengths = program.core(core).synaptic_strengths
        for group in np.unique(groups):
            chosen = groups == group
            row, neuron = np.nonzero(crossbar[axons[chosen]])
            weights = strengths[axons[chosen][row], neuron]
            pairs = np.stack([sources[chosen][row], neuron], 1).tolist()
            name = INPUTS if group < 0 else core_group(int(group))
            if pairs:
                yield (
                    f"    - {name} -> {core_group(core)}: [type: sparse, source_target_pairs: {pairs}, "
                    f"weight: {weights.tolist()}]"
                )


def _feeding(program: ChipProgram, core: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give the fed axons of a core, the core that feeds each (-1: an input line), and the neuron or line of it."""
    lines, routes = program.inputs, program.routes
    tapped = lines.tap_cores == core
    source, neuron = np.nonzero(routes.cores == core)
    axons = np.concatenate([lines.tap_axons[tapped], routes.axons[source, neuron]])
    groups = np.concatenate([np.full(int(tapped.sum()), -1), source])
    return axons, groups, np.concatenate([lines.tap_lines[tapped], neuron])
