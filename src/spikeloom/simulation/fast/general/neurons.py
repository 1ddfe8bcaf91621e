"""What a core's neurons do with their input: leak, compare with both thresholds, reset.

A tick passes once over the planes of the potentials, from the lowest bit up: input and leak are added, and both
thresholds compared, with a carry each. Only where a potential could leave its 20 bits, or a leak changes its sign with
the potential, are they added one after the other.
"""

from __future__ import annotations

from spikeloom.chip.limits import N_AXON_TYPES
from spikeloom.randomness.streams import LEAK_PURPOSE
from spikeloom.simulation.fast.bits.adders import add
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


@inlined
def settle(program, kind, potentials, at, n_input, keys, scratch, nothing):
    """Add input and leak, compare and reset; give the plane of neurons that spike.

    The input is the `n_input` signed planes at `TOTAL`.
    """
    input_sign = load(scratch, TOTAL + (n_input - 1) * WORDS, nothing) if n_input else nothing
    n_leak = LEAK_PLANES if occupied(program, kind, LEAK, LEAK + LEAK_PLANES) else 0
    leak_at = (kind * N_PLANES + LEAK) * WORDS
    leak_sign = parameter(program, kind, LEAK + LEAK_PLANES - 1, nothing) if n_leak else nothing
    leaking = _leaking(program, kind, keys, scratch, nothing)
    if program.occupied[kind, LEAK_REVERSAL] or not _far_from_bounds(potentials, at, nothing):
        _add_saturating(potentials, at, scratch, TOTAL, n_input, input_sign, ~nothing, nothing)
        negative = nothing
        if program.occupied[kind, LEAK_REVERSAL]:
            reversal = parameter(program, kind, LEAK_REVERSAL, nothing)
            leaking = leaking & (_not_zero(potentials, at, nothing) | ~reversal)
            negative = reversal & load(potentials, at + _SIGN, nothing)
        _add_saturating(potentials, at, program.parameters, leak_at, n_leak, leak_sign, leaking, negative)
        n_input, input_sign, n_leak, leak_sign = 0, nothing, 0, nothing

    n_mask = program.widths[kind, 2]
    if n_mask == 0:
        first = kind * N_PLANES
        thresholds, threshold_at, n_threshold = program.parameters, (first + THRESHOLD) * WORDS, program.widths[kind, 0]
        negative_at, n_negative = (first + NEGATIVE_THRESHOLD) * WORDS, program.widths[kind, 1]
    else:
        _draw_thresholds(program, kind, n_mask, keys, scratch, nothing)
        thresholds, threshold_at, n_threshold = scratch, THRESHOLDS, THRESHOLD_PLANES + 1
        negative_at, n_negative = NEGATIVE_THRESHOLDS, THRESHOLD_PLANES + 1

    # carries of: potential + input, that + leak, that - threshold, that + negative threshold
    first_carry, second_carry, spike_carry, below_carry = nothing, nothing, ~nothing, nothing
    new = nothing
    for place in range(POTENTIAL_PLANES):
        word = place * WORDS
        old = load(potentials, at + word, nothing)
        bit = load(scratch, TOTAL + word, nothing) if place < n_input else input_sign
        half = old ^ bit ^ first_carry
        first_carry = majority(old, bit, first_carry)
        bit = (load(program.parameters, leak_at + word, nothing) if place < n_leak else leak_sign) & leaking
        new = half ^ bit ^ second_carry
        second_carry = majority(half, bit, second_carry)
        store(potentials, at + word, new)
        bit = load(thresholds, threshold_at + word, nothing) if place < n_threshold else nothing
        spike_carry = majority(new, ~bit, spike_carry)
        bit = load(thresholds, negative_at + word, nothing) if place < n_negative else nothing
        below_carry = majority(new, bit, below_carry)
    spikes = new ^ spike_carry  # new is the sign now; its sum with ~0 and the carry, inverted
    below = (new ^ below_carry) & ~spikes
    _reset(program, kind, potentials, at, spikes, below, thresholds, threshold_at, n_threshold, negative_at, n_negative)
    return spikes


