"""What a network did: spikes, synaptic events, hops and crossings of seams between chips, counted by the simulator."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.simulation.base import COUNTS, N_COUNTS, SpikeRecord


@dataclass(frozen=True)
class Activity:
    """Counts over a number of images."""

    images: int = 0
    spikes: int = 0
    events: int = 0
    hops: int = 0
    crossings: int = 0

    def __add__(self, other: Activity) -> Activity:
        """Give the counts of both, over their images together."""
        return Activity(
            self.images + other.images,
            self.spikes + other.spikes,
            self.events + other.events,
            self.hops + other.hops,
            self.crossings + other.crossings,
        )

    def beside(self, other: Activity) -> Activity:
        """Give these counts and others of the same images, of another member or at another time, together."""
        return replace(self + other, images=self.images)

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

    @property
    def crossings_per_image(self) -> float:
        """Mean seams between chips that an image's spikes cross."""
        return self.crossings / self.images


def activity_of(record: SpikeRecord) -> Activity:
    """Give what all cores did in a record, without counting images."""
    return Activity(0, *(int(getattr(record, name).sum()) for name in COUNTS))


def core_phases(program: ChipProgram, latency: int) -> np.ndarray:
    """Give the ticks after which an input first reaches each core, (n_cores,), 0 where it never does.

    Where paths of different length meet in a core, the first arrival counts.
    """
    # latency stands for "never": what no input reaches within it answers none of the images
    phases = np.full(program.n_cores, latency, np.int64)
    phases[program.inputs.tap_cores] = 0
    source, neuron = np.nonzero(program.routes.to_cores)
    target, delay = program.routes.cores[source, neuron], program.routes.delays[source, neuron].astype(np.int64)
    # no path that matters is longer than the latency, so as many rounds settle every core
    for _ in range(latency):
        arrival = phases.copy()
        np.minimum.at(arrival, target, phases[source] + delay)
        if (arrival == phases).all():
            break
        phases = arrival
    return np.where(phases < latency, phases, 0)


class ByExample:
    """Adds up what each example of a stream cost, tick after tick; each core counts from its own phase on.

    counts : (n_examples, N_COUNTS) int64, spikes, events, hops and crossings
    """

    def __init__(self, phases: np.ndarray, ticks_per_example: int, period: int, n_examples: int) -> None:
        self._phases, self._ticks, self._period = phases, ticks_per_example, period
        self._tick = 0
        self.counts = np.zeros((n_examples, N_COUNTS), np.int64)

    def add(self, record: SpikeRecord) -> None:
        """Go on with a record of every tick."""
        ticks = self._tick + np.arange(len(record.by_tick))
        for phase in np.unique(self._phases):
            did = record.by_tick[:, self._phases == phase].sum(1, dtype=np.int64)  # (n_ticks, N_COUNTS)
            example, within = np.divmod(ticks - phase, self._period)
            counted = (ticks >= phase) & (within < self._ticks) & (example < len(self.counts))
            np.add.at(self.counts, example[counted], did[counted])
        self._tick += len(ticks)
