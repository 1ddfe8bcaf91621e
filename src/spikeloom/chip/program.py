"""The chip program: everything a chip, a simulator or an exporter needs, and nothing of how it was trained.

Cores lie in one list over all members of an ensemble. A neuron has one route: to an axon of a core, to an output line,
or nowhere. Input lines carry a source value of a member to many axons; output lines carry a vote for a class.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spikeloom.chip.core import Core, unpack_crossbars
from spikeloom.chip.limits import ARRAY_COLUMNS, CHIP_COLUMNS, CHIP_ROWS, CORES_PER_CHIP
from spikeloom.chip.neuron import Neurons
from spikeloom.interface import Interface
from spikeloom.notebook import facts_html, plan_svg, plural
from spikeloom.value import Value

NOWHERE, TO_OUTPUT = -1, -2
"""Values of `Routes.cores` for a neuron that goes nowhere, and for one that feeds an output line."""


@dataclass(frozen=True, eq=False, repr=False)
class Routes(Value):
    """Where each neuron's spikes go; all of (n_cores, n_neurons).

    cores : int32
        Target core, `NOWHERE` or `TO_OUTPUT`.
    axons : int32
        Axon of the target core, or the output line.
    delays : uint8
        Ticks until the spike is integrated, 1 .. 15. An output line shows a spike in the tick that emits it.
    """

    cores: np.ndarray
    axons: np.ndarray
    delays: np.ndarray

    @property
    def to_cores(self) -> np.ndarray:
        """Which neurons feed an axon, (n_cores, n_neurons) bool."""
        return self.cores >= 0

    @property
    def to_outputs(self) -> np.ndarray:
        """Which neurons feed an output line, (n_cores, n_neurons) bool."""
        return self.cores == TO_OUTPUT

    @property
    def between_cores(self) -> np.ndarray:
        """The core that each route leaves and the core that it feeds, (n_routes, 2) int64."""
        source, neuron = np.nonzero(self.to_cores)
        return np.stack([source, self.cores[source, neuron]], 1)


@dataclass(frozen=True, eq=False, repr=False)
class InputLines(Value):
    """Lines into the chip: what each carries, and its taps, the many axons it reaches.

    values, members : (n_lines,) int32
        Which of the interface's coded values the line carries, and the ensemble member whose draw it is.
    tap_lines, tap_cores, tap_axons : (n_taps,) int32
    """

    values: np.ndarray
    members: np.ndarray
    tap_lines: np.ndarray
    tap_cores: np.ndarray
    tap_axons: np.ndarray

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, eq=False, repr=False)
class OutputLines(Value):
    """Lines out of the chip, each a vote.

    classes, members : (n_lines,) int32
    """

    classes: np.ndarray
    members: np.ndarray

    def __len__(self) -> int:
        return len(self.classes)


@dataclass(frozen=True, eq=False, repr=False)
class ChipProgram(Value):
    """Cores, routes, lines, placement and interface of one or more members.

    axon_types : (n_cores, n_axons) uint8
    crossbars : (n_cores, n_axons, n_neurons / 8) uint8
        Packed; neuron 0 is the highest bit of byte 0.
    neurons : Neurons of (n_cores, n_neurons)
    potentials : (n_cores, n_neurons) int32
        Before the first tick.
    seeds : (n_cores,) uint32
    core_members : (n_cores,) int32
    placement : (n_cores, 3) int32
        Chip, column x and row y of each core.
    interface : Interface or None
        None where the program is fed spikes by hand.
    """

    axon_types: np.ndarray
    crossbars: np.ndarray
    neurons: Neurons
    potentials: np.ndarray
    seeds: np.ndarray
    core_members: np.ndarray
    placement: np.ndarray
    routes: Routes
    inputs: InputLines
    outputs: OutputLines
    interface: Interface | None = None

    @property
    def n_cores(self) -> int:
        """Cores over all members."""
        return len(self.axon_types)

    def __repr__(self) -> str:
        """Give one line: arrays of a whole chip are no sight for a terminal."""
        shown = "fed spikes by hand" if self.interface is None else f"{self.interface.n_classes} classes"
        return (
            f"ChipProgram({plural(self.n_cores, 'core')} of {plural(len(self.members), 'member')} on "
            f"{plural(self.n_chips, 'chip')}, "
            f"{plural(len(self.inputs), 'input line')}, {plural(len(self.outputs), 'output line')}, {shown})"
        )

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        shown = "fed spikes by hand" if self.interface is None else ", ".join(self.interface.class_names[:12])
        facts = {
            "cores": f"{self.n_cores:,} on {plural(self.n_chips, 'chip')}",
            "members": f"{len(self.members):,}",
            "lines": f"{len(self.inputs):,} in, {len(self.outputs):,} out",
            "classes": shown,
        }
        return facts_html("ChipProgram", facts, plan_svg(self.coordinates, self.core_members))

    @property
    def members(self) -> np.ndarray:
        """The ensemble members in the program, ascending."""
        return np.unique(self.core_members)

    @property
    def coordinates(self) -> np.ndarray:
        """Column and row of each core over all chips, (n_cores, 2) int64."""
        return global_coordinates(self.placement)

    @property
    def n_chips(self) -> int:
        """Chips that hold at least one core."""
        return len(np.unique(self.placement[:, 0]))

    def core(self, index: int) -> Core:
        """Give one core by itself."""
        return Core(
            self.axon_types[index],
            unpack_crossbars(self.crossbars[index]),
            self.neurons[index],
            self.potentials[index],
            int(self.seeds[index]),
        )


def global_coordinates(placement: np.ndarray) -> np.ndarray:
    """Give x and y of each core over all chips, which lie row by row in an array four chips wide, (n_cores, 2)."""
    chip, x, y = placement.T.astype(np.int64)
    return np.stack([chip % ARRAY_COLUMNS * CHIP_COLUMNS + x, chip // ARRAY_COLUMNS * CHIP_ROWS + y], 1)


def place_at(coordinates: np.ndarray) -> np.ndarray:
    """Give the place of each (x, y) over all chips, (n_cores, 3) int32; `global_coordinates` gives them back."""
    x, y = coordinates.T
    chip = y // CHIP_ROWS * ARRAY_COLUMNS + x // CHIP_COLUMNS
    return np.stack([chip, x % CHIP_COLUMNS, y % CHIP_ROWS], 1).astype(np.int32)


def place_row_by_row(cores: np.ndarray) -> np.ndarray:
    """Give each core number its place, chip after chip and row by row, (n_cores, 3) int32."""
    within = cores % CORES_PER_CHIP
    return np.stack([cores // CORES_PER_CHIP, within % CHIP_COLUMNS, within // CHIP_COLUMNS], 1).astype(np.int32)


def route_offsets(program: ChipProgram) -> np.ndarray:
    """Give dx and dy of each route, (n_cores, n_neurons, 2); zero where it leaves the chips or goes nowhere."""
    return _offsets(program, program.coordinates)


def route_crossings(program: ChipProgram) -> np.ndarray:
    """Give the seams between chips that each neuron's route crosses, (n_cores, n_neurons) int32."""
    return np.abs(_offsets(program, program.coordinates // (CHIP_COLUMNS, CHIP_ROWS))).sum(-1).astype(np.int32)


def route_hops(program: ChipProgram) -> np.ndarray:
    """Give the mesh hops of each neuron's route, |dx| + |dy|, (n_cores, n_neurons) int32.

    Spikes that leave the chips or go nowhere count none.
    """
    return np.abs(route_offsets(program)).sum(-1).astype(np.int32)


def _offsets(program: ChipProgram, places: np.ndarray) -> np.ndarray:
    """Give how far each route goes between the places of its cores, (n_cores, 2), as (n_cores, n_neurons, 2)."""
    to_cores = program.routes.to_cores
    targets = np.where(to_cores, program.routes.cores, 0)
    return (places[targets] - places[:, None, :]) * to_cores[..., None]
