"""The constant arrays of a program in C, in the order in which they stand in the file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.export.c.numbers import Column, c_type, initialiser, packed_bits, smallest
from spikeloom.export.c.parts import Parts, tap_stream
from spikeloom.export.tables.inputs import byte_chances, byte_limits, lines_are_regular, pattern_of
from spikeloom.export.tables.layout import Tables
from spikeloom.interface import Interface


@dataclass(frozen=True, eq=False)
class Array:
    """An array as it stands in the file: its name, what it holds, and its numbers."""

    name: str
    told: str
    numbers: np.ndarray

    @property
    def kind(self) -> str:
        """Its type in C."""
        return c_type(self.numbers)

    @property
    def text(self) -> str:
        """Its numbers as the inside of an initialiser."""
        return initialiser(self.numbers)


def arrays_of(tables: Tables, parts: Parts, for_size: bool) -> list[Array]:
    """Give every array that a program's loops walk."""
    interface = tables.program.interface
    return [
        *_synapses(parts),
        *_taps(tables, for_size),
        *_targets(tables, parts),
        *(_numbers(column) for column in parts.columns.values() if column.values is not None),
        *_keys(tables, parts),
        *([] if interface is None else _images(tables.program, interface)),
    ]


def _synapses(parts: Parts) -> list[Array]:
    arrays = []
    if not parts.listed.all():
        told = "Synapses: a bit for each position, row after row of the neurons whose synapses are not in lists."
        arrays.append(Array("ROWS", told, parts.rows))
    if parts.listed.any():
        told = "Synapses of cores where few are on: for each type how many, and their positions."
        arrays.append(Array("LISTS", told, parts.lists))
    return arrays


def _taps(tables: Tables, for_size: bool) -> list[Array]:
    taps = [core.taps for core in tables.cores if len(core.taps)]
    if not taps:
        return []
    if for_size:
        told = "Taps: the next position hears the line so many further; 254 goes on by 254; 255, a position and a line."
        return [Array("TAPS", told, np.concatenate([tap_stream(core.taps) for core in tables.cores]))]
    positions, lines = np.concatenate(taps).T
    return [
        Array("TAP_LINES", "Taps: input lines ...", smallest(lines)),
        Array("TAP_POSITIONS", "... and the positions that hear them.", smallest(positions)),
    ]


def _targets(tables: Tables, parts: Parts) -> list[Array]:
    runs = parts.runs
    first = "Runs of targets: the first, over the axon bits of all cores and then the output lines; ..."
    arrays = [
        Array("RUN_FIRSTS", first, smallest(runs.firsts)),
        Array("RUN_NEURONS", "... how many neurons feed it and those behind it; ...", smallest(runs.neurons)),
    ]
    if not tables.layered:
        arrays.append(Array("RUN_DELAYS", "... after how many ticks.", smallest(runs.delays)))
    told = "A bit a neuron: whether it feeds the target after the last neuron's, or the same."
    return [*arrays, Array("STEPS", told, packed_bits(runs.steps.astype(np.int64), 1))]


def _numbers(column: Column) -> Array:
    what = column.name.replace("_", " ")
    packed = f", above {column.low}, {column.bits} bits each" if column.packed else ""
    return Array(column.name.upper(), f"Of every neuron: {what}{packed}.", column.numbers)


def _keys(tables: Tables, parts: Parts) -> list[Array]:
    """Give the numbers that cores, neurons and axons have in the program, by which their draws are keyed."""
    arrays = []
    if parts.draws:
        neurons = np.concatenate([core.neurons for core in tables.cores])
        arrays.append(Array("NEURON_NUMBERS", "Numbers of the neurons in their cores.", smallest(neurons)))
    if parts.stochastic_synapses:
        axons = np.concatenate([core.axons for core in tables.cores])
        arrays.append(Array("AXON_NUMBERS", "Numbers of the axons at every position.", axons.astype(np.uint8)))
    return arrays


def _images(program: ChipProgram, interface: Interface) -> list[Array]:
    arrays = []
    if not classes_rotate(program, interface):
        arrays.append(Array("CLASSES_OF_LINES", "Class of each output line.", smallest(program.outputs.classes)))
    if not len(program.inputs):
        return arrays
    if interface.coding.certain:
        limits = pattern_of(byte_limits(interface), interface)
        arrays.append(Array("LIMITS", "The least byte that spikes.", limits.ravel().astype(np.uint8)))
    else:
        chances = byte_chances()
        chances[-1] = 2**32 - 1  # white spikes always, and is not looked up
        arrays.append(Array("CHANCES", "Of 2^32 draws, how many spike for a byte.", chances.astype(np.uint32)))
    if not lines_are_regular(program, interface):
        arrays.append(Array("VALUES_OF_LINES", "What each input line carries.", smallest(program.inputs.values)))
        if not interface.coding.certain:
            _, places = np.unique(program.inputs.members, return_inverse=True)
            arrays.append(Array("MEMBERS_OF_LINES", "Whose draw it carries.", smallest(places)))
    return arrays


def classes_rotate(program: ChipProgram, interface: Interface) -> bool:
    """Whether output line i votes for class i modulo their number, so that no table need say so."""
    lines = np.arange(len(program.outputs))
    return bool((program.outputs.classes == lines % interface.n_classes).all())


def limit_index(interface: Interface) -> str:
    """Give where the limit of a place and level stands in `LIMITS`, as C."""
    if not interface.coding.certain:
        return ""
    down, right, levels = pattern_of(byte_limits(interface), interface).shape
    if (down, right) == (1, 1):
        return "level"
    return f"(row % {down}u * {right}u + column % {right}u) * {levels}u + level"
