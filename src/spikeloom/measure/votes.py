"""Show images to a program, one after another, and count votes and activity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spikeloom.chip.program import ChipProgram, Interface
from spikeloom.data.encode import encode
from spikeloom.errors import ProgramError
from spikeloom.measure.accuracy import Decisions, decide
from spikeloom.measure.activity import Activity, core_phases, count_activity
from spikeloom.simulation import simulator
from spikeloom.simulation.paths import why_not_streaming

Progress = Callable[[int], None]
"""Hears how many images more have been shown to how many cores: images times cores."""

# Images that a streamable program is shown at once: 256 axons a core and tick, a byte each, bound it to about 200 MB.
_CORE_TICKS_PER_CHUNK = 800_000
_CHUNK_MIN, _CHUNK_MAX = 64, 2000


@dataclass(frozen=True)
class Votes:
    """Votes of one or more members on the same images.

    votes : (n_images, n_classes) int64
    voters : (n_classes,) int64
        Output lines of each class, times ticks per image: the most votes it can have.
    """

    votes: np.ndarray
    voters: np.ndarray
    activity: Activity
    cores: int

    def beside(self, other: Votes) -> Votes:
        """Give the votes of both ensembles together."""
        return Votes(
            self.votes + other.votes,
            self.voters + other.voters,
            self.activity.beside(other.activity),
            self.cores + other.cores,
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
    backend: str = "batched",
    first_image: int = 0,
    progress: Progress | None = None,
) -> Votes:
    """Stream images through a program, one after another, and count votes and activity.

    A streamable program is shown some images at once, which changes nothing; any other runs without a break.

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
    first_image : int
        Number of the first image in its data set; the numbers are keys of the draws.
    progress : callable, optional

    Raises
    ------
    ProgramError
        If the program has no interface, or the back end cannot run it.
    DataError
        If the images do not have the values that the program reads.
    """
    interface = interface_needed(program)
    run = simulator(backend)
    votes = np.zeros((len(values), len(interface.class_names)), np.int64)
    phases = core_phases(program, interface.latency)
    activity = Activity()
    chunk = _chunk(program, interface.ticks_per_image, len(values))
    for start in range(0, len(values), chunk):
        shown = values[start : start + chunk]
        ticks = len(shown) * interface.ticks_per_image
        numbers = np.arange(len(shown)) + start + first_image
        spikes = encode(interface, program.inputs, shown, numbers, seed)
        drain = np.zeros((interface.latency - 1, spikes.shape[1]), bool)
        record = run(program, np.concatenate([spikes, drain]))
        read = record.outputs[interface.latency - 1 :].reshape(len(shown), interface.ticks_per_image, -1)
        votes[start : start + chunk] = _by_class(read.sum(1), program)
        activity += count_activity(record, phases, ticks, len(shown))
        if progress is not None:
            progress(len(shown) * program.n_cores)
    voters = np.bincount(program.outputs.classes, minlength=votes.shape[1]) * interface.ticks_per_image
    return Votes(votes, voters, activity, program.n_cores)


def interface_needed(program: ChipProgram) -> Interface:
    """Give a program's interface; ProgramError where it has none."""
    if program.interface is None:
        raise ProgramError("program: has no interface, so images cannot be shown to it; feed it spikes instead")
    return program.interface


def _chunk(program: ChipProgram, ticks_per_image: int, n_images: int) -> int:
    if why_not_streaming(program) is not None:
        return max(n_images, 1)
    return int(np.clip(_CORE_TICKS_PER_CHUNK // program.n_cores // ticks_per_image, _CHUNK_MIN, _CHUNK_MAX))


def _by_class(line_spikes: np.ndarray, program: ChipProgram) -> np.ndarray:
    """Sum the spikes of each class's lines, (n_images, n_classes)."""
    assert program.interface is not None
    of_class = program.outputs.classes[:, None] == np.arange(len(program.interface.class_names))
    return (line_spikes.astype(np.float32) @ of_class.astype(np.float32)).astype(np.int64)
