"""Which spikes arrive at a core in a tick, and what they add to its neurons."""

from __future__ import annotations

import numpy as np

from spikeloom.chip.limits import N_AXON_TYPES, N_AXONS
from spikeloom.simulation.fast.bits.adders import COUNT_MAX, ROWS_AT_ONCE, add, count
from spikeloom.simulation.fast.bits.compiled import inlined
from spikeloom.simulation.fast.bits.planes import load, lowest_bit, popcount, prefetch, store
from spikeloom.simulation.fast.general.planar import (
    N_PLANES,
    NEURON_WORDS,
    RING,
    ROWS,
    SIZE_PLANES,
    STRENGTH_SIGNS,
    STRENGTH_SIZES,
    SYNAPSE_CHANCE,
)
from spikeloom.simulation.fast.general.random import lucky
from spikeloom.simulation.fast.general.scratch import COUNTS, ENDS, THINNED, TOTAL

_THINNED_ROWS = THINNED // NEURON_WORDS + np.arange(COUNT_MAX)


@inlined
def take_arrivals(program, ring, lines, core, tick, column, arrivals, at, scratch):
    """List the crossbar rows of the axons on which spikes arrive, and empty the ring's slot.

    The rows lie far apart in memory and waiting for them takes longer than to count them, so they are asked for here,
    a core ahead of their use.
    """
    _collect(program, ring, lines, core, tick, column, scratch)
    n = at
    arrivals[at + ENDS - 1] = at
    for axon_type in range(N_AXON_TYPES):
        for word in range(NEURON_WORDS):
            spikes = scratch[word] & program.axons_of_type[(core * N_AXON_TYPES + axon_type) * NEURON_WORDS + word]
            while spikes:
                row = core * ROWS + 64 * word + lowest_bit(spikes)
                spikes &= spikes - np.uint64(1)
                prefetch(program.crossbars, row * NEURON_WORDS)
                arrivals[n] = row
                n += 1
        while (n - at) % ROWS_AT_ONCE:
            arrivals[n] = core * ROWS + N_AXONS
            n += 1
        arrivals[at + ENDS + axon_type] = n


@inlined
def _collect(program, ring, lines, core, tick, column, axons):
    """Write the axons on which spikes arrive, as bits."""
    n_words, n_threads = len(program.kinds) * NEURON_WORDS, len(ring) // (RING * len(program.kinds) * NEURON_WORDS)
    for word in range(NEURON_WORDS):
        arriving = np.uint64(0)
        for thread in range(n_threads):
            index = (thread * RING + tick % RING) * n_words + core * NEURON_WORDS + word
            arriving |= ring[index]
            ring[index] = 0
        axons[word] = arriving
    for tap in range(program.tap_starts[core], program.tap_starts[core + 1]):
        spike = (lines[program.tap_lines[tap], column >> 6] >> np.uint64(column & 63)) & np.uint64(1)
        axon = program.tap_axons[tap]
        axons[axon >> 6] |= spike << np.uint64(axon & 63)


@inlined
def sum_input(program, kind, core, arrivals, at, keys, scratch, nothing):
    """Write the synaptic input of every neuron as signed planes; give their number and that of synaptic events."""
    largest = 0
    for axon_type in range(N_AXON_TYPES):
        n_rows = arrivals[at + ENDS + axon_type] - arrivals[at + ENDS + axon_type - 1]
        largest += n_rows * program.largest[kind, axon_type]
    n_total = _bit_length(largest) + 1
    for place in range(n_total):
        store(scratch, TOTAL + place * NEURON_WORDS, nothing)
    n_events = 0
    for axon_type in range(N_AXON_TYPES):
        end = arrivals[at + ENDS + axon_type]
        for first in range(arrivals[at + ENDS + axon_type - 1], end, COUNT_MAX):
            last = min(first + COUNT_MAX, end)
            if program.occupied[kind, SYNAPSE_CHANCE + axon_type]:
                n_events += _thin(program, kind, core, axon_type, arrivals, first, last, keys, scratch, nothing)
                count(scratch, _THINNED_ROWS, 0, last - first, scratch, COUNTS, nothing)
            else:
                count(program.crossbars, arrivals, first, last, scratch, COUNTS, nothing)
                n_events += _sum_of_counts(scratch, last - first, nothing)
            _add_counted(program, kind, axon_type, last - first, n_total, scratch, nothing)
    return n_total, n_events


@inlined
def _add_counted(program, kind, axon_type, n_rows, n_total, scratch, nothing):
    """Add count times strength to the total."""
    first = kind * N_PLANES
    negative = load(program.parameters, (first + STRENGTH_SIGNS + axon_type) * NEURON_WORDS, nothing)
    for place in range(SIZE_PLANES):
        plane = STRENGTH_SIZES + axon_type * SIZE_PLANES + place
        if program.occupied[kind, plane]:
            mask = load(program.parameters, (first + plane) * NEURON_WORDS, nothing)
            add(scratch, TOTAL, n_total, scratch, COUNTS, _bit_length(n_rows), place, nothing, mask, negative)


@inlined
def _thin(program, kind, core, axon_type, arrivals, first, last, keys, scratch, nothing):
    """Write rows from which chance has taken synapses away, and give the synapses that they had."""
    parameter = (kind * N_PLANES + SYNAPSE_CHANCE + axon_type) * NEURON_WORDS
    sure = ~load(program.parameters, parameter, nothing)
    n_synapses = 0
    for place in range(last - first):
        row = load(program.crossbars, arrivals[first + place] * NEURON_WORDS, nothing)
        axon = program.axons[core, (arrivals[first + place] - core * ROWS) % N_AXONS]
        n_synapses += popcount(row)
        kept = sure | lucky(program.magnitudes, kind * (N_AXON_TYPES + 1) + axon_type, keys, axon, scratch, nothing)
        store(scratch, THINNED + place * NEURON_WORDS, row & kept)
    return n_synapses


@inlined
def _sum_of_counts(scratch, n_rows, nothing):
    """Give the sum of the counts of all neurons."""
    total = 0
    for place in range(_bit_length(n_rows)):
        total += popcount(load(scratch, COUNTS + place * NEURON_WORDS, nothing)) << place
    return total


@inlined
def _bit_length(number):
    length = 0
    while number >> length:
        length += 1
    return length
