"""What a network did: spikes, synaptic events and hops, counted by the simulator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.simulation.base import SpikeRecord


@dataclass(frozen=True)
class Activity:
    """Counts over a number of images."""

    images: int = 0
    spikes: int = 0
    events: int = 0
    hops: int = 0

    def __add__(self, other: Activity) -> Activity:
        """Give the counts of both, over their images together."""
        return Activity(
            self.images + other.images,
            self.spikes + other.spikes,
            self.events + other.events,
            self.hops + other.hops,
        )

    def beside(self, other: Activity) -> Activity:
        """Give the counts of another member that saw the same images, together with these."""
        return Activity(self.images, self.spikes + other.spikes, self.events + other.events, self.hops + other.hops)

    @property
    def spikes_per_image(self) -> float:
        """Mean spikes of an image."""
        return self.spikes / self.images

    @property
    def events_per_image(self) -> float:
        """Mean synaptic events of an image."""
        return self.events / self.images

    @property
    def hops_per_image(self) -> float:
        """Mean mesh hops of an image's spikes."""
        return self.hops / self.images


def count_activity(record: SpikeRecord, phases: np.ndarray, ticks: int, images: int) -> Activity:
    """Count what a stream of images caused, each core in the ticks in which it works on them.

    Parameters
    ----------
    record : SpikeRecord
    phases : (n_cores,) int
        Ticks from the integration of an input until it reaches the core; see `core_phases`.
    ticks : int
        Ticks in which images were shown; the filling and emptying of the pipeline around them is left out.
    images : int
    """
    window = phases + np.arange(ticks)[:, None]  # (ticks, n_cores)
    spikes, events, hops = (
        int(np.take_along_axis(counts, window, 0).sum()) for counts in (record.spikes, record.events, record.hops)
    )
    return Activity(images, spikes, events, hops)


def core_phases(program: ChipProgram, latency: int) -> np.ndarray:
    """Give the ticks after which an input first reaches each core, (n_cores,), 0 where it never does.

    Where paths of different length meet in a core, the first arrival counts.
    """
    phases = np.full(program.n_cores, latency, np.int64)
    phases[program.inputs.tap_cores] = 0
    source, neuron = np.nonzero(program.routes.to_cores)
    target, delay = program.routes.cores[source, neuron], program.routes.delays[source, neuron].astype(np.int64)
    for _ in range(latency):
        arrival = phases.copy()
        np.minimum.at(arrival, target, phases[source] + delay)
        if (arrival == phases).all():
            break
        phases = arrival
    return np.where(phases < latency, phases, 0)
