"""Cores as tables: live axons by type, live neurons by what they feed.

Within a core the axons of one type lie together, first those that input lines reach, by line, then those that neurons
feed, by core; so the neurons of a core, put in the order of their targets, feed runs of neighbouring axons.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from spikeloom.chip.limits import N_AXON_TYPES, N_AXONS
from spikeloom.chip.neuron import Neurons
from spikeloom.chip.program import ChipProgram
from spikeloom.export.tables.ages import core_ages, why_not_layered
from spikeloom.export.tables.live import Live, live_parts
from spikeloom.value import Value

OUTPUTS = -1
"""Target of neurons that feed an output line."""

_LAST = 2**31


@dataclass(frozen=True, eq=False, repr=False)
class CoreTable(Value):
    """A core's live part; positions count its live axons, places the cores of the tables.

    number : int
        Of the core in the program.
    seed : int
    axons : (n_positions,) int
        Number of the axon at each position.
    type_starts : (n_axon_types + 1,) int
        First position of each type, and the number of positions.
    neurons : (n,) int
        Numbers of the live neurons, in the order of the tables.
    synapses : (n, n_positions) bool
    parameters : Neurons of (n,)
    potentials : (n,) int
        Before the first tick.
    taps : (n_taps, 2) int
        Position and input line, by position.
    targets : (n,) int
        Place of the core that a neuron feeds, or `OUTPUTS`.
    positions : (n,) int
        Position within that core, or output line.
    delays : (n,) int
        1 of those that feed an output line, which shows a spike at once.
    """

    number: int
    seed: int
    axons: np.ndarray
    type_starts: np.ndarray
    neurons: np.ndarray
    synapses: np.ndarray
    parameters: Neurons
    potentials: np.ndarray
    taps: np.ndarray
    targets: np.ndarray
    positions: np.ndarray
    delays: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class Tables(Value):
    """A program's live cores, each after all that feed it where the program is layered.

    why_not_layered : str or None
        Why an example cannot go through core after core within one tick.
    ages : (n_cores,) int
        Ticks by which the input that a core sees is old, where the program is layered.
    """

    program: ChipProgram
    cores: tuple[CoreTable, ...]
    why_not_layered: str | None
    ages: tuple[int, ...]

    @property
    def layered(self) -> bool:
        """Whether an example goes through core after core within one tick."""
        return self.why_not_layered is None

    @property
    def n_neurons(self) -> int:
        """Live neurons over all cores."""
        return sum(len(core.neurons) for core in self.cores)

    @property
    def answer_age(self) -> int:
        """Ticks from an input to the outputs that answer it."""
        voting = (age for core, age in zip(self.cores, self.ages, strict=True) if (core.targets == OUTPUTS).any())
        return max(voting, default=0)


def tables_of(program: ChipProgram) -> Tables:
    """Lay a program out as tables."""
    live = live_parts(program)
    reason = why_not_layered(program, live)
    ages = np.zeros(program.n_cores, np.int64) if reason else core_ages(program, live)
    order = np.array([core for core in np.argsort(ages, kind="stable") if live.neurons[core].any()], np.int64)
    places = np.full(program.n_cores, -1)
    places[order] = np.arange(len(order))
    axons = _axon_orders(program, live, places)
    positions = np.zeros((program.n_cores, N_AXONS), np.int64)
    for core in order:
        positions[core, axons[core]] = np.arange(len(axons[core]))
    cores = tuple(_core_table(program, live, int(core), axons[core], positions, places) for core in order)
    return Tables(program, cores, reason, tuple(ages[order].tolist()))


def _axon_orders(program: ChipProgram, live: Live, places: np.ndarray) -> list[np.ndarray]:
    """Give the live axons of each core in the order of their positions."""
    first_line = np.full((program.n_cores, N_AXONS), _LAST, np.int64)
    lines = program.inputs
    np.minimum.at(first_line, (lines.tap_cores, lines.tap_axons), lines.tap_lines)
    first_feeder = np.full((program.n_cores, N_AXONS), _LAST, np.int64)
    core, neuron = np.nonzero(live.neurons & program.routes.to_cores)
    targets = program.routes.cores[core, neuron], program.routes.axons[core, neuron]
    np.minimum.at(first_feeder, targets, places[core])
    return [
        _sorted(np.flatnonzero(live.axons[core]), program.axon_types[core], first_line[core], first_feeder[core])
        for core in range(program.n_cores)
    ]


def _core_table(
    program: ChipProgram, live: Live, core: int, axons: np.ndarray, positions: np.ndarray, places: np.ndarray
) -> CoreTable:
    routes, lines = program.routes, program.inputs
    to_core = routes.to_cores[core]
    targets = np.where(to_core, places[np.where(to_core, routes.cores[core], 0)], OUTPUTS)
    fed = np.where(to_core, positions[np.where(to_core, routes.cores[core], 0), routes.axons[core] % N_AXONS], 0)
    fed = np.where(to_core, fed, routes.axons[core])
    delays = np.where(to_core, routes.delays[core], 1)
    neurons = _sorted(np.flatnonzero(live.neurons[core]), targets % _LAST, delays, fed)
    tapped = (lines.tap_cores == core) & live.axons[core, lines.tap_axons]
    taps = np.stack([positions[core, lines.tap_axons[tapped]], lines.tap_lines[tapped]], 1).astype(np.int64)
    types = program.axon_types[core, axons]
    return CoreTable(
        number=core,
        seed=int(program.seeds[core]),
        axons=axons,
        type_starts=np.searchsorted(types, np.arange(N_AXON_TYPES + 1)),
        neurons=neurons,
        synapses=live.synapses[core][np.ix_(axons, neurons)].T,
        parameters=program.neurons[core][neurons],
        potentials=program.potentials[core, neurons],
        taps=np.unique(taps, axis=0),
        targets=targets[neurons],
        positions=fed[neurons],
        delays=delays[neurons].astype(np.int64),
    )


def _sorted(numbers: np.ndarray, *keys: np.ndarray) -> np.ndarray:
    """Give numbers sorted by the values that they have in each array of keys, the first counting most."""
    by_last_key_first: Iterable[np.ndarray] = (key[numbers] for key in reversed(keys))
    return numbers[np.lexsort((numbers, *by_last_key_first))]
