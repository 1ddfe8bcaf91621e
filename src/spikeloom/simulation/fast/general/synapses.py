"""Which spikes arrive at a core in a tick, and what they add to its neurons."""

from __future__ import annotations

import numpy as np

from spikeloom.chip.limits import N_AXON_TYPES, N_AXONS
from spikeloom.chip.trains import WORD_BITS
from spikeloom.simulation.fast.bits.adders import COUNT_MAX, ROWS_AT_ONCE, Number, add, count
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
def take_arrivals(layout, ring, lines, here, work):
    """List the crossbar rows of the axons on which spikes arrive, and empty the ring's slot.

    The rows lie far apart in memory and waiting for them takes longer than to count them, so they are asked for here,
    a core ahead of their use.
    """
    _collect(layout, ring, lines, here, work)
    arrivals, at, first_row = work.arrivals, here.arrivals, here.core * ROWS
    n = at
    arrivals[at + ENDS - 1] = at  # each type begins where the one before it ends, and the first one here
    for axon_type in range(N_AXON_TYPES):
        for word in range(NEURON_WORDS):
            of_type = layout.axons_of_type[(here.core * N_AXON_TYPES + axon_type) * NEURON_WORDS + word]
            spikes = work.scratch[word] & of_type
            while spikes:
                row = first_row + WORD_BITS * word + lowest_bit(spikes)
                spikes &= spikes - np.uint64(1)  # takes the lowest bit away
                prefetch(layout.crossbars, row * NEURON_WORDS)
                arrivals[n] = row
                n += 1
        # whole steps of counting: the rest is the core's empty row, so that no step asks whether it is the last
        while (n - at) % ROWS_AT_ONCE:
            arrivals[n] = first_row + N_AXONS
            n += 1
        arrivals[at + ENDS + axon_type] = n


@inlined
def _collect(layout, ring, lines, here, work):
    """Write the axons on which spikes arrive, as bits; what all threads have sent meets here."""
    n_words = len(layout.sets) * NEURON_WORDS
    n_threads = len(ring) // (RING * n_words)
    for word in range(NEURON_WORDS):
        arriving = np.uint64(0)
        for thread in range(n_threads):
            index = (thread * RING + here.tick % RING) * n_words + here.core * NEURON_WORDS + word
            arriving |= ring[index]
            ring[index] = 0  # clean for the tick that comes round to this slot again
        work.scratch[word] = arriving
    for tap in range(layout.tap_starts[here.core], layout.tap_starts[here.core + 1]):
        spike = (lines[layout.tap_lines[tap], here.row >> 6] >> np.uint64(here.row & 63)) & np.uint64(1)
        axon = layout.tap_axons[tap]
        work.scratch[axon >> 6] |= spike << np.uint64(axon & 63)


@inlined
def sum_input(layout, here, work, nothing):
    """Write the synaptic input of every neuron as signed planes; give their number and that of synaptic events."""
    scratch, arrivals, ends = work.scratch, work.arrivals, here.arrivals + ENDS
    largest = 0
    for axon_type in range(N_AXON_TYPES):
        n_rows = arrivals[ends + axon_type] - arrivals[ends + axon_type - 1]
        largest += n_rows * layout.largest[here.set, axon_type]
    # as few planes as the largest sum that can come needs, and one for its sign: adding costs an operation a plane
    total = Number(scratch, TOTAL, _bit_length(largest) + 1)
    for place in range(total.n):
        store(scratch, TOTAL + place * NEURON_WORDS, nothing)
    n_events = 0
    for axon_type in range(N_AXON_TYPES):
        end = arrivals[ends + axon_type]
        for first in range(arrivals[ends + axon_type - 1], end, COUNT_MAX):
            last = min(first + COUNT_MAX, end)
            if layout.occupied[here.set, SYNAPSE_CHANCE + axon_type]:
                n_events += _thin(layout, here, axon_type, first, last, work, nothing)
                count(scratch, _THINNED_ROWS, 0, last - first, scratch, COUNTS, nothing)
            else:
                count(layout.crossbars, arrivals, first, last, scratch, COUNTS, nothing)
                n_events += _sum_of_counts(scratch, last - first, nothing)
            _add_counted(layout, here.set, axon_type, last - first, total, nothing)
    return total.n, n_events


@inlined
def _add_counted(layout, parameter_set, axon_type, n_rows, total, nothing):
    """Add count times strength to the total, by the bits of the strength: neurons that have a bit are its mask."""
    first = parameter_set * N_PLANES
    counted = Number(total.planes, COUNTS, _bit_length(n_rows))
    negative = load(layout.parameters, (first + STRENGTH_SIGNS + axon_type) * NEURON_WORDS, nothing)
    for place in range(SIZE_PLANES):
        plane = STRENGTH_SIZES + axon_type * SIZE_PLANES + place
        if layout.occupied[parameter_set, plane]:
            mask = load(layout.parameters, (first + plane) * NEURON_WORDS, nothing)
            add(total, counted, place, nothing, mask, negative)


@inlined
def _thin(layout, here, axon_type, first, last, work, nothing):
    """Write rows from which chance has taken synapses away, and give the synapses that they had."""
    parameter = (here.set * N_PLANES + SYNAPSE_CHANCE + axon_type) * NEURON_WORDS
    sure = ~load(layout.parameters, parameter, nothing)
    sizes = here.set * (N_AXON_TYPES + 1) + axon_type
    n_synapses = 0
    for place in range(last - first):
        arrived = work.arrivals[first + place]
        row = load(layout.crossbars, arrived * NEURON_WORDS, nothing)
        # axons are sorted by type in the layout; draws are keyed by the number an axon has in the program
        axon = layout.axons[here.core, (arrived - here.core * ROWS) % N_AXONS]
        # an event is a synapse that is on behind a spike, whether or not chance then lets it through
        n_synapses += popcount(row)
        kept = sure | lucky(layout.magnitudes, sizes, work.keys, axon, work.scratch, nothing)
        store(work.scratch, THINNED + place * NEURON_WORDS, row & kept)
    return n_synapses


@inlined
def _sum_of_counts(scratch, n_rows, nothing):
    """Give the sum of the counts of all neurons."""
    total = 0
    for place in range(_bit_length(n_rows)):
        # a bit in this plane is worth 2^place rows to its neuron
        total += popcount(load(scratch, COUNTS + place * NEURON_WORDS, nothing)) << place
    return total


@inlined
def _bit_length(number):
    length = 0
    while number >> length:
        length += 1
    return length
