"""The general path: a plane holds one bit of all 256 neurons of a core, and a tick is some hundred plane operations.

Integrate: the crossbar rows of the active axons of one type are counted, and the counts multiplied by the strengths.
Leak, thresholds and resets are sums and comparisons of planes. Every core belongs to one thread; spikes on their way
lie in a ring of ticks that each thread keeps for itself, so that no two threads write to one place, and they meet
where they are integrated.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import prange

from spikeloom.chip.limits import N_AXON_TYPES, N_NEURONS
from spikeloom.chip.program import ChipProgram
from spikeloom.chip.trains import WORD_BITS, SpikeTrains, pack
from spikeloom.machine import Neighbours
from spikeloom.simulation.base import (
    CROSSINGS,
    EVENTS,
    HOPS,
    N_COUNTS,
    SPIKES,
    Recording,
    SpikeRecord,
    check_inputs,
    recorded_within,
    windows_within,
)
from spikeloom.simulation.fast.bits.compiled import inlined, shared
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
    WAY_CROSSING,
    PlanarLayout,
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
from spikeloom.simulation.fast.general.work import Here, Work

_BYTES_AT_ONCE = 2**26
_CORE_TICKS_AT_ONCE = 2**20
# Spikes on their way were written by other threads, so a line of them comes from another processor core's cache. Asked
# for eight cores ahead, it has come when it is needed, and has not been pushed out again. A core's own memory, which
# lies in this thread's caches more often, is asked for one core ahead.
_CORES_AHEAD = 8
_plane_of = filler(NEURON_WORDS)


class State(NamedTuple):
    """A program in the middle of a run; the kernels write to it.

    potentials : (n_cores * POTENTIAL_PLANES * 4,) uint64
    ring : (n_threads * RING * n_cores * 4,) uint64
        Spikes on their way, by the tick of arrival; axons as bits.
    quiet : (n_cores,) bool
        Cores in which nothing changes until a spike arrives.
    counters : (n_cores, N_COUNTS) int64
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
    by_tick : (n_ticks, n_cores, N_COUNTS) int32
        Activity of every tick; of no ticks where nobody asks.
    """

    lines: np.ndarray
    windows: np.ndarray
    outputs: np.ndarray
    recorded: np.ndarray
    recorded_ticks: np.ndarray
    rasters: np.ndarray
    potentials: np.ndarray
    by_tick: np.ndarray


class GeneralSimulation:
    """Any program in the middle of a run; the contract is `spikeloom.simulation.base.Simulation`."""

    path = "general"

    def __init__(self, program: ChipProgram, recording: Recording, threads: int = 1) -> None:
        self._program, self._recording, self._threads = program, recording, threads
        self._layout = planar(program)
        n_cores = program.n_cores
        # also short enough for progress to be told about every second
        by_memory = _BYTES_AT_ONCE // (len(program.inputs) + len(program.outputs) + 1)
        self.ticks_at_once = max(min(by_memory, _CORE_TICKS_AT_ONCE // max(n_cores, 1)), 64)
        # a core recorded twice is kept once, and shown twice
        self._kept, self._shown = np.unique(np.array(recording.cores, np.int64), return_inverse=True)
        self._places = np.full(n_cores, -1)
        self._places[self._kept] = np.arange(len(self._kept))
        self._scratch = zeros(threads, SCRATCH_WORDS)
        self._neighbours = Neighbours()
        self._start_potentials = words(bits(program.potentials, POTENTIAL_PLANES)).ravel()
        self._state = State(
            potentials=aligned(self._start_potentials),
            ring=zeros(threads * RING * n_cores * NEURON_WORDS),
            quiet=np.zeros(n_cores, bool),
            counters=np.zeros((n_cores, N_COUNTS), np.int64),
        )
        self._tick = 0

    def reset(self) -> None:
        """Go back to before the first tick."""
        self._tick = 0
        self._state.potentials[:] = self._start_potentials
        self._state.ring[:] = 0
        self._state.quiet[:] = False

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
            by_tick=np.zeros((n_ticks if self._recording.each_tick else 0, n_cores, N_COUNTS), np.int32),
        )
        self._state.counters[:] = 0
        self._run(piece, self._tick, n_ticks)
        self._tick += n_ticks
        spikes, events, hops, crossings = self._state.counters.T.copy()
        kept = piece.potentials.reshape(len(recorded), n_kept, POTENTIAL_PLANES, NEURON_WORDS)
        return SpikeRecord(
            pack(piece.outputs),
            spikes,
            events,
            hops,
            crossings,
            single_bits(piece.rasters)[:, self._shown],
            numbers(kept)[:, self._shown],
            piece.by_tick,
        )

    def _run(self, piece: Piece, start: int, n_ticks: int) -> None:
        """Run a piece in steps short enough for an interruption to be heard soon."""
        # compiled code hears no Ctrl-C; about a second of work lies between two chances to stop
        step = max(_CORE_TICKS_AT_ONCE // self._program.n_cores, 1)
        for first in range(start, start + n_ticks, step):
            last = min(first + step, start + n_ticks)
            # a tick ends when the last thread has done its share: beside a busy program fewer threads are faster, and
            # take the shares of the others too
            with running_on(min(self._threads, self._neighbours.free())):
                advance(self._layout, self._state, piece, self._scratch, start, first, last)


@shared
def advance(layout: PlanarLayout, state: State, piece: Piece, scratch: Any, start: int, first: int, last: int) -> None:
    """Run all cores from tick `first` to before tick `last`; the piece begins with tick `start`.

    scratch : (n_threads, SCRATCH_WORDS) uint64
    """
    n_cores, n_threads = len(state.quiet), len(scratch)
    for tick in range(first, last):
        # the end of this loop is the barrier of the tick: spikes of delay 1 must all be on their way before the next
        for thread in prange(n_threads):
            keys = np.empty(N_NEURONS, np.uint32)
            arrivals = np.empty(2 * ARRIVAL_WORDS, np.int64)
            work = Work(thread, scratch[thread], keys, arrivals)
            # a thread owns a run of neighbouring cores: their potentials and crossbars are its own, and stay in its
            # caches
            core, end = thread * n_cores // n_threads, (thread + 1) * n_cores // n_threads
            now, then = 0, ARRIVAL_WORDS
            if core < end:
                take_arrivals(layout, state.ring, piece.lines, _here(layout, core, tick, start, now), work)
            while core < end:
                _prefetch_arrivals(state.ring, n_cores, n_threads, min(core + _CORES_AHEAD, end - 1), tick)
                if core + 1 < end:
                    _prefetch(layout, state.potentials, core + 1)
                    take_arrivals(layout, state.ring, piece.lines, _here(layout, core + 1, tick, start, then), work)
                _run_core(layout, state, piece, _here(layout, core, tick, start, now), work)
                core, now, then = core + 1, then, now


@inlined
def _here(layout, core, tick, start, arrivals):
    return Here(core, layout.sets[core], tick, tick - start, arrivals)


@inlined
def _run_core(layout, state, piece, here, work):
    """Take one core through one tick: integrate, leak, fire, send."""
    nothing = _plane_of(np.uint64(0))
    core, arrivals = here.core, work.arrivals
    active = arrivals[here.arrivals + ENDS + N_AXON_TYPES - 1] > here.arrivals
    spikes = nothing
    n_events, n_hops, n_crossings = 0, 0, 0
    if active or not state.quiet[core]:
        potentials, at = state.potentials, core * POTENTIAL_WORDS
        if _draws_anything(layout, here.set):
            make_keys(layout.seeds[core], here.tick, work.keys)
        n_input = 0
        # with input a core cannot be called quiet, so only the others remember what they were
        if active:
            n_input, n_events = sum_input(layout, here, work, nothing)
        else:
            copy(potentials, at, POTENTIAL_PLANES, work.scratch, BEFORE, nothing)
        spikes = settle(layout, here, potentials, n_input, work, nothing)
        # without input, chance or change the next tick is this one again, until a spike arrives
        state.quiet[core] = (
            not active
            and not any_set(spikes)
            and not _draws_without_input(layout, here.set)
            and unchanged(potentials, at, work.scratch, nothing)
        )
        if any_set(spikes):
            n_hops, n_crossings = _send(layout, state.ring, piece.outputs, here, work, spikes)
    if piece.windows[core, 0] <= here.tick < piece.windows[core, 1]:
        state.counters[core, SPIKES] += popcount(spikes)
        state.counters[core, EVENTS] += n_events
        state.counters[core, HOPS] += n_hops
        state.counters[core, CROSSINGS] += n_crossings
    if here.row < len(piece.by_tick):
        piece.by_tick[here.row, core, SPIKES] = popcount(spikes)
        piece.by_tick[here.row, core, EVENTS] = n_events
        piece.by_tick[here.row, core, HOPS] = n_hops
        piece.by_tick[here.row, core, CROSSINGS] = n_crossings
    _record(state.potentials, piece, here, spikes)


@inlined
def _prefetch(layout, potentials, core):
    """Ask for what a core will need besides its crossbar."""
    for neuron in range(0, N_NEURONS, CACHE_LINE // 4):
        prefetch(layout.targets, core * N_NEURONS + neuron)
    for neuron in range(0, N_NEURONS, CACHE_LINE // 2):
        prefetch(layout.ways, core * N_NEURONS + neuron)
    for word in range(0, POTENTIAL_WORDS, CACHE_LINE // 8):
        prefetch(potentials, core * POTENTIAL_WORDS + word)


@inlined
def _prefetch_arrivals(ring, n_cores, n_threads, core, tick):
    """Ask for the spikes that reach a core: other threads wrote them, so they lie in those threads' caches."""
    for thread in range(n_threads):
        prefetch(ring, ((thread * RING + tick % RING) * n_cores + core) * NEURON_WORDS)