@inlined
def _reset(
    program, kind, potentials, at, spikes, below, thresholds, threshold_at, n_threshold, negative_at, n_negative
):
    """Reset the potentials of neurons that spike, or are below the negative threshold."""
    nothing = spikes ^ spikes
    n = POTENTIAL_PLANES
    if not any_set(spikes | below):
        return
    to_value = parameter(program, kind, TO_VALUE, nothing)
    by_threshold = parameter(program, kind, BY_THRESHOLD, nothing)
    saturate = parameter(program, kind, SATURATE, nothing)
    if any_set(spikes & by_threshold):
        add(potentials, at, n, thresholds, threshold_at, n_threshold, 0, nothing, spikes & by_threshold, ~nothing)
    rising = below & by_threshold & ~saturate
    if any_set(rising):
        add(potentials, at, n, thresholds, negative_at, n_negative, 0, nothing, rising, nothing)
    gone = (spikes & to_value) | (below & (saturate | to_value))
    if any_set(gone):
        for word in range(at, at + POTENTIAL_WORDS, WORDS):
            store(potentials, word, load(potentials, word, nothing) & ~gone)
        if occupied(program, kind, RESET, RESET + RESET_PLANES):
            sign = parameter(program, kind, RESET + RESET_PLANES - 1, nothing)
            mask = (spikes | (below & ~saturate)) & to_value
            reset_at = (kind * N_PLANES + RESET) * WORDS
            add(potentials, at, n, program.parameters, reset_at, RESET_PLANES, 0, sign, mask, below)
        if any_set(below & saturate):
            add(potentials, at, n, thresholds, negative_at, n_negative, 0, nothing, below & saturate, ~nothing)


@inlined
def _leaking(program, kind, keys, scratch, nothing):
    """Give the neurons that leak in this tick: those by chance if they are lucky, and all others."""
    if not program.occupied[kind, LEAK_CHANCE]:
        return ~nothing
    found = lucky(program.magnitudes, kind * (N_AXON_TYPES + 1) + N_AXON_TYPES, keys, LEAK_PURPOSE, scratch, nothing)
    return found | ~parameter(program, kind, LEAK_CHANCE, nothing)


@kernel
def _draw_thresholds(program, kind, n_mask, keys, scratch, nothing):
    """Write both thresholds with what is drawn on top of them."""
    first, n = kind * N_PLANES, THRESHOLD_PLANES + 1
    for source, target in ((THRESHOLD, THRESHOLDS), (NEGATIVE_THRESHOLD, NEGATIVE_THRESHOLDS)):
        copy(program.parameters, (first + source) * WORDS, THRESHOLD_PLANES, scratch, target, nothing)
        store(scratch, target + THRESHOLD_PLANES * WORDS, nothing)
    draw_planes(keys, n_mask, scratch, DRAWN)
    for place in range(n_mask):
        index = DRAWN + place * WORDS
        store(scratch, index, load(scratch, index, nothing) & parameter(program, kind, MASK + place, nothing))
    unsaturated = ~parameter(program, kind, SATURATE, nothing)
    add(scratch, THRESHOLDS, n, scratch, DRAWN, n_mask, 0, nothing, ~nothing, nothing)
    add(scratch, NEGATIVE_THRESHOLDS, n, scratch, DRAWN, n_mask, 0, nothing, unsaturated, nothing)


@inlined
def _far_from_bounds(potentials, at, nothing):
    """Tell whether no potential can leave 20 bits in this tick: the largest input and leak together have 17 bits."""
    sign = load(potentials, at + _SIGN, nothing)
    below_sign = load(potentials, at + _SIGN - WORDS, nothing)
    return not any_set((sign ^ below_sign) | (sign ^ load(potentials, at + _SIGN - 2 * WORDS, nothing)))


@kernel
def _add_saturating(potentials, at, amount, amount_at, n_amount, top, mask, negative):
    """Add to the potentials, and keep them within 20 bits."""
    before = load(potentials, at + _SIGN, mask)
    add(potentials, at, POTENTIAL_PLANES, amount, amount_at, n_amount, 0, top, mask, negative)
    added = (top & mask) ^ negative
    over = ~(before ^ added) & (before ^ load(potentials, at + _SIGN, mask))
    if any_set(over):
        for word in range(at, at + _SIGN, WORDS):
            store(potentials, word, (load(potentials, word, mask) & ~over) | (over & ~before))
        store(potentials, at + _SIGN, (load(potentials, at + _SIGN, mask) & ~over) | (over & before))


@inlined
def _not_zero(potentials, at, nothing):
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
def parameter(program, kind, plane, like):
    """Give a plane of a parameter set."""
    return load(program.parameters, (kind * N_PLANES + plane) * WORDS, like)


@inlined
def occupied(program, kind, first, last):
    """Tell whether any of these planes of a parameter set has a bit set."""
    found = False
    for plane in range(first, last):
        found |= program.occupied[kind, plane]
    return found
