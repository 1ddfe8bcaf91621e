"""Show images to a program, one after another, and count votes and activity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spikeloom.chip.program import ChipProgram, Interface
from spikeloom.chip.trains import silence, unpack
from spikeloom.errors import ProgramError
from spikeloom.measure.accuracy import Decisions, decide
from spikeloom.measure.activity import Activity, activity_of, core_phases
from spikeloom.simulation import Recording, count_by_group, encode, start

Progress = Callable[[int], None]
"""Hears how many images more have been shown to how many cores: images times cores."""


@dataclass(frozen=True)
class Votes:
    """Votes of one or more members on the same images.

    votes : (n_images, n_classes) int64
    voters : (n_classes,) int64
        Output lines of each class, times ticks per image: the most votes it can have.
    path : str
        How the simulator ran: "streaming" or "general".
    """

    votes: np.ndarray
    voters: np.ndarray
    activity: Activity
    cores: int
    path: str

    def beside(self, other: Votes) -> Votes:
        """Give the votes of both ensembles together."""
        return Votes(
            self.votes + other.votes,
            self.voters + other.voters,
            self.activity.beside(other.activity),
            self.cores + other.cores,
            self.path,
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
    threads: int = 1,
    first_image: int = 0,
    images_at_once: int | None = None,
    progress: Progress | None = None,
) -> Votes:
    """Stream images through a program, one after another, and count votes and activity.

    Parameters
    ----------
    program : ChipProgram
        With an interface.
    values : (n_images, n_values) float32
        In [0, 1].
    seed : int
        Root of the input's draws.
    backend : str
        One of `spikeloom.simulation.BACKENDS`.
    threads : int
        Processor cores to use.
    first_image : int
        Number of the first image in its data set; the numbers are keys of the draws.
    images_at_once : int, optional
        Images in a piece, which changes no result; by default as many as keep memory bounded.
    progress : callable, optional

    Raises
    ------
    ProgramError
        If the program has no interface, or there is no such back end.
    DataError
        If the images do not have the values that the program reads.
    """
    interface = interface_needed(program)
    n_classes, n_ticks = len(interface.class_names), len(values) * interface.ticks_per_image
    windows = core_phases(program, interface.latency)[:, None] + np.array([0, n_ticks])
    simulation = start(program, Recording(windows=windows), backend=backend, threads=threads)
    pieces: list[np.ndarray] = []
    activity = Activity(images=len(values))
    at_once = images_at_once or max(simulation.ticks_at_once // interface.ticks_per_image, 1)
    for first in range(0, len(values), at_once):
        shown = values[first : first + at_once]
        numbers = np.arange(len(shown)) + first + first_image
        spikes = encode(backend, interface, program.inputs, shown, numbers, seed, threads)
        record = simulation.advance(spikes)
        pieces.append(count_by_group(backend, record.output_trains, program.outputs.classes, n_classes, threads))
        activity = activity.beside(activity_of(record))
        if progress is not None:
            progress(len(shown) * program.n_cores)
    record = simulation.advance(silence(len(program.inputs), interface.latency - 1))
    pieces.append(count_by_group(backend, record.output_trains, program.outputs.classes, n_classes, threads))
    activity = activity.beside(activity_of(record))
    by_tick = np.concatenate(pieces)[interface.latency - 1 :]
    votes = by_tick.reshape(len(values), interface.ticks_per_image, n_classes).sum(1, dtype=np.int64)
    voters = np.bincount(program.outputs.classes, minlength=n_classes) * interface.ticks_per_image
    return Votes(votes, voters, activity, program.n_cores, simulation.path)


def shown_spikes(program: ChipProgram, values: np.ndarray, seed: int = 0) -> np.ndarray:
    """Give the input spikes of images, and silence until the last is answered, (n_ticks, n_input_lines) bool."""
    interface = interface_needed(program)
    spikes = unpack(encode("fast", interface, program.inputs, values, np.arange(len(values)), seed))
    return np.pad(spikes, ((0, interface.latency - 1), (0, 0)))


def interface_needed(program: ChipProgram) -> Interface:
    """Give a program's interface; ProgramError where it has none."""
    if program.interface is None:
        raise ProgramError("program: has no interface, so images cannot be shown to it; feed it spikes, with --spikes")
    return program.interface
