r"""RANC's simulator: an input file (network and packets) and a configuration, written and read.

RANC is an open reimplementation of TrueNorth's core (Mack et al., IEEE TCAD 2021). A neuron there

    V += weights of connected axons that spiked;  V += leak;  spike if V >= positive_threshold
    spike:           V = reset_potential          | V - positive_threshold      reset_mode 0 | 1
    V below floor:   V = -reset_potential         | V - negative_threshold      floor: negative_threshold

which is the neuron of `spikeloom.chip.neuron` without its stochastic parts, its leak reversal and its saturation. A
spike with ``destination_tick`` d arrives d + 1 ticks later, so our delay is d + 1. Packets of entry k are injected
before RANC's tick k + 1, our tick k, and are integrated d ticks later. Every line of its output file is one tick, and
the first is always blank: line r holds what our tick r - 1 emits.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from spikeloom.chip.core import unpack_crossbars
from spikeloom.chip.limits import (
    DELAY_MAX,
    N_AXON_TYPES,
    N_AXONS,
    N_NEURONS,
)
from spikeloom.chip.program import NOWHERE, ChipProgram
from spikeloom.errors import ExportError
from spikeloom.export.features import Support, refuse_unsupported
from spikeloom.export.format import Exported, Options
from spikeloom.export.grid import Grid, grid_of
from spikeloom.export.ranc.readme import README_FILE, simulator_readme, tables
from spikeloom.writing import write_atomically

OUTPUTS_MAX = N_AXONS
"""An output line is the axon field of a packet."""
INPUT_FILE, CONFIG_FILE = "input.json", "config.json"

SUPPORT = {
    "memoryless neurons": Support("faithful", "reset mode 0, reset 0, floor 0, threshold 1"),
    "potentials kept from tick to tick": Support("approximate", "exact within 20 bits, where RANC's do not saturate"),
    "reset by subtraction": Support("faithful", "reset mode 1"),
    "no reset": Support("unsupported", "set reset_mode 0 or 1"),
    "saturation at a floor": Support("unsupported", "take a floor of 0 and reset 0, or let the neuron reset"),
    "stochastic synapses": Support("unsupported", "make the synapses certain"),
    "stochastic leaks": Support("unsupported", "make the leaks certain"),
    "random thresholds": Support("unsupported", "set mask_bits 0"),
    "leak reversal": Support("unsupported", "switch it off"),
    "delays above 1": Support("faithful", "destination_tick is the delay less 1"),
    "circles of cores": Support("faithful", "routes lead anywhere"),
    "neurons that share an axon": Support("faithful", "spikes that meet are one spike there too"),
    "neurons that share an output line": Support("faithful", "spikes that meet are one spike there too"),
    "neurons that go nowhere": Support("faithful", "silenced: no synapses, no leak, threshold 1, to the bus"),
    "axon types and on/off synapses": Support("faithful", "axons, weights and connections"),
    "placement on chips": Support("faithful", "one grid over all chips; the output bus takes a place of its own"),
}


def write_ranc(exported: Exported, folder: Path, options: Options = Options()) -> list[Path]:
    """Write ``input.json`` and ``config.json`` for RANC's simulator, input spikes as packets, and what explains them.

    Raises
    ------
    ExportError
        If the program uses what RANC cannot hold.
    """
    program = exported.program
    refuse_what_ranc_cannot_hold(program)
    grid = grid_of(program)
    network = {
        "packets": packets_of(program, grid, exported.inputs),
        "output_bus": {"coordinates": list(grid.spare), "num_outputs": max(len(program.outputs), 1)},
        "cores": [_core(program, grid, core) for core in range(program.n_cores)],
    }
    config = {
        "num_neurons": N_NEURONS,
        "num_axons": N_AXONS,
        "num_cores_x": grid.columns,
        "num_cores_y": grid.rows,
        "num_weights": N_AXON_TYPES,
        "max_tick_offset": DELAY_MAX + 1,
        "neuron_block_trace_verbosity": 0,
        "core_controller_trace_verbosity": 0,
        "scheduler_trace_verbosity": 0,
        "neuron_reset_type": 0,
    }
    texts = {
        INPUT_FILE: json.dumps(network, separators=(",", ":")),
        CONFIG_FILE: json.dumps(config, indent=1),
        README_FILE: simulator_readme(exported, grid),
        **tables(exported, with_lines=True),
    }
    for name, text in texts.items():
        write_atomically(folder / name, text.encode())
    return [folder / name for name in texts]


def refuse_what_ranc_cannot_hold(program: ChipProgram) -> None:
    """Refuse by name what RANC's neurons and packets cannot express; ExportError."""
    refuse_unsupported(program, SUPPORT, "RANC")
    if len(program.outputs) > OUTPUTS_MAX:
        ways_out = "train a network in which one core votes", "export the members one by one, --member 0 and so on"
        raise ExportError(
            f"program: {len(program.outputs):,} output lines; RANC numbers {OUTPUTS_MAX}; "
            f"{ways_out[len(program.members) > 1]}"
        )


def packets_of(program: ChipProgram, grid: Grid, inputs: np.ndarray | None) -> list[list[dict[str, Any]]]:
    """Give the packets of each tick, one for each axon that an input line reaches."""
    if inputs is None:
        return []
    lines = program.inputs
    targets = [
        {"destination_core": grid.cores[core].tolist(), "destination_axon": int(axon), "destination_tick": 0}
        for core, axon in zip(lines.tap_cores, lines.tap_axons, strict=True)
    ]
    return [[targets[tap] for tap in np.flatnonzero(spikes[lines.tap_lines])] for spikes in inputs]


def _core(program: ChipProgram, grid: Grid, core: int) -> dict[str, Any]:
    connected = program.routes.cores[core] != NOWHERE
    crossbar = unpack_crossbars(program.crossbars[core]) & connected
    return {
        "coordinates": grid.cores[core].tolist(),
        "axons": program.axon_types[core].tolist(),
        "connections": crossbar.T.astype(int).tolist(),
        "neurons": [_neuron(program, grid, core, neuron) for neuron in range(N_NEURONS)],
    }


def _neuron(program: ChipProgram, grid: Grid, core: int, neuron: int) -> dict[str, Any]:
    p, routes = program.neurons, program.routes
    target, axon = int(routes.cores[core, neuron]), int(routes.axons[core, neuron])
    place = grid.cores[target] if target >= 0 else np.array(grid.spare)
    silent = target == NOWHERE
    return {
        # RANC knows no "nowhere": a neuron that goes there is kept from ever spiking, and points at the bus
        "reset_potential": 0 if silent else int(p.reset[core, neuron]),
        "weights": p.strengths[core, neuron].tolist(),
        "leak": 0 if silent else int(p.leak[core, neuron]),
        "positive_threshold": 1 if silent else int(p.threshold[core, neuron]),
        "negative_threshold": 0 if silent else -int(p.negative_threshold[core, neuron]),
        "destination_core_offset": (place - grid.cores[core]).tolist(),
        "destination_axon": 0 if silent else axon,
        "destination_tick": int(routes.delays[core, neuron]) - 1 if target >= 0 else 0,
        "current_potential": 0 if silent else int(program.potentials[core, neuron]),
        "reset_mode": 0 if silent else int(p.reset_mode[core, neuron]),
    }
