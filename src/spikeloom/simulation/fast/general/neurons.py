"""What a core's neurons do with their input: leak, compare with both thresholds, reset.

A tick passes once over the planes of the potentials, from the lowest bit up: input and leak are added, and both
thresholds compared, with a carry each. Only where a potential could leave its 20 bits, or a leak changes its sign with
the potential, are they added one after the other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spikeloom.chip.limits import N_AXON_TYPES
from spikeloom.randomness.streams import LEAK_PURPOSE
from spikeloom.simulation.fast.bits.adders import Number, add
from spikeloom.simulation.fast.bits.compiled import inlined, kernel
from spikeloom.simulation.fast.bits.planes import any_set, load, majority, store
from spikeloom.simulation.fast.general.planar import (
    BY_THRESHOLD,
    LEAK,
    LEAK_CHANCE,
    LEAK_PLANES,
    LEAK_REVERSAL,
    MASK,
    N_PLANES,
    NEGATIVE_THRESHOLD,
    POTENTIAL_PLANES,
    RESET,
    RESET_PLANES,
    SATURATE,
    THRESHOLD,
    THRESHOLD_PLANES,
    TO_VALUE,
)
from spikeloom.simulation.fast.general.planar import NEURON_WORDS as WORDS
from spikeloom.simulation.fast.general.random import draw_planes, lucky
from spikeloom.simulation.fast.general.scratch import (
    BEFORE,
    DRAWN,
    NEGATIVE_THRESHOLDS,
    POTENTIAL_WORDS,
    THRESHOLDS,
    TOTAL,
)

_SIGN = POTENTIAL_WORDS - WORDS


class Thresholds(NamedTuple):
    """Both thresholds of a core's neurons in one tick, as unsigned numbers."""

    positive: Number
    negative: Number


@inlined
def settle(layout, here, potentials, n_input, work, nothing):
    """Add input and leak, compare and reset; give the plane of neurons that spike.

    The input is the `n_input` signed planes at `TOTAL`.
    """
    parameter_set, scratch = here.set, work.scratch
    at = here.core * POTENTIAL_WORDS
    input_sign = load(scratch, TOTAL + (n_input - 1) * WORDS, nothing) if n_input else nothing
    # what no neuron of the set uses is not read: most sets have neither leak nor chance
    n_leak = LEAK_PLANES if occupied(layout, parameter_set, LEAK, LEAK + LEAK_PLANES) else 0
    leak_at = (parameter_set * N_PLANES + LEAK) * WORDS
    leak_sign = parameter(layout, parameter_set, LEAK + LEAK_PLANES - 1, nothing) if n_leak else nothing
    leaking = _leaking(layout, parameter_set, work, nothing)
    # saturation after each sum, and a leak that follows the sign of the sum, forbid the single pass below
    if layout.occupied[parameter_set, LEAK_REVERSAL] or not _far_from_bounds(potentials, at, nothing):
        potential = Number(potentials, at, POTENTIAL_PLANES)
        _add_saturating(potential, Number(scratch, TOTAL, n_input), input_sign, ~nothing, nothing)
        negative = nothing
        if layout.occupied[parameter_set, LEAK_REVERSAL]:
            reversal = parameter(layout, parameter_set, LEAK_REVERSAL, nothing)
            leaking = leaking & (_not_zero(potentials, at, nothing) | ~reversal)
            negative = reversal & load(potentials, at + _SIGN, nothing)
        _add_saturating(potential, Number(layout.parameters, leak_at, n_leak), leak_sign, leaking, negative)
        n_input, input_sign, n_leak, leak_sign = 0, nothing, 0, nothing

    thresholds = _thresholds(layout, parameter_set, work, nothing)
    above, below_it = thresholds.positive, thresholds.negative
    # Four carries go up together, so that every plane of the potentials is read and written once: those of potential +
    # input, that + leak, that - threshold, that + negative threshold. The third begins full: a - b is a + ~b + 1.
    first_carry, second_carry, spike_carry, below_carry = nothing, nothing, ~nothing, nothing
    new = nothing
    for place in range(POTENTIAL_PLANES):
        word = place * WORDS
        old = load(potentials, at + word, nothing)
        bit = load(scratch, TOTAL + word, nothing) if place < n_input else input_sign
        half = old ^ bit ^ first_carry
        first_carry = majority(old, bit, first_carry)
        bit = (load(layout.parameters, leak_at + word, nothing) if place < n_leak else leak_sign) & leaking
        new = half ^ bit ^ second_carry
        second_carry = majority(half, bit, second_carry)
        store(potentials, at + word, new)
        bit = load(above.planes, above.at + word, nothing) if place < above.n else nothing
        spike_carry = majority(new, ~bit, spike_carry)
        bit = load(below_it.planes, below_it.at + word, nothing) if place < below_it.n else nothing
        below_carry = majority(new, bit, below_carry)
    spikes = new ^ spike_carry  # new is the sign now; its sum with ~0 and the carry, inverted
    below = (new ^ below_carry) & ~spikes
    _reset(layout, parameter_set, Number(potentials, at, POTENTIAL_PLANES), spikes, below, thresholds)
    return spikes


