"""Streamable programs as matrix products: a core at a time, all ticks at once.

Axon spikes are zeros and ones and weights are small integers, so a float32 product is exact: the largest sum,
256 x 255, is far below 2^24. Inside, ticks are the last axis, so that axons and neurons are gathered as whole rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spikeloom.chip.limits import N_AXONS, N_NEURONS
from spikeloom.chip.program import TO_OUTPUT, ChipProgram, route_hops
from spikeloom.errors import ProgramError
from spikeloom.simulation.base import SpikeRecord, check_inputs
from spikeloom.simulation.streaming import core_order, why_not_streaming


def run(program: ChipProgram, inputs: np.ndarray, record: Sequence[int] = ()) -> SpikeRecord:
    """Run a streamable program; the contract is `spikeloom.simulation.base.Simulator`."""
    check_inputs(program, inputs, record)
    reason = why_not_streaming(program)
    if reason is not None:
        raise ProgramError(
            f"the batched back end runs memoryless programs without circles, but {reason}; use reference"
        )
    n_ticks, n_cores = len(inputs), program.n_cores
    hops = route_hops(program)
    counts = {name: np.zeros((n_cores, n_ticks), np.int64) for name in ("spikes", "events", "hops")}
    rasters = np.zeros((len(record), N_NEURONS, n_ticks), bool)
    line_spikes = np.ascontiguousarray(inputs.T)
    outputs = np.zeros((len(program.outputs), n_ticks), bool)
    taps = _by_core(program.inputs.tap_cores, n_cores)
    arrived: dict[int, np.ndarray] = {}  # spikes on the axons of cores that are still to run
    for core in core_order(program):
        axon_spikes = arrived.pop(core, None)
        if axon_spikes is None:
            axon_spikes = np.zeros((N_AXONS, n_ticks), bool)
        _merge(axon_spikes, program.inputs.tap_axons[taps[core]], line_spikes[program.inputs.tap_lines[taps[core]]])

        spikes, counts["events"][core] = _run_core(program, core, axon_spikes)
        counts["spikes"][core] = spikes.sum(0)
        counts["hops"][core] = hops[core].astype(np.float32) @ spikes.astype(np.float32)
        rasters[[place for place, index in enumerate(record) if index == core]] = spikes
        _send(program, core, spikes, arrived)
        to_outputs = program.routes.cores[core] == TO_OUTPUT
        _merge(outputs, program.routes.axons[core, to_outputs], spikes[to_outputs])
    return SpikeRecord(
        outputs.T,
        **{name: count.T for name, count in counts.items()},
        rasters=rasters.transpose(2, 0, 1),
        potentials=np.zeros((n_ticks, len(record), N_NEURONS), np.int32),  # memoryless neurons end at zero
    )


def _run_core(program: ChipProgram, index: int, axon_spikes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give spikes (n_neurons, n_ticks) bool and synaptic events (n_ticks,) of one core."""
    core = program.core(index)
    active = axon_spikes.astype(np.float32)
    used = core.crossbar.any(0) | (core.neurons.leak > 0)  # every other neuron stays at or below zero
    missing = (core.neurons.threshold - core.neurons.leak)[used, None]  # input that makes the neuron spike
    spikes = np.zeros((N_NEURONS, axon_spikes.shape[1]), bool)
    spikes[used] = core.weights[:, used].T.astype(np.float32) @ active >= missing.astype(np.float32)
    events = core.crossbar.sum(1, dtype=np.float32) @ active
    return spikes, events


def _send(program: ChipProgram, core: int, spikes: np.ndarray, arrived: dict[int, np.ndarray]) -> None:
    routes = program.routes
    targets, delays = routes.cores[core], routes.delays[core]
    for target, delay in np.unique(np.stack([targets, delays], 1)[targets >= 0], axis=0).tolist():
        neurons = (targets == target) & (delays == delay)
        if target not in arrived:
            arrived[target] = np.zeros((N_AXONS, spikes.shape[1]), bool)
        _merge(arrived[target][:, delay:], routes.axons[core, neurons], spikes[neurons, :-delay])


def _merge(into: np.ndarray, rows: np.ndarray, spikes: np.ndarray) -> None:
    """OR spikes into the given rows, in place; rows that are named twice meet in one."""
    if len(rows) == 0 or into.shape[1] == 0:
        return
    order = np.argsort(rows, kind="stable")
    distinct, starts = np.unique(rows[order], return_index=True)
    if len(distinct) == len(rows):
        into[rows] |= spikes
    else:
        into[distinct] |= np.logical_or.reduceat(spikes[order], starts, axis=0)


def _by_core(tap_cores: np.ndarray, n_cores: int) -> list[np.ndarray]:
    """Give the taps of each core."""
    order = np.argsort(tap_cores, kind="stable")
    return np.split(order, np.searchsorted(tap_cores[order], np.arange(1, n_cores)))
