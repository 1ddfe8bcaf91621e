"""The reference: one tick at a time, one core at a time, the whole neuron model, written like its equations.

See `spikeloom.chip.neuron` for the equations and `spikeloom.randomness.draws` for the random numbers.
"""

from __future__ import annotations

import numpy as np

from spikeloom.chip import neuron
from spikeloom.chip.core import Core
from spikeloom.chip.limits import DELAY_MAX, N_AXONS, N_NEURONS, RANDOM_BITS
from spikeloom.chip.program import ChipProgram, InputLines, route_crossings, route_hops
from spikeloom.chip.trains import SpikeTrains, pack, unpack
from spikeloom.interface import Interface
from spikeloom.interface.encode import encode as encode_plainly
from spikeloom.randomness.draws import draw
from spikeloom.randomness.streams import LEAK_PURPOSE, THRESHOLD_PURPOSE
from spikeloom.simulation.base import (
    N_COUNTS,
    Recording,
    Simulation,
    SpikeRecord,
    check_inputs,
    check_recording,
    recorded_within,
    windows_within,
)

_NEURONS = np.arange(N_NEURONS)
_BYTES_AT_ONCE = 2**26
_CORE_TICKS_AT_ONCE = 2**13
_RANDOM_MASK = (1 << RANDOM_BITS) - 1


def start(program: ChipProgram, recording: Recording = Recording(), threads: int = 1) -> Simulation:
    """Begin a run; the work of one thread, whatever is asked for."""
    return ReferenceSimulation(program, recording)


def encode(
    interface: Interface, inputs: InputLines, values: np.ndarray, examples: np.ndarray, seed: int, threads: int = 1
) -> SpikeTrains:
    """Give the spikes of every input line, packed."""
    return pack(encode_plainly(interface, inputs.values, inputs.members, values, examples, seed))


def count(trains: SpikeTrains, groups: np.ndarray, n_groups: int, threads: int = 1) -> np.ndarray:
    """Give how many lines of each group spike in each tick, (n_ticks, n_groups) int64."""
    return unpack(trains).astype(np.int64) @ (groups[:, None] == np.arange(n_groups))


class ReferenceSimulation:
    """A program in the middle of a run; the contract is `spikeloom.simulation.base.Simulation`."""

    path = "general"

    def __init__(self, program: ChipProgram, recording: Recording) -> None:
        check_recording(program, recording)
        # also short enough for progress to be told every few seconds
        by_memory = _BYTES_AT_ONCE // (len(program.inputs) + len(program.outputs) + 1)
        self.ticks_at_once = max(min(by_memory, _CORE_TICKS_AT_ONCE // max(program.n_cores, 1)), 16)
        self._program, self._recording = program, recording
        self._cores = [program.core(index) for index in range(program.n_cores)]
        self._hops, self._crossings = route_hops(program), route_crossings(program)
        self.reset()

    def reset(self) -> None:
        """Go back to before the first tick."""
        self._tick = 0
        self._potentials = self._program.potentials.astype(np.int64)
        # a ring, by the tick of arrival
        self._in_flight = np.zeros((DELAY_MAX + 1, self._program.n_cores, N_AXONS), bool)

    def advance(self, inputs: SpikeTrains) -> SpikeRecord:
        """Go on tick by tick."""
        program = self._program
        check_inputs(program, inputs)
        n_ticks, n_cores, cores = inputs.n_ticks, program.n_cores, list(self._recording.cores)
        windows = windows_within(self._recording, n_cores, self._tick, n_ticks)
        recorded = recorded_within(self._recording, self._tick, n_ticks)
        outputs = np.zeros((n_ticks, len(program.outputs)), bool)
        counts = np.zeros((N_COUNTS, n_cores), np.int64)
        by_tick = np.zeros((n_ticks if self._recording.each_tick else 0, n_cores, N_COUNTS), np.int32)
        rasters = np.zeros((len(recorded), len(cores), N_NEURONS), bool)
        potentials = np.zeros(rasters.shape, np.int32)
        for tick, line_spikes in enumerate(unpack(inputs)):
            spikes, events, outputs[tick] = self._step(line_spikes)
            counted = (windows[:, 0] <= tick) & (tick < windows[:, 1])
            hops, crossings = (spikes * self._hops).sum(1), (spikes * self._crossings).sum(1)
            did = np.stack([spikes.sum(1), events, hops, crossings])
            counts += counted * did
            if self._recording.each_tick:
                by_tick[tick] = did.T
            if tick in recorded:
                row = recorded.index(tick)
                rasters[row], potentials[row] = spikes[cores], self._potentials[cores]
        spikes, events, hops, crossings = counts
        return SpikeRecord(pack(outputs), spikes, events, hops, crossings, rasters, potentials, by_tick)

    def _step(self, line_spikes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Take all cores through one tick; give spikes, synaptic events and output lines."""
        slot = self._tick % len(self._in_flight)
        axon_spikes = self._in_flight[slot].copy()
        # the slot is free from here on: a spike with the longest delay may land in it in this very tick
        self._in_flight[slot] = False
        _deliver_inputs(self._program, line_spikes, axon_spikes)

        spikes = np.zeros((len(self._cores), N_NEURONS), bool)
        events = np.zeros(len(self._cores), np.int64)
        for index, core in enumerate(self._cores):
            spikes[index], self._potentials[index] = step(core, self._potentials[index], axon_spikes[index], self._tick)
            events[index] = core.crossbar[axon_spikes[index]].sum()

        _send(self._program, spikes, self._tick, self._in_flight)
        self._tick += 1
        return spikes, events, _outputs(self._program, spikes)


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
    # only rows of axons that spiked: the others add nothing, and are most of them
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
