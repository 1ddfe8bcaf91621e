"""The general path: a plane holds one bit of all 256 neurons of a core, and a tick is some hundred plane operations.

Integrate: the crossbar rows of the active axons of one type are counted, and the counts multiplied by the strengths.
Leak, thresholds and resets are sums and comparisons of planes. Every core belongs to one thread; spikes on their way
lie in a ring of ticks that each thread keeps for itself, so that no two threads write to one place, and they meet
where they are integrated.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit, prange

from spikeloom.chip.limits import N_AXON_TYPES, N_NEURONS
from spikeloom.chip.program import ChipProgram
from spikeloom.chip.trains import SpikeTrains, pack
from spikeloom.simulation.base import Recording, SpikeRecord, check_inputs, recorded_within, windows_within
from spikeloom.simulation.fast.bits.compiled import inlined
from spikeloom.simulation.fast.bits.memory import CACHE_LINE, aligned, zeros
from spikeloom.simulation.fast.bits.planes import any_set, filler, lowest_bit, popcount, prefetch, store
from spikeloom.simulation.fast.bits.threads import running_on
from spikeloom.simulation.fast.general.neurons import copy, occupied, settle, unchanged
from spikeloom.simulation.fast.general.planar import (
    LEAK_CHANCE,
    MASK,
    NEURON_WORDS,
    POTENTIAL_PLANES,
    RING,
    SYNAPSE_CHANCE,
    PlanarProgram,
    bits,
    numbers,
    planar,
    single_bits,
    words,
)
from spikeloom.simulation.fast.general.random import make_keys
from spikeloom.simulation.fast.general.scratch import (
    ARRIVAL_WORDS,
    BEFORE,
    ENDS,
    POTENTIAL_WORDS,
    SCRATCH_WORDS,
    SINGLE,
)
from spikeloom.simulation.fast.general.synapses import sum_input, take_arrivals

SPIKES, EVENTS, HOPS = 0, 1, 2
"""Columns of counters."""

_BYTES_AT_ONCE = 2**26
_CORE_TICKS_AT_ONCE = 2**20
_CORES_AHEAD = 8
_plane_of = filler(NEURON_WORDS)


class State(NamedTuple):
    """A program in the middle of a run; the kernels write to it.

    potentials : (n_cores * POTENTIAL_PLANES * 4,) uint64
    ring : (n_threads * RING * n_cores * 4,) uint64
        Spikes on their way, by the tick of arrival; axons as bits.
    quiet : (n_cores,) bool
        Cores in which nothing changes until a spike arrives.
    counters : (n_cores, 3) int64
    """

    potentials: np.ndarray
    ring: np.ndarray
    quiet: np.ndarray
    counters: np.ndarray


class Piece(NamedTuple):
    """A piece of time: its inputs, and what is kept of it.

    lines : (n_lines, n_words) uint64
    windows : (n_cores, 2) int64
        First tick that is counted, and the tick after the last.
    outputs : (n_ticks, n_output_lines) bool
    recorded : (n_cores,) int64
        Place of the core in the recordings, or -1.
    recorded_ticks : (2,) int64
        First tick that is recorded, and the tick after the last.
    rasters : (n_recorded_ticks, n_recorded, 4) uint64
    potentials : (n_recorded_ticks, n_recorded, POTENTIAL_PLANES * 4) uint64
    """

    lines: np.ndarray
    windows: np.ndarray
    outputs: np.ndarray
    recorded: np.ndarray
    recorded_ticks: np.ndarray
    rasters: np.ndarray
    potentials: np.ndarray


class GeneralSimulation:
    """Any program in the middle of a run; the contract is `spikeloom.simulation.base.Simulation`."""

    path = "general"

    def __init__(self, program: ChipProgram, recording: Recording, threads: int = 1) -> None:
        self._program, self._recording, self._threads = program, recording, threads
        self._planar = planar(program)
        self.ticks_at_once = max(_BYTES_AT_ONCE // (len(program.inputs) + len(program.outputs) + 1), 64)
        self._tick = 0
        n_cores = program.n_cores
        # a core recorded twice is kept once, and shown twice
        self._kept, self._shown = np.unique(np.array(recording.cores, np.int64), return_inverse=True)
        self._places = np.full(n_cores, -1)
        self._places[self._kept] = np.arange(len(self._kept))
        self._scratch = zeros(threads, SCRATCH_WORDS)
        self._state = State(
            potentials=aligned(words(bits(program.potentials, POTENTIAL_PLANES)).ravel()),
            ring=zeros(threads * RING * n_cores * NEURON_WORDS),
            quiet=np.zeros(n_cores, bool),
            counters=np.zeros((n_cores, 3), np.int64),
        )

    def advance(self, inputs: SpikeTrains) -> SpikeRecord:
        """Go on, 256 neurons at once."""
        check_inputs(self._program, inputs)
        n_ticks, n_cores, n_kept = inputs.n_ticks, self._program.n_cores, len(self._kept)
        recorded = recorded_within(self._recording, self._tick, n_ticks)
        piece = Piece(
            lines=inputs.words,
            windows=windows_within(self._recording, n_cores, self._tick, n_ticks) + self._tick,
            outputs=np.zeros((n_ticks, len(self._program.outputs)), bool),
            recorded=self._places,
            recorded_ticks=np.array([recorded.start, recorded.stop]) + self._tick,
            rasters=np.zeros((len(recorded), n_kept, NEURON_WORDS), np.uint64),
            potentials=np.zeros((len(recorded), n_kept, POTENTIAL_WORDS), np.uint64),
        )
        self._state.counters[:] = 0
        self._run(piece, self._tick, n_ticks)
        self._tick += n_ticks
        spikes, events, hops = self._state.counters.T.copy()
        kept = piece.potentials.reshape(len(recorded), n_kept, POTENTIAL_PLANES, NEURON_WORDS)
        return SpikeRecord(
            pack(piece.outputs),
            spikes,
            events,
            hops,
            single_bits(piece.rasters)[:, self._shown],
            numbers(kept)[:, self._shown],
        )

    def _run(self, piece: Piece, start: int, n_ticks: int) -> None:
        """Run a piece in steps short enough for an interruption to be heard soon."""
        step = max(_CORE_TICKS_AT_ONCE // self._program.n_cores, 1)
        with running_on(self._threads):
            for first in range(start, start + n_ticks, step):
                last = min(first + step, start + n_ticks)
                advance(self._planar, self._state, piece, self._scratch, start, first, last)


@njit(cache=True, nogil=True, parallel=True)
def advance(
    program: PlanarProgram, state: State, piece: Piece, scratch: Any, start: int, first: int, last: int
) -> None:
    """Run all cores from tick `first` to before tick `last`; the piece begins with tick `start`.

    scratch : (n_threads, SCRATCH_WORDS) uint64
    """
    n_cores, n_threads = len(state.quiet), len(scratch)
    for tick in range(first, last):
        for thread in prange(n_threads):
            own = scratch[thread]
            keys = np.empty(N_NEURONS, np.uint32)
            arrivals = np.empty(2 * ARRIVAL_WORDS, np.int64)
            core, end = thread * n_cores // n_threads, (thread + 1) * n_cores // n_threads
            now, then = 0, ARRIVAL_WORDS
            if core < end:
                take_arrivals(program, state.ring, piece.lines, core, tick, tick - start, arrivals, now, own)
            while core < end:
                _prefetch_arrivals(state.ring, n_cores, n_threads, min(core + _CORES_AHEAD, end - 1), tick)
                if core + 1 < end:
                    _prefetch(program, state.potentials, core + 1)
                    take_arrivals(program, state.ring, piece.lines, core + 1, tick, tick - start, arrivals, then, own)
                _run_core(program, state, piece, core, tick, start, thread, arrivals, now, own, keys)
                core, now, then = core + 1, then, now


@inlined
def _run_core(program, state, piece, core, tick, start, thread, arrivals, now, scratch, keys):
    """Take one core through one tick: integrate, leak, fire, send."""
    nothing = _plane_of(np.uint64(0))
    active = arrivals[now + ENDS + N_AXON_TYPES - 1] > now
    spikes = nothing
    n_events, n_hops = 0, 0
    if active or not state.quiet[core]:
        kind = program.kinds[core]
        potentials, at = state.potentials, core * POTENTIAL_WORDS
        if _draws_anything(program, kind):
            make_keys(program.seeds[core], tick, keys)
        n_input = 0
        if active:
            n_input, n_events = sum_input(program, kind, core, arrivals, now, keys, scratch, nothing)
        else:
            copy(potentials, at, POTENTIAL_PLANES, scratch, BEFORE, nothing)
        spikes = settle(program, kind, potentials, at, n_input, keys, scratch, nothing)
        state.quiet[core] = (
            not active
            and not any_set(spikes)
            and not _draws_without_input(program, kind)
            and unchanged(potentials, at, scratch, nothing)
        )
        if any_set(spikes):
            n_hops = _send(program, state.ring, thread, piece.outputs, core, tick, tick - start, spikes, scratch)
    if piece.windows[core, 0] <= tick < piece.windows[core, 1]:
        state.counters[core, SPIKES] += popcount(spikes)
        state.counters[core, EVENTS] += n_events
        state.counters[core, HOPS] += n_hops
    _record(state.potentials, piece, core, tick, spikes)


@inlined
def _prefetch(program, potentials, core):
    """Ask for what a core will need besides its crossbar."""
    for neuron in range(0, N_NEURONS, CACHE_LINE // 4):
        prefetch(program.targets, core * N_NEURONS + neuron)
    for neuron in range(0, N_NEURONS, CACHE_LINE // 2):
        prefetch(program.hops, core * N_NEURONS + neuron)
    for word in range(0, POTENTIAL_WORDS, CACHE_LINE // 8):
        prefetch(potentials, core * POTENTIAL_WORDS + word)


@inlined
def _prefetch_arrivals(ring, n_cores, n_threads, core, tick):
    """Ask for the spikes that reach a core: other threads wrote them, so they lie in those threads' caches."""
    for thread in range(n_threads):
        prefetch(ring, ((thread * RING + tick % RING) * n_cores + core) * NEURON_WORDS)


