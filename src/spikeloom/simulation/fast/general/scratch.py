"""Where a core's intermediate results lie in the words that each thread keeps for them.

A core in a tick goes through four phases, and a region lives only as long as it is named here:

    collect    words 0 .. 3 (of COUNTS): axons on which spikes arrive, until their rows are listed
    integrate  COUNTS, a count of one strength at a time; TOTAL, their sum; THINNED, rows that chance has thinned
    settle     THRESHOLDS, NEGATIVE_THRESHOLDS and DRAWN where thresholds are random; TOTAL is read a last time
    send       SINGLE, the spikes word by word; BEFORE, potentials of a core without input, to see whether it is quiet

SINGLE also holds each plane of lucky neurons while it is drawn. The next core's arrivals are collected before this one
integrates, so collecting may use COUNTS.
"""

from __future__ import annotations

from spikeloom.chip.limits import N_AXON_TYPES, N_AXONS
from spikeloom.simulation.fast.bits.adders import COUNT_MAX, COUNT_PLANES, ROWS_AT_ONCE
from spikeloom.simulation.fast.general.planar import NEURON_WORDS, POTENTIAL_PLANES, THRESHOLD_PLANES

POTENTIAL_WORDS = POTENTIAL_PLANES * NEURON_WORDS
THRESHOLD_WORDS = (THRESHOLD_PLANES + 1) * NEURON_WORDS

COUNTS = 0
TOTAL = COUNTS + COUNT_PLANES * NEURON_WORDS
THRESHOLDS = TOTAL + POTENTIAL_WORDS
NEGATIVE_THRESHOLDS = THRESHOLDS + THRESHOLD_WORDS
DRAWN = NEGATIVE_THRESHOLDS + THRESHOLD_WORDS
BEFORE = DRAWN + THRESHOLD_WORDS
SINGLE = BEFORE + POTENTIAL_WORDS
THINNED = SINGLE + NEURON_WORDS
SCRATCH_WORDS = THINNED + COUNT_MAX * NEURON_WORDS

# What arrives at a core: a list of rows of all crossbars, type by type in whole steps, then where each type ends.
ROWS_MAX = N_AXONS + N_AXON_TYPES * ROWS_AT_ONCE
ENDS = ROWS_MAX + 1  # behind a zero
ARRIVAL_WORDS = ENDS + N_AXON_TYPES
