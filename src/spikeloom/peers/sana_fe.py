"""SANA-FE runs the files that `spikeloom.export.sana_fe` writes."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from spikeloom.chip.limits import N_NEURONS
from spikeloom.export.sana_fe.writer import ARCHITECTURE_FILE, NETWORK_FILE, core_group
from spikeloom.optional import needed
from spikeloom.value import Value


@dataclass(frozen=True, eq=False, repr=False)
class SanaFeRun(Value):
    """What SANA-FE did.

    spikes : (n_ticks, n_cores, n_neurons) bool
    events, hops : int
        Synaptic events, and hops with those of the inputs.
    synapse_joules, network_joules : float
        Energy of all ticks.
    seconds : float
        Of its simulation alone, loading left out.
    """

    spikes: np.ndarray
    events: int
    hops: int
    synapse_joules: float
    network_joules: float
    seconds: float


def run_sana_fe(folder: Path, n_cores: int, n_ticks: int) -> SanaFeRun:
    """Load the files in a folder and run them for as many ticks; PeerError where SANA-FE is missing."""
    sanafe = needed("sanafe", "sanafe")
    with _silenced_stdout():
        architecture = sanafe.load_arch(str(folder / ARCHITECTURE_FILE))
        chip = sanafe.SpikingChip(architecture)
        chip.load(sanafe.load_net(str(folder / NETWORK_FILE), architecture))
        started = perf_counter()
        result = chip.sim(n_ticks, spike_trace=True, perf_trace=True, timing_model="simple", processing_threads=1)
        seconds = perf_counter() - started
    spikes = np.zeros((n_ticks, n_cores, N_NEURONS), bool)
    cores = {core_group(core): core for core in range(n_cores)}
    for tick, fired in enumerate(result["spike_trace"]):
        for neuron in fired:
            if neuron.group_name in cores:
                spikes[tick, cores[neuron.group_name], neuron.neuron_offset] = True
    return SanaFeRun(
        spikes,
        int(result["spikes"]),
        int(sum(result["perf_trace"]["hops"])),
        float(result["energy"]["synapse"]),
        float(result["energy"]["network"]),
        seconds,
    )


@contextmanager
def _silenced_stdout() -> Iterator[None]:
    """Keep what the tool prints, by Python and by compiled code, off stdout, which belongs to results."""
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        with redirect_stdout(io.StringIO()):
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
