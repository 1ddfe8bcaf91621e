"""Arithmetic on planes: every lane counts and adds by itself, a bit of each number in a plane of its own.

A number is a run of planes in a flat uint64 array, the lowest bit first; signed numbers are two's complement. Three
bits of one weight become one of the same weight and one of twice the weight: a full adder, two or three operations on
as many lanes as a plane has.
Source: bit-serial arithmetic; the tree of full adders is Harley and Seal's (H. S. Warren, "Hacker's Delight", 5-1).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spikeloom.simulation.fast.bits.compiled import inlined
from spikeloom.simulation.fast.bits.planes import load, majority, store, words_of

COUNT_PLANES = 6
ROWS_AT_ONCE = 8
COUNT_MAX = 56
"""Rows that `count` takes at most: the most whole steps of eight that six planes can hold."""


class Number(NamedTuple):
    """A number of every lane: `n` planes of a flat uint64 array, the lowest bit first, beginning at word `at`."""

    planes: np.ndarray
    at: int
    n: int


@inlined
def count(planes, rows, first, last, counts, at, zero):
    """Count in each lane the bits of the planes numbered ``rows[first:last]``, a multiple of eight and at most 56.

    Writes six planes to word `at` of `counts`.
    """
    size = words_of(zero)
    # Eight rows a step: seven full adders take them down to one plane of eights, so that only a half adder is left for
    # each higher plane. All six stay in registers over the loop; they are written once.
    ones, twos, fours = zero, zero, zero
    eights, sixteens, thirtytwos = zero, zero, zero
    for row in range(first, last, ROWS_AT_ONCE):
        a, b = load(planes, rows[row] * size, zero), load(planes, rows[row + 1] * size, zero)
        two_a, ones = majority(ones, a, b), ones ^ a ^ b
        a, b = load(planes, rows[row + 2] * size, zero), load(planes, rows[row + 3] * size, zero)
        two_b, ones = majority(ones, a, b), ones ^ a ^ b
        four_a, twos = majority(twos, two_a, two_b), twos ^ two_a ^ two_b
        a, b = load(planes, rows[row + 4] * size, zero), load(planes, rows[row + 5] * size, zero)
        two_a, ones = majority(ones, a, b), ones ^ a ^ b
        a, b = load(planes, rows[row + 6] * size, zero), load(planes, rows[row + 7] * size, zero)
        two_b, ones = majority(ones, a, b), ones ^ a ^ b
        four_b, twos = majority(twos, two_a, two_b), twos ^ two_a ^ two_b
        eight, fours = majority(fours, four_a, four_b), fours ^ four_a ^ four_b
        sixteen, eights = eights & eight, eights ^ eight
        thirtytwo, sixteens = sixteens & sixteen, sixteens ^ sixteen
        thirtytwos = thirtytwos ^ thirtytwo
    store(counts, at, ones)
    store(counts, at + size, twos)
    store(counts, at + 2 * size, fours)
    store(counts, at + 3 * size, eights)
    store(counts, at + 4 * size, sixteens)
    store(counts, at + 5 * size, thirtytwos)


@inlined
def add(total, amount, shift, top, mask, negative):
    """Add ``amount << shift`` to `total`, two of `Number`.

    `top` stands for all planes of the amount above its own: nothing where it is unsigned, its sign where it is signed.
    Lanes outside `mask` add zero; lanes in `negative` subtract.
    """
    size = words_of(mask)
    carry = negative
    # a lane subtracts by adding the complement and one: its bits are inverted, and it begins with a carry
    for place in range(shift, min(shift + amount.n, total.n)):
        bit = load(amount.planes, amount.at + (place - shift) * size, mask)
        carry = _add_bit(total.planes, total.at + place * size, (bit & mask) ^ negative, carry)
    for place in range(shift + amount.n, total.n):
        carry = _add_bit(total.planes, total.at + place * size, (top & mask) ^ negative, carry)


@inlined
def set_constant(total, at, n_total, value, zero):
    """Write the same whole number to every lane."""
    size = words_of(zero)
    for place in range(n_total):
        store(total, at + place * size, ~zero if (value >> place) & 1 else zero)


@inlined
def _add_bit(total, index, bit, carry):
    old = load(total, index, bit)
    store(total, index, old ^ bit ^ carry)
    return majority(old, bit, carry)
