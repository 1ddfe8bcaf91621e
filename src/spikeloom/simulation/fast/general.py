"""The general path: a plane holds one bit of all 256 neurons of a core, and a tick is some hundred plane operations.

Integrate: the crossbar rows of the active axons of one type are counted, the counts multiplied by the strengths and
added to the potentials. Leak, thresholds and resets are sums and comparisons of planes. Every core belongs to one
thread; spikes on their way lie in a ring of ticks that each thread keeps for itself, so that no two threads write to
one place, and they meet where they are integrated.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit, prange

from spikeloom.chip.draws import LEAK_PURPOSE, THRESHOLD_PURPOSE
from spikeloom.chip.limits import DELAY_MAX, N_AXON_TYPES, N_AXONS, N_NEURONS, RANDOM_BITS
from spikeloom.chip.program import ChipProgram
from spikeloom.chip.trains import SpikeTrains, pack
from spikeloom.simulation.base import Recording, SpikeRecord, check_inputs, recorded_within, windows_within
from spikeloom.simulation.fast.adders import COUNT_MAX, COUNT_PLANES, ROWS_AT_ONCE, add, count
from spikeloom.simulation.fast.planar import (
    BY_THRESHOLD,
    LEAK,
    LEAK_CHANCE,
    LEAK_PLANES,
    LEAK_REVERSAL,
    MASK,
    N_PLANES,
    NEGATIVE_THRESHOLD,
    NEURON_WORDS,
    POTENTIAL_PLANES,
    RESET,
    RESET_PLANES,
    SATURATE,
    SIZE_PLANES,
    STRENGTH_SIGNS,
    STRENGTH_SIZES,
    SYNAPSE_CHANCE,
    THRESHOLD,
    THRESHOLD_PLANES,
    TO_VALUE,
    PlanarProgram,
    bits,
    numbers,
    planar,
    single_bits,
    words,
)
from spikeloom.simulation.fast.planes import any_set, filler, load, lowest_bit, majority, popcount, store
from spikeloom.simulation.fast.random import extend
from spikeloom.simulation.fast.threads import running_on

_BYTES_AT_ONCE = 2**26
_CORE_TICKS_AT_ONCE = 2**20
RING = DELAY_MAX + 1
SPIKES, EVENTS, HOPS = 0, 1, 2
_WORDS = NEURON_WORDS
_POTENTIAL_WORDS = POTENTIAL_PLANES * _WORDS
_SIGN = _POTENTIAL_WORDS - _WORDS
_RANDOM_MASK = np.uint32((1 << RANDOM_BITS) - 1)
_IN_ORDER = np.arange(COUNT_MAX)

# Where a core's intermediate results begin in its scratch.
_AXONS = 0
_COUNTS = _AXONS + _WORDS
_TOTAL = _COUNTS + COUNT_PLANES * _WORDS
_THRESHOLD = _TOTAL + POTENTIAL_PLANES * _WORDS
_NEGATIVE = _THRESHOLD + (THRESHOLD_PLANES + 1) * _WORDS
_DRAWN = _NEGATIVE + (THRESHOLD_PLANES + 1) * _WORDS
_BEFORE = _DRAWN + THRESHOLD_PLANES * _WORDS
_SCRATCH_WORDS = _BEFORE + _POTENTIAL_WORDS

_plane_of = filler(_WORDS)


class State(NamedTuple):
    """A program in the middle of a run; the kernels write to it.

    potentials : (n_cores * POTENTIAL_PLANES * 4,) uint64
    ring : (n_threads, RING, n_cores, 4) uint64
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
        self._state = State(
            potentials=words(bits(program.potentials, POTENTIAL_PLANES)).ravel(),
            ring=np.zeros((threads, RING, n_cores, _WORDS), np.uint64),
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
            rasters=np.zeros((len(recorded), n_kept, _WORDS), np.uint64),
            potentials=np.zeros((len(recorded), n_kept, _POTENTIAL_WORDS), np.uint64),
        )
        self._state.counters[:] = 0
        self._run(piece, self._tick, n_ticks)
        self._tick += n_ticks
        kept = piece.potentials.reshape(len(recorded), n_kept, POTENTIAL_PLANES, _WORDS)
        return SpikeRecord(
            pack(piece.outputs),
            *self._state.counters.T.copy(),
            rasters=single_bits(piece.rasters)[:, self._shown],
            potentials=numbers(kept)[:, self._shown],
        )

    def _run(self, piece: Piece, start: int, n_ticks: int) -> None:
        """Run a piece in steps short enough for an interruption to be heard soon."""
        step = max(_CORE_TICKS_AT_ONCE // self._program.n_cores, 1)
        with running_on(self._threads):
            for first in range(start, start + n_ticks, step):
                last = min(first + step, start + n_ticks)
                advance(self._planar, self._state, piece, start, first, last)


@njit(cache=True, nogil=True, parallel=True)
def advance(program: PlanarProgram, state: State, piece: Piece, start: int, first: int, last: int) -> None:
    """Run all cores from tick `first` to before tick `last`; the piece begins with tick `start`."""
    n_cores, n_threads = len(state.quiet), len(state.ring)
    for tick in range(first, last):
        for thread in prange(n_threads):
            scratch = np.empty(_SCRATCH_WORDS, np.uint64)
            rows = np.empty(COUNT_MAX * _WORDS, np.uint64)
            keys = np.empty(N_NEURONS, np.uint32)
            for core in range(thread * n_cores // n_threads, (thread + 1) * n_cores // n_threads):
                _run_core(program, state, piece, core, tick, start, thread, scratch, rows, keys)


@njit(cache=True, nogil=True)
def _run_core(
    program: Any, state: Any, piece: Any, core: int, tick: int, start: int, thread: int, scratch: Any, rows: Any, keys: Any
) -> None:
    """Take one core through one tick: integrate, leak, fire, send."""
    _take_arrivals(program, state.ring, piece.lines, core, tick, tick - start, scratch)
    axons = load(scratch, _AXONS, _plane_of(np.uint64(0)))
    spikes = axons ^ axons
    n_events, n_hops = 0, 0
    if any_set(axons) or not state.quiet[core]:
        kind = program.kinds[core]
        potentials, at = state.potentials, core * _POTENTIAL_WORDS
        if _draws_anything(program.occupied[kind]):
            _make_keys(program.seeds[core], tick, keys)
        if any_set(axons):
            n_events = _integrate(program, kind, core, potentials, at, scratch, rows, keys)
        else:
            _copy(potentials, at, POTENTIAL_PLANES, scratch, _BEFORE, axons)
        _leak(program, kind, potentials, at, scratch, keys)
        spikes = _fire(program, kind, potentials, at, scratch, keys)
        state.quiet[core] = not any_set(axons | spikes) and _at_rest(program.occupied[kind], potentials, at, scratch)
        if any_set(spikes):
            n_hops = _send(program, state.ring[thread], piece.outputs, core, tick, tick - start, spikes, scratch)
    if piece.windows[core, 0] <= tick < piece.windows[core, 1]:
        state.counters[core, SPIKES] += popcount(spikes)
        state.counters[core, EVENTS] += n_events
        state.counters[core, HOPS] += n_hops
    _record(state.potentials, piece, core, tick, spikes)


@njit(cache=True, nogil=True, forceinline=True)
def _take_arrivals(program, ring, lines, core, tick, column, scratch):
    """Write the axons on which spikes arrive, and empty the ring's slot."""
    slot = tick % RING
    for word in range(_WORDS):
        arriving = np.uint64(0)
        for thread in range(len(ring)):
            arriving |= ring[thread, slot, core, word]
            ring[thread, slot, core, word] = 0
        scratch[_AXONS + word] = arriving
    for tap in range(program.tap_starts[core], program.tap_starts[core + 1]):
        spike = (lines[program.tap_lines[tap], column >> 6] >> np.uint64(column & 63)) & np.uint64(1)
        axon = program.tap_axons[tap]
        scratch[_AXONS + (axon >> 6)] |= spike << np.uint64(axon & 63)


@njit(cache=True, nogil=True, forceinline=True)
def _integrate(program, kind, core, potentials, at, scratch, rows, keys):
    """Add the synaptic input to the potentials, and give the number of synaptic events."""
    axons = load(scratch, _AXONS, _plane_of(np.uint64(0)))
    nothing = axons ^ axons
    largest = 0
    for axon_type in range(N_AXON_TYPES):
        active = axons & load(program.axons_of_type, (core * N_AXON_TYPES + axon_type) * _WORDS, axons)
        largest += popcount(active) * program.largest[kind, axon_type]
    n_total = _bit_length(largest) + 1
    for place in range(n_total):
        store(scratch, _TOTAL + place * _WORDS, nothing)

    n_events = 0
    for axon_type in range(N_AXON_TYPES):
        by_chance = program.occupied[kind, SYNAPSE_CHANCE + axon_type]
        n_rows = 0
        for word in range(_WORDS):
            bits = scratch[_AXONS + word] & program.axons_of_type[core, axon_type, word]
            while bits:
                axon = 64 * word + lowest_bit(bits)
                bits &= bits - np.uint64(1)
                n_events += program.fan_outs[core, axon]
                row = load(program.crossbars, (core * N_AXONS + axon) * _WORDS, nothing)
                if by_chance:
                    sure = ~_parameter(program, kind, SYNAPSE_CHANCE + axon_type, nothing)
                    row = row & (sure | _lucky(program.magnitudes[kind, axon_type], keys, axon, nothing))
                store(rows, n_rows * _WORDS, row)
                n_rows += 1
                if n_rows == COUNT_MAX:
                    _add_counted(program, kind, axon_type, rows, n_rows, scratch, n_total, nothing)
                    n_rows = 0
        if n_rows:
            _add_counted(program, kind, axon_type, rows, n_rows, scratch, n_total, nothing)
    sign = load(scratch, _TOTAL + (n_total - 1) * _WORDS, nothing)
    _add_saturating(potentials, at, scratch, _TOTAL, n_total, sign, ~nothing, nothing)
    return n_events


@njit(cache=True, nogil=True)
def _add_counted(program, kind, axon_type, rows, n_rows, scratch, n_total, nothing):
    """Count the rows of one axon type and add count times strength to the total."""
    padded = -(-n_rows // ROWS_AT_ONCE) * ROWS_AT_ONCE
    for row in range(n_rows, padded):
        store(rows, row * _WORDS, nothing)
    count(rows, _IN_ORDER, 0, padded, scratch, _COUNTS, nothing)
    n_counts = _bit_length(n_rows)
    negative = _parameter(program, kind, STRENGTH_SIGNS + axon_type, nothing)
    for place in range(SIZE_PLANES):
        plane = STRENGTH_SIZES + axon_type * SIZE_PLANES + place
        if program.occupied[kind, plane]:
            mask = _parameter(program, kind, plane, nothing)
            add(scratch, _TOTAL, n_total, scratch, _COUNTS, n_counts, place, nothing, mask, negative)


@njit(cache=True, nogil=True, forceinline=True)
def _leak(program, kind, potentials, at, scratch, keys):
    """Add the leak; by chance, or away from zero, where the neuron says so."""
    nothing = _plane_of(np.uint64(0))
    occupied = program.occupied[kind]
    if not _any(occupied, LEAK, LEAK + LEAK_PLANES):
        return
    mask, negative = ~nothing, nothing
    if occupied[LEAK_CHANCE]:
        lucky = _lucky(program.magnitudes[kind, N_AXON_TYPES], keys, LEAK_PURPOSE, nothing)
        mask = lucky | ~_parameter(program, kind, LEAK_CHANCE, nothing)
    if occupied[LEAK_REVERSAL]:
        reversal = _parameter(program, kind, LEAK_REVERSAL, nothing)
        not_zero = nothing
        for place in range(POTENTIAL_PLANES):
            not_zero = not_zero | load(potentials, at + place * _WORDS, nothing)
        mask = mask & (not_zero | ~reversal)
        negative = reversal & load(potentials, at + _SIGN, nothing)
    sign = _parameter(program, kind, LEAK + LEAK_PLANES - 1, nothing)
    leak_at = (kind * N_PLANES + LEAK) * _WORDS
    _add_saturating(potentials, at, program.parameters, leak_at, LEAK_PLANES, sign, mask, negative)


@njit(cache=True, nogil=True, forceinline=True)
def _fire(program, kind, potentials, at, scratch, keys):
    """Compare with both thresholds and reset; give the plane of neurons that spike."""
    nothing = _plane_of(np.uint64(0))
    to_value = _parameter(program, kind, TO_VALUE, nothing)
    by_threshold = _parameter(program, kind, BY_THRESHOLD, nothing)
    saturate = _parameter(program, kind, SATURATE, nothing)
    n_threshold, n_negative = _thresholds(program, kind, scratch, keys, saturate)

    spikes = ~_sign_of_sum(potentials, at, scratch, _THRESHOLD, n_threshold, ~nothing)
    below = _sign_of_sum(potentials, at, scratch, _NEGATIVE, n_negative, nothing) & ~spikes

    n = POTENTIAL_PLANES
    if any_set(spikes & by_threshold):
        mask = spikes & by_threshold
        add(potentials, at, n, scratch, _THRESHOLD, n_threshold, 0, nothing, mask, ~nothing)
    if any_set(below & by_threshold & ~saturate):
        mask = below & by_threshold & ~saturate
        add(potentials, at, n, scratch, _NEGATIVE, n_negative, 0, nothing, mask, nothing)
    gone = (spikes & to_value) | (below & (saturate | to_value))
    if any_set(gone):
        for place in range(n):
            index = at + place * _WORDS
            store(potentials, index, load(potentials, index, nothing) & ~gone)
        if _any(program.occupied[kind], RESET, RESET + RESET_PLANES):
            reset_at = (kind * N_PLANES + RESET) * _WORDS
            sign = _parameter(program, kind, RESET + RESET_PLANES - 1, nothing)
            reset, negative = (spikes | (below & ~saturate)) & to_value, below
            add(potentials, at, n, program.parameters, reset_at, RESET_PLANES, 0, sign, reset, negative)
        if n_negative and any_set(below & saturate):
            add(potentials, at, n, scratch, _NEGATIVE, n_negative, 0, nothing, below & saturate, ~nothing)
    return spikes


@njit(cache=True, nogil=True, forceinline=True)
def _thresholds(program, kind, scratch, keys, saturate):
    """Write both thresholds, with what is drawn on top of them, and give the number of their planes."""
    nothing = saturate ^ saturate
    n_threshold, n_negative, n_mask = program.widths[kind]
    first = kind * N_PLANES
    if n_mask == 0:
        _copy(program.parameters, (first + THRESHOLD) * _WORDS, n_threshold, scratch, _THRESHOLD, nothing)
        _copy(program.parameters, (first + NEGATIVE_THRESHOLD) * _WORDS, n_negative, scratch, _NEGATIVE, nothing)
        return n_threshold, n_negative
    n = THRESHOLD_PLANES + 1
    _copy(program.parameters, (first + THRESHOLD) * _WORDS, THRESHOLD_PLANES, scratch, _THRESHOLD, nothing)
    _copy(program.parameters, (first + NEGATIVE_THRESHOLD) * _WORDS, THRESHOLD_PLANES, scratch, _NEGATIVE, nothing)
    store(scratch, _THRESHOLD + THRESHOLD_PLANES * _WORDS, nothing)
    store(scratch, _NEGATIVE + THRESHOLD_PLANES * _WORDS, nothing)
    _draw_planes(keys, n_mask, scratch, _DRAWN)
    for place in range(n_mask):
        index = _DRAWN + place * _WORDS
        store(scratch, index, load(scratch, index, nothing) & _parameter(program, kind, MASK + place, nothing))
    add(scratch, _THRESHOLD, n, scratch, _DRAWN, n_mask, 0, nothing, ~nothing, nothing)
    add(scratch, _NEGATIVE, n, scratch, _DRAWN, n_mask, 0, nothing, ~saturate, nothing)
    return n, n


@njit(cache=True, nogil=True, forceinline=True)
def _send(program, ring, outputs, core, tick, row, spikes, scratch):
    """Put the spikes on their way, and give the hops they make."""
    store(scratch, _COUNTS, spikes)
    hops = 0
    for word in range(_WORDS):
        bits = scratch[_COUNTS + word]
        while bits:
            neuron = 64 * word + lowest_bit(bits)
            bits &= bits - np.uint64(1)
            target = program.targets[core, neuron]
            if target >= 0:
                slot = (tick + program.delays[core, neuron]) % RING
                bit = np.uint64(1) << np.uint64(target & 63)
                ring[slot, target // N_AXONS, (target & 255) >> 6] |= bit
                hops += program.hops[core, neuron]
            elif target < -1:
                outputs[row, -2 - target] = True
    return hops


@njit(cache=True, nogil=True)
def _record(potentials, piece, core, tick, spikes):
    """Keep spikes and potentials of a core and tick that were asked for."""
    place = piece.recorded[core]
    if place >= 0 and piece.recorded_ticks[0] <= tick < piece.recorded_ticks[1]:
        row = tick - piece.recorded_ticks[0]
        index = (row * piece.rasters.shape[1] + place) * _WORDS
        store(piece.rasters, index, spikes)
        _copy(potentials, core * _POTENTIAL_WORDS, POTENTIAL_PLANES, piece.potentials, index * POTENTIAL_PLANES, spikes)


@njit(cache=True, nogil=True, forceinline=True)
def _add_saturating(potentials, at, amount, amount_at, n_amount, top, mask, negative):
    """Add to the potentials, and keep them within 20 bits."""
    before = load(potentials, at + _SIGN, mask)
    add(potentials, at, POTENTIAL_PLANES, amount, amount_at, n_amount, 0, top, mask, negative)
    added = (top & mask) ^ negative
    over = ~(before ^ added) & (before ^ load(potentials, at + _SIGN, mask))
    if any_set(over):
        for place in range(POTENTIAL_PLANES - 1):
            index = at + place * _WORDS
            store(potentials, index, (load(potentials, index, mask) & ~over) | (over & ~before))
        store(potentials, at + _SIGN, (load(potentials, at + _SIGN, mask) & ~over) | (over & before))


@njit(cache=True, nogil=True, forceinline=True)
def _sign_of_sum(potentials, at, amount, amount_at, n_amount, negative):
    """Give where potential + amount, or potential - amount in the lanes of `negative`, is below zero."""
    carry = negative
    for place in range(n_amount):
        bit = load(amount, amount_at + place * _WORDS, negative) ^ negative
        carry = majority(load(potentials, at + place * _WORDS, negative), bit, carry)
    for place in range(n_amount, POTENTIAL_PLANES):
        carry = majority(load(potentials, at + place * _WORDS, negative), negative, carry)
    return load(potentials, at + _SIGN, negative) ^ negative ^ carry


@njit(cache=True, nogil=True, forceinline=True)
def _at_rest(occupied, potentials, at, scratch):
    """Tell whether a tick without spikes changed nothing, and neither will the next."""
    changed = _plane_of(np.uint64(0))
    for place in range(POTENTIAL_PLANES):
        old = load(scratch, _BEFORE + place * _WORDS, changed)
        changed = changed | (load(potentials, at + place * _WORDS, changed) ^ old)
    return not any_set(changed) and not occupied[LEAK_CHANCE] and not occupied[MASK]


@njit(cache=True, nogil=True, forceinline=True)
def _draws_anything(occupied):
    return occupied[LEAK_CHANCE] or occupied[MASK] or _any(occupied, SYNAPSE_CHANCE, SYNAPSE_CHANCE + N_AXON_TYPES)


@njit(cache=True, nogil=True)
def _make_keys(seed, tick, keys):
    """Write the key of each neuron's draws in this tick."""
    root = extend(extend(np.uint32(0), seed), tick)
    for neuron in range(N_NEURONS):
        keys[neuron] = extend(root, neuron)


@njit(cache=True, nogil=True)
def _lucky(sizes, keys, purpose, like):
    """Give the neurons whose size is at least a random number of 0 .. 255."""
    found = np.zeros(_WORDS, np.uint64)
    for neuron in range(N_NEURONS):
        if sizes[neuron] >= extend(keys[neuron], purpose) & _RANDOM_MASK:
            found[neuron >> 6] |= np.uint64(1) << np.uint64(neuron & 63)
    return load(found, 0, like)


@njit(cache=True, nogil=True)
def _draw_planes(keys, n_planes, planes, at):
    """Write the lowest bits of each neuron's threshold draw."""
    for word in range(at, at + n_planes * _WORDS):
        planes[word] = 0
    for neuron in range(N_NEURONS):
        drawn = np.uint64(extend(keys[neuron], THRESHOLD_PURPOSE))
        for place in range(n_planes):
            bit = (drawn >> np.uint64(place)) & np.uint64(1)
            planes[at + place * _WORDS + (neuron >> 6)] |= bit << np.uint64(neuron & 63)


@njit(cache=True, nogil=True, forceinline=True)
def _parameter(program, kind, plane, like):
    return load(program.parameters, (kind * N_PLANES + plane) * _WORDS, like)


@njit(cache=True, nogil=True, forceinline=True)
def _copy(source, source_at, n_planes, target, target_at, like):
    for place in range(n_planes):
        store(target, target_at + place * _WORDS, load(source, source_at + place * _WORDS, like))


@njit(cache=True, nogil=True, forceinline=True)
def _any(flags, first, last):
    for index in range(first, last):
        if flags[index]:
            return True
    return False


@njit(cache=True, nogil=True, forceinline=True)
def _bit_length(number):
    length = 0
    while number >> length:
        length += 1
    return length
