"""Show examples to a program, one after another, and count votes and activity."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.chip.trains import SpikeTrains, silence, unpack
from spikeloom.errors import ProgramError
from spikeloom.interface import Decisions, Interface, decide
from spikeloom.machine import check_memory, threads_for
from spikeloom.measure.activity import Activity, ByExample, activity_of, core_phases
from spikeloom.simulation import Recording, Simulation, SpikeRecord, backend_named
from spikeloom.value import Value

_CODED_VALUES = 2**25  # of a piece, in four bytes each

Progress = Callable[[int], None]
"""Hears how many examples more have been shown to how many cores: examples times cores."""


@dataclass(frozen=True, eq=False, repr=False)
class Votes(Value):
    """Votes of one or more members on the same examples.

    votes : (n_examples, n_classes) int64
    voters : (n_classes,) int64
        The most votes that each class can have.
    path : str
        How the simulator ran: "streaming" or "general".
    by_example : (n_examples, N_COUNTS) int64
        Spikes, events, hops and crossings of each example, where that was asked for; else of none.
    """

    votes: np.ndarray
    voters: np.ndarray
    activity: Activity
    cores: int
    path: str
    by_example: np.ndarray

    def beside(self, other: Votes) -> Votes:
        """Give the votes of both ensembles together."""
        return Votes(
            self.votes + other.votes,
            self.voters + other.voters,
            self.activity.beside(other.activity),
            self.cores + other.cores,
            self.path,
            self.by_example + other.by_example,
        )

    @property
    def decisions(self) -> Decisions:
        """What the members decide together."""
        return decide(self.votes, self.voters)


def count_votes(
    program: ChipProgram,
    values: np.ndarray,
    seed: int = 0,
    *,
    backend: str = "fast",
    threads: int = 0,
    numbers: np.ndarray | None = None,
    images_at_once: int | None = None,
    each: bool = False,
    progress: Progress | None = None,
) -> Votes:
    """Stream examples through a program, one after another, and count votes and activity.

    An example in the stream is decided like the example alone where the program keeps nothing from tick to tick, or its
    interface resets it before every example.

    Parameters
    ----------
    program : ChipProgram
        With an interface.
    values : (n_examples, n_values) float32
        In [0, 1].
    seed : int
        Root of the input's draws.
    backend : str
        One of `spikeloom.simulation.BACKENDS`.
    threads : int
        Processor cores to use; 0 takes all that this process may.
    numbers : (n_examples,) int, optional
        Of the examples in their data set, from 0 by default: keys of the draws.
    images_at_once : int, optional
        Examples in a piece, which changes no result; by default as many as keep memory bounded, and one by one where
        the program is reset before each.
    each : bool
        Whether the activity of each example is kept too.
    progress : callable, optional

    Raises
    ------
    ProgramError
        If the program has no interface, or there is no such back end.
    DataError
        If the examples do not have the values that the program reads.
    """
    interface, chosen, threads = interface_needed(program), backend_named(backend), threads_for(threads)
    n_ticks = interface.ticks_per_image * (1 if interface.reset else len(values))
    # a core counts from the tick in which the first example reaches it: filling and emptying the pipeline are left out
    phases = core_phases(program, interface.latency)
    windows = phases[:, None] + np.array([0, n_ticks])
    simulation = chosen.start(program, Recording(windows=windows, each_tick=each), threads)
    at_once = images_at_once or max(_ticks_at_once(simulation, interface) // interface.ticks_per_image, 1)
    at_once = 1 if interface.reset else at_once
    activity = Activity(images=len(values))
    pieces: list[np.ndarray] = []
    by_example = ByExample(phases, interface.ticks_per_image, interface.period, len(values) if each else 0)
    numbers = np.arange(len(values)) if numbers is None else numbers
    for first in range(0, len(values), at_once):
        shown = values[first : first + at_once]
        spikes = chosen.encode(interface, program.inputs, shown, numbers[first : first + len(shown)], seed, threads)
        for record in _answers(simulation, spikes, interface, drained=interface.reset):
            pieces.append(chosen.count(record.output_trains, program.outputs.classes, interface.n_classes, threads))
            activity = activity.beside(activity_of(record))
            by_example.add(record)
        if progress is not None:
            progress(len(shown) * program.n_cores)
    if not interface.reset:
        record = simulation.advance(silence(len(program.inputs), interface.latency - 1))
        pieces.append(chosen.count(record.output_trains, program.outputs.classes, interface.n_classes, threads))
        activity = activity.beside(activity_of(record))
        by_example.add(record)
    return Votes(
        interface.readout.votes(_in_time(pieces, interface, len(values)), interface.ticks_per_image),
        interface.readout.voters(program.outputs.classes, interface.n_classes, interface.ticks_per_image),
        activity,
        program.n_cores,
        simulation.path,
        by_example.counts,
    )


def _ticks_at_once(simulation: Simulation, interface: Interface) -> int:
    """Give the ticks of a piece, so that neither its spikes nor its coded values take more memory than bounded."""
    return min(simulation.ticks_at_once, _CODED_VALUES // math.prod(interface.coded_shape))


def _answers(simulation: Simulation, spikes: SpikeTrains, interface: Interface, drained: bool) -> Iterator[SpikeRecord]:
    """Go on with spikes; where the program is drained, also until it has answered, and then back to the start."""
    yield simulation.advance(spikes)
    if drained:
        yield simulation.advance(silence(len(spikes), interface.latency - 1))
        simulation.reset()


def _in_time(pieces: list[np.ndarray], interface: Interface, n_examples: int) -> np.ndarray:
    """Give the votes of the ticks that answer the examples, (n_examples * n_ticks, n_classes)."""
    by_tick = np.concatenate(pieces)
    if not interface.reset:
        return by_tick[interface.latency - 1 :]
    each = by_tick.reshape(n_examples, interface.decided_after, -1)[:, interface.latency - 1 :]
    return each.reshape(-1, by_tick.shape[1])


def shown_spikes(program: ChipProgram, values: np.ndarray, seed: int = 0) -> np.ndarray:
    """Give the input spikes of examples, and silence until the last is answered, (n_ticks, n_input_lines) bool.

    Raises
    ------
    ProgramError
        If the program has no interface, or is to be reset between examples, which a row of spikes cannot say.
    """
    interface = interface_needed(program)
    if interface.reset and len(values) > 1:
        raise ProgramError(
            "program: is reset before every example, which a stream of spikes cannot say; "
            "take one example, with --images 1"
        )
    # a byte a line and tick, here and in what is made of it
    n_lines = len(program.inputs) + len(program.outputs)
    check_memory("spikes", len(values) * interface.ticks_per_image, "ticks", 4 * n_lines)
    examples = np.arange(len(values))
    spikes = unpack(backend_named("fast").encode(interface, program.inputs, values, examples, seed))
    return np.pad(spikes, ((0, interface.latency - 1), (0, 0)))


def interface_needed(program: ChipProgram) -> Interface:
    """Give a program's interface; ProgramError where it has none."""
    if program.interface is None:
        raise ProgramError("program: has no interface, so images cannot be shown to it; feed it spikes, with --spikes")
    return program.interface
