"""RANC's Verilog: the memories of each grid cell, and the files of its test bench.

A core's memory has a line a neuron, binary, the most significant bit first, two's complement:

    256 connections (leftmost axon 255), potential, reset potential, 4 weights, leak, both thresholds,
    reset mode (1 bit), dx, dy, axon (8 bits), tick (4 bits)

where numbers have 9 bits, and potentials wrap; hardware built with POTENTIAL_WIDTH and THRESHOLD_WIDTH has wider
potentials (and reset potentials) and thresholds. A packet is dx, dy, axon, tick: 30 bits, injected at place (0, 0).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydantic import Field

from spikeloom.chip.core import unpack_crossbars
from spikeloom.chip.limits import N_AXON_TYPES, N_NEURONS
from spikeloom.chip.program import NOWHERE, ChipProgram
from spikeloom.errors import ExportError
from spikeloom.export.bounds import refuse_wide_potentials
from spikeloom.export.format import Exported, Options
from spikeloom.export.grid import Grid, grid_of
from spikeloom.export.ranc.readme import README_FILE, hardware_readme, tables
from spikeloom.export.ranc.simulator import refuse_what_ranc_cannot_hold
from spikeloom.writing import write_atomically

NUMBER_BITS, AXON_BITS, TICK_BITS, TYPE_BITS = 9, 8, 4, 2


class Widths(Options):
    """Bits of the potentials and of the thresholds that the hardware is built with; as RANC is shipped by default."""

    potential_bits: int = Field(default=NUMBER_BITS, ge=NUMBER_BITS, le=32)
    threshold_bits: int = Field(default=NUMBER_BITS, ge=NUMBER_BITS, le=32)


def write_memories(exported: Exported, folder: Path, widths: Widths = Widths()) -> list[Path]:
    """Write the memories of every grid cell and, with spikes, the files of both test benches; give their paths.

    Raises
    ------
    ExportError
        If the program uses what RANC cannot hold, or a potential or a number could leave its bits.
    """
    program = exported.program
    refuse_what_ranc_cannot_hold(program)
    refuse_wide_potentials(program, widths.potential_bits)
    grid = grid_of(program)
    cells = {x + grid.columns * y: core for core, (x, y) in enumerate(grid.cores.tolist())}
    texts: dict[str, str] = {}
    for cell in range(grid.columns * grid.rows):
        core = cells.get(cell)
        texts[f"csram_{cell:03}.mem"] = _empty_memory(widths) if core is None else _memory(
            program, grid, core, widths
        )  # fmt: skip
        types = np.zeros(N_NEURONS, np.int64) if core is None else program.axon_types[core]
        texts[f"tc_{cell:03}.mem"] = _lines(format(kind, f"0{TYPE_BITS}b") for kind in types)
    if exported.inputs is not None:
        texts |= _inputs(program, grid, exported.inputs)
    if exported.outputs is not None:
        texts |= _outputs(exported.outputs)
    texts[README_FILE] = hardware_readme(exported, grid, widths.potential_bits, widths.threshold_bits)
    texts |= tables(exported, with_lines=False)
    contents = {name: text.encode() for name, text in texts.items()}
    if exported.inputs is not None:
        contents |= _streamed(texts)
    for name, content in contents.items():
        write_atomically(folder / name, content)
    return [folder / name for name in contents]


def _memory(program: ChipProgram, grid: Grid, core: int, widths: Widths) -> str:
    crossbar = unpack_crossbars(program.crossbars[core])
    return _lines(_neuron(program, grid, core, neuron, crossbar, widths) for neuron in range(N_NEURONS))


def _neuron(program: ChipProgram, grid: Grid, core: int, neuron: int, crossbar: np.ndarray, widths: Widths) -> str:
    p, routes = program.neurons, program.routes
    target = int(routes.cores[core, neuron])
    if target == NOWHERE:
        return _silent(grid, grid.cores[core].tolist(), widths)
    place = grid.cores[target].tolist() if target >= 0 else grid.spare
    dx, dy = (int(to - here) for to, here in zip(place, grid.cores[core].tolist(), strict=True))
    part = f"core {core}, neuron {neuron}"
    numbers = [
        (int(program.potentials[core, neuron]), widths.potential_bits, "potential"),
        (int(p.reset[core, neuron]), widths.potential_bits, "reset"),
        *((int(strength), NUMBER_BITS, "strength") for strength in p.strengths[core, neuron]),
        (int(p.leak[core, neuron]), NUMBER_BITS, "leak"),
        (int(p.threshold[core, neuron]), widths.threshold_bits, "threshold"),
        (-int(p.negative_threshold[core, neuron]), widths.threshold_bits, "negative threshold"),
    ]
    connections = "".join("1" if on else "0" for on in crossbar[::-1, neuron])
    fields = [_signed(number, bits, f"{part}: {name}") for number, bits, name in numbers]
    tick = int(routes.delays[core, neuron]) - 1 if target >= 0 else 0
    return "".join(
        [
            connections,
            *fields,
            str(int(p.reset_mode[core, neuron])),
            _signed(dx, NUMBER_BITS, f"{part}: dx"),
            _signed(dy, NUMBER_BITS, f"{part}: dy"),
            format(int(routes.axons[core, neuron]), f"0{AXON_BITS}b"),
            format(tick, f"0{TICK_BITS}b"),
        ]
    )


def _silent(grid: Grid, place: list[int], widths: Widths) -> str:
    """Give a neuron without synapses and leak, threshold 1, that points at the bus."""
    dx, dy = grid.spare[0] - place[0], grid.spare[1] - place[1]
    zeros = "0" * (2 * widths.potential_bits + (N_AXON_TYPES + 1) * NUMBER_BITS)
    threshold = format(1, f"0{widths.threshold_bits}b") + "0" * widths.threshold_bits
    route = _signed(dx, NUMBER_BITS, "dx") + _signed(dy, NUMBER_BITS, "dy") + "0" * (AXON_BITS + TICK_BITS)
    return "0" * 256 + zeros + threshold + "0" + route


def _empty_memory(widths: Widths) -> str:
    return _lines([_silent(Grid(1, 1, np.zeros((1, 2)), (0, 0)), [0, 0], widths)] * N_NEURONS)


def _inputs(program: ChipProgram, grid: Grid, inputs: np.ndarray) -> dict[str, str]:
    lines = program.inputs
    packets = [
        _signed(int(grid.cores[core][0]), NUMBER_BITS, "dx")
        + _signed(int(grid.cores[core][1]), NUMBER_BITS, "dy")
        + format(int(axon), f"0{AXON_BITS}b")
        + "0" * TICK_BITS
        for core, axon in zip(lines.tap_cores, lines.tap_axons, strict=True)
    ]
    sent = [_repeated(np.flatnonzero(spikes[lines.tap_lines])) for spikes in inputs]
    return {
        "tb_input.txt": _lines(packets[tap] for taps in sent for tap in taps),
        "tb_num_inputs.txt": _lines(str(len(taps)) for taps in sent),
    }


def _streamed(texts: dict[str, str]) -> dict[str, bytes]:
    """Give packets and their counts as the board's streaming software reads them, 32 bits each, lowest byte first."""
    packets = [int(packet, 2) for packet in texts["tb_input.txt"].split()]
    counts = [int(count) for count in texts["tb_num_inputs.txt"].split()]
    return {"data.bin": np.array(packets, "<u4").tobytes(), "count.bin": np.array(counts, "<u4").tobytes()}


def _repeated(taps: np.ndarray) -> np.ndarray:
    """Send the second of two packets twice: RANC loses it at the end of a burst of two, and takes both as one spike."""
    return np.append(taps, taps[-1]) if len(taps) == 2 else taps


def _outputs(outputs: np.ndarray) -> dict[str, str]:
    bits = max(int(outputs.shape[1] - 1).bit_length(), 1)
    return {
        "tb_correct.txt": _lines(format(line, f"0{bits}b") for _, line in np.argwhere(outputs)),
        "tb_num_outputs.txt": _lines(str(int(n)) for n in outputs.sum(1)),
    }


def _lines(rows: Iterator[str] | list[str]) -> str:
    return "".join(f"{row}\n" for row in rows)


def _signed(number: int, bits: int, part: str) -> str:
    if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        way_out = "place the cores closer" if part.endswith(("dx", "dy")) else "take a smaller number or wider hardware"
        held = f"{-(2 ** (bits - 1))} .. {2 ** (bits - 1) - 1}"
        raise ExportError(f"{part}: {number}; {bits} bits hold {held}; {way_out}")
    return format(number & ((1 << bits) - 1), f"0{bits}b")
