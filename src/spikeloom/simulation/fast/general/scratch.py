"""Where a core's intermediate results lie in the words that each thread keeps for them."""

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
