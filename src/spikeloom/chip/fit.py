"""The fit report: what a program uses of the chip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spikeloom.chip.limits import N_AXONS, N_NEURONS, TICK_SECONDS
from spikeloom.chip.mesh import mesh_of
from spikeloom.chip.program import NOWHERE, ChipProgram


@dataclass(frozen=True)
class FitReport:
    """Cores, chips, axons, neurons and synapses used, and how far spikes travel; see `spikeloom.chip.mesh.Mesh`.

    `latency_ticks` is None where no interface is stored.
    """

    members: int
    cores: int
    chips: int
    axons_used: int
    axons_total: int
    neurons_connected: int
    neurons_total: int
    unconnected_neurons: int
    synapses_on: int
    synapses_total: int
    mean_hops: float
    longest_hops: int
    busiest_link: int
    crossings: int
    latency_ticks: int | None

    @property
    def latency_seconds(self) -> float | None:
        """Time from an image to its votes at the nominal tick."""
        return None if self.latency_ticks is None else self.latency_ticks * TICK_SECONDS


def fit_report(program: ChipProgram) -> FitReport:
    """Count what a program uses of the chip."""
    connected = program.routes.cores != NOWHERE
    mesh = mesh_of(program)
    return FitReport(
        members=len(program.members),
        cores=program.n_cores,
        chips=program.n_chips,
        axons_used=_axons_used(program),
        axons_total=program.n_cores * N_AXONS,
        neurons_connected=int(connected.sum()),
        neurons_total=connected.size,
        unconnected_neurons=int((~connected).sum()),
        synapses_on=int(np.bitwise_count(program.crossbars).sum(dtype=np.int64)),
        synapses_total=program.n_cores * N_AXONS * N_NEURONS,
        mean_hops=mesh.hops / max(mesh.routes, 1),
        longest_hops=mesh.longest,
        busiest_link=mesh.busiest,
        crossings=mesh.crossings,
        latency_ticks=None if program.interface is None else program.interface.latency,
    )


def _axons_used(program: ChipProgram) -> int:
    used = np.zeros((program.n_cores, N_AXONS), bool)
    routed = program.routes.to_cores
    used[program.routes.cores[routed], program.routes.axons[routed]] = True
    used[program.inputs.tap_cores, program.inputs.tap_axons] = True
    return int(used.sum())
