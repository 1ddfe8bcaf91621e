"""The chip's random numbers for all neurons of a core, as keys and as planes; see `spikeloom.randomness.draws`."""

from __future__ import annotations

import numpy as np

from spikeloom.chip.limits import N_NEURONS, RANDOM_BITS
from spikeloom.randomness.streams import THRESHOLD_PURPOSE
from spikeloom.simulation.fast.bits.compiled import kernel
from spikeloom.simulation.fast.bits.hash import extend
from spikeloom.simulation.fast.bits.planes import load, store
from spikeloom.simulation.fast.general.planar import NEURON_WORDS
from spikeloom.simulation.fast.general.scratch import SINGLE

_RANDOM_MASK = np.uint32((1 << RANDOM_BITS) - 1)


@kernel
def make_keys(seed, tick, keys):
    """Write the key of each neuron's draws in this tick."""
    root = extend(extend(np.uint32(0), seed), tick)  # the part of the key that all neurons share is hashed once
    for neuron in range(N_NEURONS):
        keys[neuron] = extend(root, neuron)


@kernel
def lucky(sizes, row, keys, purpose, scratch, like):
    """Give the plane of neurons whose size, in this row of sizes, is at least a random number of 0 .. 255."""
    store(scratch, SINGLE, like ^ like)
    for neuron in range(N_NEURONS):
        if sizes[row, neuron] >= extend(keys[neuron], purpose) & _RANDOM_MASK:
            scratch[SINGLE + (neuron >> 6)] |= np.uint64(1) << np.uint64(neuron & 63)
    return load(scratch, SINGLE, like)


@kernel
def draw_planes(keys, n_planes, planes, at):
    """Write the lowest bits of each neuron's threshold draw."""
    # turned from a number a neuron into a plane a bit, since thresholds are added as planes
    for word in range(at, at + n_planes * NEURON_WORDS):
        planes[word] = 0
    for neuron in range(N_NEURONS):
        drawn = np.uint64(extend(keys[neuron], THRESHOLD_PURPOSE))
        for place in range(n_planes):
            bit = (drawn >> np.uint64(place)) & np.uint64(1)
            planes[at + place * NEURON_WORDS + (neuron >> 6)] |= bit << np.uint64(neuron & 63)