@inlined
def _thresholds(layout, parameter_set, work, nothing):
    """Give both thresholds: as they are stored, or with what is drawn on top of them in this tick."""
    first, n_mask = parameter_set * N_PLANES, layout.widths[parameter_set, 2]
    if n_mask == 0:
        positive = Number(layout.parameters, (first + THRESHOLD) * WORDS, layout.widths[parameter_set, 0])
        negative = Number(layout.parameters, (first + NEGATIVE_THRESHOLD) * WORDS, layout.widths[parameter_set, 1])
    else:
        _draw_thresholds(layout, parameter_set, n_mask, work.keys, work.scratch, nothing)
        positive = Number(work.scratch, THRESHOLDS, np.int64(THRESHOLD_PLANES + 1))
        negative = Number(work.scratch, NEGATIVE_THRESHOLDS, np.int64(THRESHOLD_PLANES + 1))
    return Thresholds(positive, negative)


@inlined
def _reset(layout, parameter_set, potential, spikes, below, thresholds):
    """Reset the potentials of neurons that spike, or are below the negative threshold."""
    nothing = spikes ^ spikes
    if not any_set(spikes | below):
        return  # as in most ticks of most cores, and then nothing more is read
    to_value = parameter(layout, parameter_set, TO_VALUE, nothing)
    by_threshold = parameter(layout, parameter_set, BY_THRESHOLD, nothing)
    saturate = parameter(layout, parameter_set, SATURATE, nothing)
    # Cassidy et al. 2013, linear mode: V - (alpha + drawn) after a spike, V + (beta + drawn) below the floor
    if any_set(spikes & by_threshold):
        add(potential, thresholds.positive, 0, nothing, spikes & by_threshold, ~nothing)
    rising = below & by_threshold & ~saturate
    if any_set(rising):
        add(potential, thresholds.negative, 0, nothing, rising, nothing)
    # these lose what they had: R after a spike, -R below the floor, or the floor itself, -beta, where it saturates
    gone = (spikes & to_value) | (below & (saturate | to_value))
    if any_set(gone):
        planes = potential.planes
        for word in range(potential.at, potential.at + POTENTIAL_WORDS, WORDS):
            store(planes, word, load(planes, word, nothing) & ~gone)
        if occupied(layout, parameter_set, RESET, RESET + RESET_PLANES):
            sign = parameter(layout, parameter_set, RESET + RESET_PLANES - 1, nothing)
            mask = (spikes | (below & ~saturate)) & to_value
            value = Number(layout.parameters, (parameter_set * N_PLANES + RESET) * WORDS, RESET_PLANES)
            add(potential, value, 0, sign, mask, below)  # below the floor it is -R
        if any_set(below & saturate):
            add(potential, thresholds.negative, 0, nothing, below & saturate, ~nothing)