@inlined
def _send(program, ring, thread, outputs, core, tick, row, spikes, scratch):
    """Put the spikes on their way, and give the hops they make."""
    store(scratch, SINGLE, spikes)
    n_words = len(program.kinds) * NEURON_WORDS
    hops = 0
    for word in range(NEURON_WORDS):
        left = scratch[SINGLE + word]
        while left:
            neuron = core * N_NEURONS + 64 * word + lowest_bit(left)
            left &= left - np.uint64(1)
            target = program.targets[neuron]
            if target >= 0:
                slot = thread * RING + (tick + target % RING) % RING
                axon = target // RING
                ring[slot * n_words + (axon >> 6)] |= np.uint64(1) << np.uint64(axon & 63)
                hops += program.hops[neuron]
            elif target < -1:
                outputs[row, -2 - target] = True
    return hops


@inlined
def _record(potentials, piece, core, tick, spikes):
    """Keep spikes and potentials of a core and tick that were asked for."""
    place = piece.recorded[core]
    if place >= 0 and piece.recorded_ticks[0] <= tick < piece.recorded_ticks[1]:
        index = ((tick - piece.recorded_ticks[0]) * piece.rasters.shape[1] + place) * NEURON_WORDS
        store(piece.rasters, index, spikes)
        copy(potentials, core * POTENTIAL_WORDS, POTENTIAL_PLANES, piece.potentials, index * POTENTIAL_PLANES, spikes)


@inlined
def _draws_without_input(program, kind):
    return program.occupied[kind, LEAK_CHANCE] or program.occupied[kind, MASK]


@inlined
def _draws_anything(program, kind):
    by_synapse = occupied(program, kind, SYNAPSE_CHANCE, SYNAPSE_CHANCE + N_AXON_TYPES)
    return by_synapse or _draws_without_input(program, kind)