@inlined
def _send(layout, ring, outputs, here, work, spikes):
    """Put the spikes on their way, and give the hops they make and the seams between chips that they cross."""
    scratch = work.scratch
    store(scratch, SINGLE, spikes)
    n_words = len(layout.sets) * NEURON_WORDS
    hops, crossings = 0, 0
    for word in range(NEURON_WORDS):
        left = scratch[SINGLE + word]
        while left:
            neuron = here.core * N_NEURONS + WORD_BITS * word + lowest_bit(left)
            left &= left - np.uint64(1)
            target = layout.targets[neuron]
            if target >= 0:
                # a target is its axon times RING, plus the delay: one number to fetch for each spike
                slot = work.thread * RING + (here.tick + target % RING) % RING
                axon = target // RING
                # into this thread's own ring: no two threads write to a word, and the receiver reads all of them
                ring[slot * n_words + (axon >> 6)] |= np.uint64(1) << np.uint64(axon & 63)
                way = layout.ways[neuron]
                hops += way % WAY_CROSSING
                crossings += way // WAY_CROSSING
            elif target < -1:  # an output line; -1 is a neuron that goes nowhere
                outputs[here.row, -2 - target] = True
    return hops, crossings


@inlined
def _record(potentials, piece, here, spikes):
    """Keep spikes and potentials of a core and tick that were asked for."""
    place = piece.recorded[here.core]
    if place >= 0 and piece.recorded_ticks[0] <= here.tick < piece.recorded_ticks[1]:
        index = ((here.tick - piece.recorded_ticks[0]) * piece.rasters.shape[1] + place) * NEURON_WORDS
        store(piece.rasters, index, spikes)
        source = here.core * POTENTIAL_WORDS
        copy(potentials, source, POTENTIAL_PLANES, piece.potentials, index * POTENTIAL_PLANES, spikes)


@inlined
def _draws_without_input(layout, parameter_set):
    return layout.occupied[parameter_set, LEAK_CHANCE] or layout.occupied[parameter_set, MASK]


@inlined
def _draws_anything(layout, parameter_set):
    by_synapse = occupied(layout, parameter_set, SYNAPSE_CHANCE, SYNAPSE_CHANCE + N_AXON_TYPES)
    return by_synapse or _draws_without_input(layout, parameter_set)
