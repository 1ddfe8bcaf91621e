"""A layered program as an engine that takes a neuron a clock and lane: what stands in its memories and its wires.

All cores share one row of positions, on which a lane counts: a segment a place, as wide as the widest core needs.
Which axon type a place stands for differs from core to core, largest first, so that the segments stay narrow; the
strengths of a neuron stand in the order of the places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spikeloom.chip.limits import N_AXON_TYPES
from spikeloom.export.tables.layout import OUTPUTS, CoreTable, Tables
from spikeloom.value import Value


@dataclass(frozen=True, eq=False, repr=False)
class Engine(Value):
    """What the hardware is made of.

    tables : Tables
    lanes : int
    widths : (n_axon_types,) int
        Positions of each segment.
    strength_bits, leak_bits : int
        Of signed numbers.
    rows : per lane, (depth,) Python integers
        A word a neuron: its synapses from the lowest bit up, its strengths, its leak less 1.
    places : (n_cores, n_axon_types)
        The axon type that each segment stands for.
    """

    tables: Tables
    lanes: int
    widths: np.ndarray
    strength_bits: int
    leak_bits: int
    rows: tuple[tuple[int, ...], ...]
    places: np.ndarray

    @property
    def n_positions(self) -> int:
        """Bits of a row that are synapses."""
        return int(self.widths.sum())

    @property
    def word_bits(self) -> int:
        """Bits of a row."""
        return self.n_positions + N_AXON_TYPES * self.strength_bits + self.leak_bits

    @property
    def depth(self) -> int:
        """Rows of a lane."""
        return len(self.rows[0])

    def groups(self, core: CoreTable) -> int:
        """Clocks that a core takes."""
        return -(-len(core.neurons) // self.lanes)

    def position(self, place: int, position: int) -> int:
        """Give where a position of a core lies in the shared row."""
        core = self.tables.cores[place]
        axon_type = int(np.searchsorted(core.type_starts, position, side="right")) - 1
        segment = int(np.flatnonzero(self.places[place] == axon_type)[0])
        return int(self.widths[:segment].sum()) + position - int(core.type_starts[axon_type])


def engine_of(tables: Tables, lanes: int) -> Engine:
    """Lay out a layered program for so many lanes."""
    counts = np.array([np.diff(core.type_starts) for core in tables.cores]).reshape(-1, N_AXON_TYPES)
    places = np.argsort(-counts, axis=1, kind="stable")
    widths = np.take_along_axis(counts, places, 1).max(0, initial=0)
    strengths = [core.parameters.strengths for core in tables.cores]
    # V >= 1 is input + leak - 1 >= 0: the sign alone then says whether there is a spike
    leaks = [core.parameters.leak.astype(np.int64) - 1 for core in tables.cores]
    strength_bits, leak_bits = _signed_bits(strengths), _signed_bits(leaks)
    words: list[list[int]] = [[] for _ in range(lanes)]
    for place, core in enumerate(tables.cores):
        rows = _rows(core, places[place], widths, strength_bits, leak_bits)
        idle = -(-len(rows) // lanes) * lanes - len(rows)
        rows += [(1 << leak_bits) - 1 << int(widths.sum()) + N_AXON_TYPES * strength_bits] * idle  # a leak of -1
        for lane in range(lanes):
            words[lane] += rows[lane::lanes]
    return Engine(tables, lanes, widths, strength_bits, leak_bits, tuple(map(tuple, words)), places)


def _signed_bits(numbers: list[np.ndarray]) -> int:
    """Give the bits that hold all numbers in two's complement."""
    joined = np.concatenate([array.ravel() for array in numbers]) if numbers else np.zeros(1, np.int64)
    low, high = int(joined.min()), int(joined.max())
    return max((high if high >= 0 else ~high).bit_length(), (low if low >= 0 else ~low).bit_length()) + 1


def _rows(core: CoreTable, places: np.ndarray, widths: np.ndarray, strength_bits: int, leak_bits: int) -> list[int]:
    n = len(core.neurons)
    parts = []
    for axon_type, width in zip(places, widths, strict=True):
        segment = np.zeros((n, width), bool)
        of_type = core.synapses[:, core.type_starts[axon_type] : core.type_starts[axon_type + 1]]
        segment[:, : of_type.shape[1]] = of_type
        parts.append(segment)
    parts += [_bits(core.parameters.strengths[:, axon_type], strength_bits) for axon_type in places]
    parts.append(_bits(core.parameters.leak.astype(np.int64) - 1, leak_bits))
    packed = np.packbits(np.concatenate(parts, 1), axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in packed]


def _bits(numbers: np.ndarray, bits: int) -> np.ndarray:
    """Give numbers in two's complement, lowest bit first, (n, bits) bool."""
    return ((numbers.astype(np.int64)[:, None] >> np.arange(bits)) & 1).astype(bool)


def axon_wires(engine: Engine, place: int) -> list[str]:
    """Give what each position of the shared row carries for a core, lowest first, as Verilog."""
    tables = engine.tables
    feeding: list[list[str]] = [[] for _ in range(engine.n_positions)]
    values = tables.program.inputs.values
    for position, line in tables.cores[place].taps.tolist():
        feeding[engine.position(place, position)].append(f"image[{values[line]}]")
    for source, core in enumerate(tables.cores):
        for neuron in np.flatnonzero(core.targets == place).tolist():
            feeding[engine.position(place, int(core.positions[neuron]))].append(f"spikes_{source}[{neuron}]")
    return [" | ".join(dict.fromkeys(signals)) or "1'b0" for signals in feeding]


def output_wires(engine: Engine) -> list[str]:
    """Give what every output line carries, as Verilog; neurons that share a line meet on it."""
    lines: list[list[str]] = [[] for _ in range(len(engine.tables.program.outputs))]
    for source, core in enumerate(engine.tables.cores):
        for neuron in np.flatnonzero(core.targets == OUTPUTS).tolist():
            lines[int(core.positions[neuron])].append(f"spikes_{source}[{neuron}]")
    return [" | ".join(signals) or "1'b0" for signals in lines]


def lines_of_classes(engine: Engine) -> list[list[str]]:
    """Give the output lines of each class, as Verilog."""
    interface, classes = engine.tables.program.interface, engine.tables.program.outputs.classes
    assert interface is not None
    return [[f"out_lines[{line}]" for line in np.flatnonzero(classes == label)] for label in range(interface.n_classes)]
