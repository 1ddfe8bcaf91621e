"""The streaming path: a plane holds 512 ticks of one axon or neuron.

A neuron counts its axons' planes by strength, adds the counts to leak - 1, and spikes in the lanes where the sum is
not negative: in 512 ticks at once. Cores of one level, and planes of one core, are independent of each other and are
shared among the threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from spikeloom.chip.limits import LEAK_LIMIT, N_AXONS, N_NEURONS, STRENGTH_LIMIT
from spikeloom.chip.program import ChipProgram
from spikeloom.chip.trains import PLANE_WORDS, WORD_BITS, SpikeTrains, cut, unpack, words_of
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
from spikeloom.simulation.fast.bits.adders import COUNT_PLANES, Number, add, count, set_constant
from spikeloom.simulation.fast.bits.compiled import inlined, shared
from spikeloom.simulation.fast.bits.memory import zeros
from spikeloom.simulation.fast.bits.planes import delayed, filler, load, lowest_bit, popcount, store
from spikeloom.simulation.fast.bits.threads import running_on
from spikeloom.simulation.fast.streaming.weave import SILENT, Weave, weave

_BYTES_AT_ONCE = 2**27
PLANE_TICKS = PLANE_WORDS * WORD_BITS
_STRENGTH_BITS = STRENGTH_LIMIT.bit_length()
# All axons at the largest strength and a leak, with its sign; a shifted count may pass that by the strength's bits.
_PLANES_MAX = (N_AXONS * STRENGTH_LIMIT + LEAK_LIMIT + 1).bit_length() + 1 + _STRENGTH_BITS
_plane_of = filler(PLANE_WORDS)

# Where a thread's intermediate results begin: the planes of all axons and of `SILENT`, then a count, then a sum.
COUNTS = (N_AXONS + 1) * PLANE_WORDS
TOTAL = COUNTS + COUNT_PLANES * PLANE_WORDS
SCRATCH_WORDS = TOTAL + _PLANES_MAX * PLANE_WORDS


class StreamingSimulation:
    """A memoryless program in the middle of a run; the contract is `spikeloom.simulation.base.Simulation`."""

    path = "streaming"

    def __init__(self, program: ChipProgram, recording: Recording, threads: int = 1) -> None:
        self._program, self._recording, self._threads = program, recording, threads
        self._weave = weave(program)
        n_rows = len(self._weave.neurons) + len(program.inputs) + len(program.outputs)
        self.ticks_at_once = max(_BYTES_AT_ONCE // (n_rows * PLANE_WORDS * 8 + 1), 1) * PLANE_TICKS
        self._voters = _voters(program, self._weave)
        self._scratch = zeros(threads, SCRATCH_WORDS)
        # spikes of every woven neuron in the piece, with one plane before them for the ticks that delays reach back to
        self._trains = zeros(len(self._weave.neurons), 0)
        self.reset()

    def reset(self) -> None:
        """Go back to before the first tick."""
        self._start = 0
        self._past = np.zeros(len(self._weave.neurons), np.uint64)  # the last 64 ticks of each neuron

    def advance(self, inputs: SpikeTrains) -> SpikeRecord:
        """Go on, 512 ticks at once."""
        check_inputs(self._program, inputs)
        n_cores, n_words = self._program.n_cores, inputs.words.shape[1]
        # kept from piece to piece, so that its pages are touched for the first time only once
        if self._trains.shape[1] < PLANE_WORDS + n_words:
            self._trains = zeros(len(self._past), PLANE_WORDS + n_words)
        # only the last word of the plane before is read: a delay of 15 ticks reaches into no other
        self._trains[:, PLANE_WORDS - 1] = self._past
        windows = windows_within(self._recording, n_cores, self._start, inputs.n_ticks)
        counters = np.zeros((n_cores, n_words // PLANE_WORDS, N_COUNTS), np.int64)
        # whole planes, so that a task writes to its own; the ticks after the last are cut off again
        by_tick = np.zeros((n_words * WORD_BITS if self._recording.each_tick else 0, n_cores, N_COUNTS), np.int32)
        with running_on(self._threads):
            stream(self._weave, inputs.words, self._trains, windows, counters, by_tick, self._scratch)

        self._past = _last_ticks(self._trains[:, PLANE_WORDS - 1 :], inputs.n_ticks)
        recorded = recorded_within(self._recording, self._start, inputs.n_ticks)
        self._start += inputs.n_ticks
        spikes, events, hops, crossings = counters.sum(1).T
        rasters = self._rasters(inputs.n_ticks, recorded)
        return SpikeRecord(
            self._outputs(inputs.n_ticks),
            spikes,
            events,
            hops,
            crossings,
            rasters,
            np.zeros(rasters.shape, np.int32),  # memoryless neurons end at zero
            by_tick[: inputs.n_ticks],
        )

    def _outputs(self, n_ticks: int) -> SpikeTrains:
        """Give the output lines; neurons that share one meet on it."""
        words = zeros(len(self._program.outputs), words_of(n_ticks))
        for neurons, lines in self._voters:
            words[lines] |= self._trains[neurons, PLANE_WORDS : PLANE_WORDS + words.shape[1]]
        return cut(words, n_ticks)

    def _rasters(self, n_ticks: int, ticks: range) -> np.ndarray:
        rasters = np.zeros((len(ticks), len(self._recording.cores), N_NEURONS), bool)
        for place, core in enumerate(self._recording.cores):
            rows = slice(*self._weave.neuron_starts[core : core + 2])
            words = self._trains[rows, PLANE_WORDS : PLANE_WORDS + words_of(n_ticks)]
            spikes = unpack(SpikeTrains(words.copy(), n_ticks))
            rasters[:, place, self._weave.neurons[rows] % N_NEURONS] = spikes[ticks.start : ticks.stop]
        return rasters


def _voters(program: ChipProgram, weave: Weave) -> list[tuple[np.ndarray, np.ndarray]]:
    """Give woven neurons and their output lines, in rounds in which no line comes twice."""
    neurons = np.flatnonzero(program.routes.to_outputs.ravel()[weave.neurons])
    lines = program.routes.axons.ravel()[weave.neurons[neurons]]
    rounds = []
    while len(lines):
        _, firsts = np.unique(lines, return_index=True)
        rounds.append((neurons[firsts], lines[firsts]))
        neurons, lines = np.delete(neurons, firsts), np.delete(lines, firsts)
    return rounds


def _last_ticks(words: np.ndarray, n_ticks: int) -> np.ndarray:
    """Give the 64 ticks before tick `n_ticks` of rows whose first word holds the 64 before tick 0."""
    word, bits = divmod(n_ticks, WORD_BITS)
    if bits == 0:
        return words[:, word].copy()
    return (words[:, word] >> np.uint64(bits)) | (words[:, word + 1] << np.uint64(WORD_BITS - bits))


@shared
def stream(weave: Weave, lines: Any, trains: Any, windows: Any, counters: Any, by_tick: Any, scratch: Any) -> None:
    """Run all cores over one piece of time.

    Parameters
    ----------
    lines : (n_lines, n_words) uint64
        Input spikes.
    trains : (n_woven, PLANE_WORDS + n_words or more) uint64
        Spikes of every woven neuron are written here, behind a plane whose last word holds the 64 ticks before.
    windows : (n_cores, 2) int
        First tick that is counted, and the tick after the last.
    counters : (n_cores, n_planes, N_COUNTS) int64
    by_tick : (n_planes * PLANE_TICKS, n_cores, N_COUNTS) int32, or of no ticks
        Activity of every tick, added where there is a place for it.
    scratch : (n_threads, SCRATCH_WORDS) uint64
    """
    n_planes = counters.shape[1]
    # Levels one after another, since a core needs all ticks of those that feed it. Within a level every pair of core
    # and plane is a task of its own, so that few cores over many ticks share out as well as many cores over few.
    for level in range(len(weave.level_starts) - 1):
        first, last = weave.level_starts[level], weave.level_starts[level + 1]
        for thread in prange(len(scratch)):
            n = (last - first) * n_planes
            for task in range(thread * n // len(scratch), (thread + 1) * n // len(scratch)):
                core = weave.cores[first + task // n_planes]
                _run_core(weave, core, task % n_planes, lines, trains, windows, counters, by_tick, scratch[thread])


@inlined
def _run_core(weave, core, plane, lines, trains, windows, counters, by_tick, scratch):
    """Run a core over one plane of ticks."""
    # activity is counted in the window alone, spikes are made in every tick
    first, last = windows[core, 0] - plane * PLANE_TICKS, windows[core, 1] - plane * PLANE_TICKS
    counted = _ticks_between(first, last, scratch)
    n_events = _gather(weave, core, plane, lines, trains, scratch, counted)
    n_spikes, n_hops, n_crossings = 0, 0, 0
    for neuron in range(weave.neuron_starts[core], weave.neuron_starts[core + 1]):
        spikes = _fire(weave, neuron, scratch)
        store(trains, neuron * trains.shape[1] + (plane + 1) * PLANE_WORDS, spikes)
        n = popcount(spikes & counted)
        n_spikes += n
        # memoryless and certain: what a neuron does depends on nothing but this plane, so whole planes are counted
        n_hops += n * weave.hops[neuron]
        n_crossings += n * weave.crossings[neuron]
        if len(by_tick):
            store(scratch, COUNTS, spikes)  # the neuron's count is done with
            _add_to_ticks(by_tick, plane, core, SPIKES, scratch, COUNTS, 1)
            _add_to_ticks(by_tick, plane, core, HOPS, scratch, COUNTS, weave.hops[neuron])
            _add_to_ticks(by_tick, plane, core, CROSSINGS, scratch, COUNTS, weave.crossings[neuron])
    counters[core, plane, SPIKES] = n_spikes
    counters[core, plane, EVENTS] = n_events
    counters[core, plane, HOPS] = n_hops
    counters[core, plane, CROSSINGS] = n_crossings
    if len(by_tick):
        for axon in range(N_AXONS):
            fan_out = weave.fan_outs[core * N_AXONS + axon]
            _add_to_ticks(by_tick, plane, core, EVENTS, scratch, axon * PLANE_WORDS, fan_out)


@inlined
def _add_to_ticks(by_tick, plane, core, column, words, at, amount):
    """Add an amount to the ticks that are set in the plane which begins at this word of an array."""
    if amount == 0:
        return
    for word in range(PLANE_WORDS):
        left = words[at + word]
        while left:
            by_tick[plane * PLANE_TICKS + word * WORD_BITS + lowest_bit(left), core, column] += amount
            left &= left - np.uint64(1)


@inlined
def _gather(weave, core, plane, lines, trains, axons, counted):
    """Write what arrives on each axon, and give the synaptic events it causes."""
    n_words = lines.shape[1]
    nothing = _plane_of(np.uint64(0))
    events = 0
    for axon in range(N_AXONS):
        key = core * N_AXONS + axon
        arriving = nothing
        for tap in range(weave.tap_starts[key], weave.tap_starts[key + 1]):
            arriving = arriving | load(lines, weave.tap_lines[tap] * n_words + plane * PLANE_WORDS, nothing)
        for route in range(weave.route_starts[key], weave.route_starts[key + 1]):
            at = weave.route_sources[route] * trains.shape[1] + (plane + 1) * PLANE_WORDS
            # `before` begins a word earlier, so that each word has the one before it beside it, whose highest bits a
            # delay shifts in
            now, before = load(trains, at, nothing), load(trains, at - 1, nothing)
            arriving = arriving | delayed(now, before, weave.route_delays[route])
        store(axons, axon * PLANE_WORDS, arriving)
        events += weave.fan_outs[key] * popcount(arriving & counted)
    store(axons, SILENT * PLANE_WORDS, nothing)
    return events


@inlined
def _fire(weave, neuron, scratch):
    """Give the plane of ticks in which a neuron spikes: those in which input + leak - 1 is not negative."""
    nothing = _plane_of(np.uint64(0))
    n_planes = weave.n_planes[neuron]
    total, counted = Number(scratch, TOTAL, n_planes), Number(scratch, COUNTS, COUNT_PLANES)
    # V >= 1 is input + leak - 1 >= 0: the sign plane alone then says which ticks have a spike
    set_constant(scratch, TOTAL, n_planes, weave.leaks[neuron] - 1, nothing)
    for group in range(weave.group_starts[neuron], weave.group_starts[neuron + 1]):
        count(scratch, weave.rows, weave.row_starts[group], weave.row_starts[group + 1], scratch, COUNTS, nothing)
        strength = weave.strengths[group]
        negative = ~nothing if strength < 0 else nothing
        # count times strength, by the bits of the strength: a shifted sum for each that is set
        place, size = 0, abs(strength)
        while size:
            if size & 1:
                add(total, counted, place, nothing, ~nothing, negative)
            place, size = place + 1, size >> 1
    return ~load(scratch, TOTAL + (n_planes - 1) * PLANE_WORDS, nothing)


@inlined
def _ticks_between(first, last, words):
    """Give the plane whose bits ``first .. last - 1`` are set, by way of `words`."""
    for word in range(PLANE_WORDS):
        words[word] = _low_bits(last - word * WORD_BITS) & ~_low_bits(first - word * WORD_BITS)
    return load(words, 0, _plane_of(np.uint64(0)))


@inlined
def _low_bits(n):
    """Give the word whose lowest n bits are set."""
    if n <= 0:
        return np.uint64(0)
    if n >= WORD_BITS:
        return ~np.uint64(0)
    return (np.uint64(1) << np.uint64(n)) - np.uint64(1)