@inlined
def _leaking(layout, parameter_set, work, nothing):
    """Give the neurons that leak in this tick: those by chance if they are lucky, and all others."""
    if not layout.occupied[parameter_set, LEAK_CHANCE]:
        return ~nothing
    sizes = parameter_set * (N_AXON_TYPES + 1) + N_AXON_TYPES
    found = lucky(layout.magnitudes, sizes, work.keys, LEAK_PURPOSE, work.scratch, nothing)
    return found | ~parameter(layout, parameter_set, LEAK_CHANCE, nothing)


@kernel
def _draw_thresholds(layout, parameter_set, n_mask, keys, scratch, nothing):
    """Write both thresholds with what is drawn on top of them."""
    first, n = parameter_set * N_PLANES, THRESHOLD_PLANES + 1  # a plane more: threshold and draw may carry
    for source, target in ((THRESHOLD, THRESHOLDS), (NEGATIVE_THRESHOLD, NEGATIVE_THRESHOLDS)):
        copy(layout.parameters, (first + source) * WORDS, THRESHOLD_PLANES, scratch, target, nothing)
        store(scratch, target + THRESHOLD_PLANES * WORDS, nothing)
    draw_planes(keys, n_mask, scratch, DRAWN)
    for place in range(n_mask):
        index = DRAWN + place * WORDS
        store(scratch, index, load(scratch, index, nothing) & parameter(layout, parameter_set, MASK + place, nothing))
    drawn = Number(scratch, DRAWN, n_mask)
    unsaturated = ~parameter(layout, parameter_set, SATURATE, nothing)
    add(Number(scratch, THRESHOLDS, n), drawn, 0, nothing, ~nothing, nothing)
    add(Number(scratch, NEGATIVE_THRESHOLDS, n), drawn, 0, nothing, unsaturated, nothing)


@inlined
def _far_from_bounds(potentials, at, nothing):
    """Tell whether no potential can leave 20 bits in this tick: the largest input and leak together have 17 bits."""
    # Where the three highest planes agree a potential lies within 2^17 of zero; input and leak together are below 2^17.
    sign = load(potentials, at + _SIGN, nothing)
    below_sign = load(potentials, at + _SIGN - WORDS, nothing)
    return not any_set((sign ^ below_sign) | (sign ^ load(potentials, at + _SIGN - 2 * WORDS, nothing)))


@kernel
def _add_saturating(potential, amount, top, mask, negative):
    """Add to the potentials, and keep them within 20 bits."""
    planes, sign = potential.planes, potential.at + _SIGN
    before = load(planes, sign, mask)
    add(potential, amount, 0, top, mask, negative)
    added = (top & mask) ^ negative
    # two of one sign that give the other have left the range: they become its end on their own side
    over = ~(before ^ added) & (before ^ load(planes, sign, mask))
    if any_set(over):
        for word in range(potential.at, sign, WORDS):
            store(planes, word, (load(planes, word, mask) & ~over) | (over & ~before))
        store(planes, sign, (load(planes, sign, mask) & ~over) | (over & before))


@inlined
def _not_zero(potentials, at, nothing):
    """Give the neurons whose potential is not zero: a leak that follows its sign has none to follow there."""
    found = nothing
    for word in range(at, at + POTENTIAL_WORDS, WORDS):
        found = found | load(potentials, word, nothing)
    return found


@inlined
def unchanged(potentials, at, scratch, nothing):
    """Tell whether the potentials are what they were when they were copied to `BEFORE`."""
    changed = nothing
    for word in range(0, POTENTIAL_WORDS, WORDS):
        changed = changed | (load(potentials, at + word, nothing) ^ load(scratch, BEFORE + word, nothing))
    return not any_set(changed)


@inlined
def copy(source, source_at, n_planes, target, target_at, like):
    """Copy planes."""
    for word in range(0, n_planes * WORDS, WORDS):
        store(target, target_at + word, load(source, source_at + word, like))


@inlined
def parameter(layout, parameter_set, plane, like):
    """Give a plane of a parameter set."""
    return load(layout.parameters, (parameter_set * N_PLANES + plane) * WORDS, like)


@inlined
def occupied(layout, parameter_set, first, last):
    """Tell whether any of these planes of a parameter set has a bit set."""
    found = False
    for plane in range(first, last):
        found |= layout.occupied[parameter_set, plane]
    return found
