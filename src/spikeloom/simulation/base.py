"""The contract of every back end: spikes in, spikes out, and exact counts of what happened.

An input spike is stamped with the tick in which it is integrated. A spike of tick t with delay d is integrated in tick
t + d. Spikes that meet on one axon or one output line in one tick are one spike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from spikeloom.chip.program import ChipProgram, InputLines
from spikeloom.chip.trains import SpikeTrains, unpack
from spikeloom.errors import ProgramError
from spikeloom.interface import Interface
from spikeloom.value import Value

COUNTS = ("spikes", "events", "hops", "crossings")
"""What is counted, by the names that `SpikeRecord` has for it."""
N_COUNTS = len(COUNTS)
SPIKES, EVENTS, HOPS, CROSSINGS = range(N_COUNTS)
"""Their columns."""


@dataclass(frozen=True, eq=False, repr=False)
class Recording(Value):
    """What is kept of a run beside its outputs.

    cores : cores whose neurons are recorded, in this order
    ticks : the ticks in which they are; all where None
    windows : (n_cores, 2) int
        First tick in which a core's activity is counted, and the tick after the last; all ticks where None.
    each_tick : whether activity is kept of every tick too, counted or not
    """

    cores: Sequence[int] = ()
    ticks: range | None = None
    windows: np.ndarray | None = None
    each_tick: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class SpikeRecord(Value):
    """What a piece of a run gave.

    output_trains : SpikeTrains
        Output lines in the tick in which their neurons spiked.
    spikes, events, hops, crossings : (n_cores,) int64
        Spikes of the core's neurons; synaptic events, one for every synapse that is on behind an axon that spiked;
        mesh hops of the core's spikes, and the seams between chips that they cross.
    rasters : (n_recorded_ticks, n_recorded, n_neurons) bool
        Spikes of the cores that were asked for, in the ticks that were.
    potentials : (n_recorded_ticks, n_recorded, n_neurons) int32
        Their potentials at the end of each tick.
    by_tick : (n_ticks, n_cores, N_COUNTS) int32
        Spikes, events, hops and crossings of every tick, where that was asked for; else of no ticks.
    """

    output_trains: SpikeTrains
    spikes: np.ndarray
    events: np.ndarray
    hops: np.ndarray
    crossings: np.ndarray
    rasters: np.ndarray
    potentials: np.ndarray
    by_tick: np.ndarray

    @property
    def outputs(self) -> np.ndarray:
        """Output lines as (n_ticks, n_output_lines) bool."""
        return unpack(self.output_trains)


class Simulation(Protocol):
    """A program in the middle of a run."""

    path: str
    """How it is run: "streaming" or "general"."""

    ticks_at_once: int
    """Ticks that one piece may have, so that memory stays bounded."""

    def advance(self, inputs: SpikeTrains) -> SpikeRecord:
        """Go on for as many ticks as the inputs have, and give what happened in them.

        Raises
        ------
        ProgramError
            If the inputs do not fit the program's input lines.
        """
        ...

    def reset(self) -> None:
        """Go back to before the first tick: start potentials, no spike on its way, tick 0 next."""
        ...


class Backend(Protocol):
    """A way to run programs; every one gives the same spikes, potentials and counts."""

    def start(self, program: ChipProgram, recording: Recording = ..., threads: int = 1) -> Simulation:
        """Begin a run.

        Raises
        ------
        ProgramError
            If the recording does not belong to the program.
        """
        ...

    def encode(
        self,
        interface: Interface,
        inputs: InputLines,
        values: np.ndarray,
        examples: np.ndarray,
        seed: int,
        threads: int = 1,
    ) -> SpikeTrains:
        """Give the spikes of every input line, packed; see `spikeloom.interface.encode.encode`."""
        ...

    def count(self, trains: SpikeTrains, groups: np.ndarray, n_groups: int, threads: int = 1) -> np.ndarray:
        """Give how many lines of each group spike in each tick, (n_ticks, n_groups) int, of groups (n_lines,) int."""
        ...


def check_recording(program: ChipProgram, recording: Recording) -> None:
    """Refuse to record cores or to count windows that do not belong to the program."""
    for core in recording.cores:
        if not 0 <= core < program.n_cores:
            raise ProgramError(f"record: core {core}; 0 .. {program.n_cores - 1} exist")
    if recording.ticks is not None and recording.ticks.step != 1:
        raise ProgramError(f"record: ticks {recording.ticks}; a range of step 1 is needed")
    shape = (program.n_cores, 2)
    if recording.windows is not None and recording.windows.shape != shape:
        raise ProgramError(f"record: windows of shape {recording.windows.shape}; {shape} is needed, two ticks a core")


def check_inputs(program: ChipProgram, inputs: SpikeTrains) -> None:
    """Refuse inputs that do not fit the program's input lines."""
    if len(inputs) != len(program.inputs):
        raise ProgramError(f"inputs: {len(inputs)} spike trains; the program has {len(program.inputs)} input lines")


def windows_within(recording: Recording, n_cores: int, start: int, n_ticks: int) -> np.ndarray:
    """Give the counted ticks of each core within a piece, from the piece's first tick, (n_cores, 2) int64."""
    if recording.windows is None:
        return np.tile(np.array([0, n_ticks], np.int64), (n_cores, 1))
    return np.clip(recording.windows.astype(np.int64) - start, 0, n_ticks)


def recorded_within(recording: Recording, start: int, n_ticks: int) -> range:
    """Give the recorded ticks within a piece, from the piece's first tick."""
    if recording.ticks is None:
        return range(n_ticks)
    first, last = (min(max(tick - start, 0), n_ticks) for tick in (recording.ticks.start, recording.ticks.stop))
    return range(first, max(first, last))
