"""The reference: one tick at a time, one core at a time, the whole neuron model, written like its equations.

See `spikeloom.chip.neuron` for the equations and `spikeloom.chip.draws` for the random numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spikeloom.chip import neuron
from spikeloom.chip.core import Core
from spikeloom.chip.draws import LEAK_PURPOSE, THRESHOLD_PURPOSE, draw
from spikeloom.chip.limits import DELAY_MAX, N_AXONS, N_NEURONS, RANDOM_BITS
from spikeloom.chip.program import ChipProgram, route_hops
from spikeloom.simulation.base import SpikeRecord, check_inputs

_NEURONS = np.arange(N_NEURONS)
_RANDOM_MASK = (1 << RANDOM_BITS) - 1


def run(program: ChipProgram, inputs: np.ndarray, record: Sequence[int] = ()) -> SpikeRecord:
    """Run a program tick by tick; the contract is `spikeloom.simulation.base.Simulator`."""
    check_inputs(program, inputs, record)
    n_ticks, n_cores = len(inputs), program.n_cores
    cores = [program.core(index) for index in range(n_cores)]
    hops = route_hops(program)
    recorded = list(record)

    potentials = program.potentials.astype(np.int64)
    in_flight = np.zeros((DELAY_MAX + 1, n_cores, N_AXONS), bool)  # a ring, by the tick of arrival
    result = _empty_record(n_ticks, n_cores, len(program.outputs), len(recorded))
    for tick in range(n_ticks):
        axon_spikes = in_flight[tick % len(in_flight)].copy()
        in_flight[tick % len(in_flight)] = False
        _deliver_inputs(program, inputs[tick], axon_spikes)

        spikes = np.zeros((n_cores, N_NEURONS), bool)
        for index, core in enumerate(cores):
            spikes[index], potentials[index] = step(core, potentials[index], axon_spikes[index], tick)
            result.events[tick, index] = core.crossbar[axon_spikes[index]].sum()

        _send(program, spikes, tick, in_flight)
        result.outputs[tick] = _outputs(program, spikes)
        result.spikes[tick] = spikes.sum(1)
        result.hops[tick] = (spikes * hops).sum(1)
        result.rasters[tick] = spikes[recorded]
        result.potentials[tick] = potentials[recorded]
    return result


def step(core: Core, potentials: np.ndarray, axon_spikes: np.ndarray, tick: int) -> tuple[np.ndarray, np.ndarray]:
    """Take one core through one tick: integrate, leak, fire.

    Parameters
    ----------
    core : Core
    potentials : (n_neurons,) int64
    axon_spikes : (n_axons,) bool
    tick : int
        Key of the tick's random draws.

    Returns
    -------
    spikes : (n_neurons,) bool
    potentials : (n_neurons,) int64
    """
    neurons = core.neurons
    potentials = neuron.integrate(potentials, synaptic_input(core, axon_spikes, tick))
    potentials = neuron.leak(potentials, neurons, _rho(core, tick, LEAK_PURPOSE))
    return neuron.fire(potentials, neurons, draw(core.seed, tick, _NEURONS, THRESHOLD_PURPOSE))


def synaptic_input(core: Core, axon_spikes: np.ndarray, tick: int) -> np.ndarray:
    """Sum what the spiking axons add to every neuron, (n_neurons,) int64."""
    active = np.flatnonzero(axon_spikes)
    strengths = core.synaptic_strengths[active]  # (n_active, n_neurons)
    if core.neurons.stochastic_synapse.any():
        switches = core.neurons.stochastic_synapse[:, core.axon_types[active]].T
        rho = draw(core.seed, tick, _NEURONS, active[:, None]) & _RANDOM_MASK
        strengths = neuron.stochastic(strengths, switches, rho)
    return (strengths * core.crossbar[active]).sum(0, dtype=np.int64)


def _rho(core: Core, tick: int, purpose: int) -> np.ndarray:
    return draw(core.seed, tick, _NEURONS, purpose) & _RANDOM_MASK


def _deliver_inputs(program: ChipProgram, line_spikes: np.ndarray, axon_spikes: np.ndarray) -> None:
    lines = program.inputs
    reached = line_spikes[lines.tap_lines]
    axon_spikes[lines.tap_cores[reached], lines.tap_axons[reached]] = True


def _send(program: ChipProgram, spikes: np.ndarray, tick: int, in_flight: np.ndarray) -> None:
    routes = program.routes
    sent = spikes & routes.to_cores
    arrival = (tick + routes.delays[sent].astype(np.int64)) % len(in_flight)
    in_flight[arrival, routes.cores[sent], routes.axons[sent]] = True


def _outputs(program: ChipProgram, spikes: np.ndarray) -> np.ndarray:
    outputs = np.zeros(len(program.outputs), bool)
    outputs[program.routes.axons[spikes & program.routes.to_outputs]] = True
    return outputs


def _empty_record(n_ticks: int, n_cores: int, n_outputs: int, n_recorded: int) -> SpikeRecord:
    counts = (n_ticks, n_cores)
    return SpikeRecord(
        outputs=np.zeros((n_ticks, n_outputs), bool),
        spikes=np.zeros(counts, np.int64),
        events=np.zeros(counts, np.int64),
        hops=np.zeros(counts, np.int64),
        rasters=np.zeros((n_ticks, n_recorded, N_NEURONS), bool),
        potentials=np.zeros((n_ticks, n_recorded, N_NEURONS), np.int32),
    )
