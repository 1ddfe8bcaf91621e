"""Relay cores: cores whose neurons copy spikes, so that a neuron, which has one destination, reaches several axons.

A relay gives each source an axon, and each destination a neuron with one synapse of strength 1 behind it that spikes in
the tick in which the spike arrives; copies are a tick later than a direct route. What does not fit into one core goes
on in the next.
"""

from __future__ import annotations

from collections.abc import Sequence

from spikeloom.chip.builder import ProgramBuilder
from spikeloom.chip.limits import N_AXONS, N_NEURONS
from spikeloom.errors import ProgramError

Axon = tuple[int, int]
"""A core and an axon of it."""


class Relays:
    """Adds relay cores to a program that is being built, as many as the copies need."""

    def __init__(self, build: ProgramBuilder) -> None:
        self._build = build
        self._core: int | None = None
        self._axons = self._neurons = 0

    def send(self, core: int, neuron: int, targets: Sequence[Axon], delay: int = 1) -> None:
        """Send a neuron's spikes to several axons, each `delay` ticks after the relay, itself a tick after the neuron.

        Raises
        ------
        ProgramError
            If there are no targets, more than a core has neurons for, or one does not exist.
        """
        if not 1 <= len(targets) <= N_NEURONS:
            raise ProgramError(
                f"core {core}, neuron {neuron}: {len(targets)} targets; 1 to {N_NEURONS} can be reached by one relay"
            )
        relay, axon = self._room(len(targets))
        self._build.route(core, neuron, relay, axon)
        for to_core, to_axon in targets:
            self._build.set_neuron(relay, self._neurons, strengths=(1, 1, 1, 1), threshold=1, saturate=True)
            self._build.connect(relay, axon, self._neurons)
            self._build.route(relay, self._neurons, to_core, to_axon, delay)
            self._neurons += 1

    def _room(self, n_targets: int) -> Axon:
        """Give a relay core with neurons for so many copies, and its next free axon."""
        if self._core is None or self._axons == N_AXONS or self._neurons + n_targets > N_NEURONS:
            self._core, self._axons, self._neurons = self._build.add_core(), 0, 0
        self._axons += 1
        return self._core, self._axons - 1
