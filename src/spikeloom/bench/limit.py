"""Limits of the machine: loops that do a simulator's least work and nothing else.

The popcount limit is the streaming work as words: a neuron of one image is four words of 64 axons, each loaded, ANDed
with the crossbar's word and its bits counted; images lie beside each other in a vector. The memory limit of the general
work is a pass over the bytes that a tick must touch; its adder limit counts the crossbar rows of active axons, a type
at a time, and does nothing with the counts.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any

import numpy as np
from numba import prange

from spikeloom.chip.limits import N_AXON_TYPES, N_AXONS, N_NEURONS
from spikeloom.chip.trains import PLANE_WORDS, WORD_BITS
from spikeloom.simulation.fast.bits.adders import COUNT_MAX, COUNT_PLANES, ROWS_AT_ONCE, count
from spikeloom.simulation.fast.bits.compiled import shared
from spikeloom.simulation.fast.bits.memory import zeros
from spikeloom.simulation.fast.bits.planes import counted, filler, load, popcount, prefetch
from spikeloom.simulation.fast.bits.threads import running_on
from spikeloom.simulation.fast.general.planar import NEURON_WORDS

_IMAGES = 256  # a block of images whose axons stay in the first-level cache
_AXON_WORDS = N_AXONS // WORD_BITS  # of a neuron's row of the crossbar
_plane_of, _row_of = filler(PLANE_WORDS), filler(NEURON_WORDS)


def popcount_core_ticks_per_second(n_cores: int, threads: int, rounds: int = 5) -> float:
    """Give the core-ticks a second of loads, ANDs and popcounts alone, over crossbars of `n_cores` cores."""
    rng = np.random.default_rng(0)
    crossbars = rng.integers(0, 2**63, n_cores * N_NEURONS * _AXON_WORDS, dtype=np.uint64)
    axons = zeros(_AXON_WORDS * _IMAGES)
    axons[:] = rng.integers(0, 2**63, len(axons), dtype=np.uint64)
    found = np.zeros(n_cores, np.int64)
    with running_on(threads):
        _count_all(crossbars[: N_NEURONS * _AXON_WORDS], axons, found[:1])  # compiled once
        best = min(_seconds(_count_all, crossbars, axons, found) for _ in range(rounds))
    return n_cores * _IMAGES / best


def adder_ticks_per_second(n_cores: int, activity: float, threads: int, rounds: int = 3) -> float:
    """Give the ticks a second of counting active rows alone, of crossbars of `n_cores` cores."""
    rng = np.random.default_rng(0)
    crossbars = zeros(n_cores * N_AXONS * NEURON_WORDS)
    crossbars[:] = rng.integers(0, 2**63, len(crossbars), dtype=np.uint64)
    of_type = max(round(activity * N_AXONS / N_AXON_TYPES / ROWS_AT_ONCE) * ROWS_AT_ONCE, ROWS_AT_ONCE)
    rows = rng.integers(0, N_AXONS, (n_cores, N_AXON_TYPES * of_type)) + np.arange(n_cores)[:, None] * N_AXONS
    counts, found = zeros(threads, COUNT_PLANES * NEURON_WORDS), np.zeros(threads, np.int64)
    with running_on(threads):
        _count_rows(crossbars, rows[:threads], of_type, counts, found)
        best = min(_seconds(_count_rows, crossbars, rows, of_type, counts, found) for _ in range(rounds))
    return 1 / best


def bytes_per_second(n_bytes: int, threads: int, rounds: int = 5) -> float:
    """Give how many bytes a second a sum over an array of this size reads."""
    array = zeros(n_bytes // 8)
    array[:] = 1
    found = np.zeros(threads, np.int64)
    with running_on(threads):
        _read_all(array[: 8 * PLANE_WORDS * threads], found)
        best = min(_seconds(_read_all, array, found) for _ in range(rounds))
    return len(array) * 8 / best


def _seconds(function: Any, *arguments: Any) -> float:
    started = perf_counter()
    function(*arguments)
    return perf_counter() - started


@shared
def _count_all(crossbars: Any, axons: Any, found: Any) -> None:
    for core in prange(len(found)):
        nothing = _plane_of(np.uint64(0))
        total = 0
        for neuron in range(N_NEURONS):
            at = (core * N_NEURONS + neuron) * _AXON_WORDS
            first, second = _plane_of(crossbars[at]), _plane_of(crossbars[at + 1])
            third, fourth = _plane_of(crossbars[at + 2]), _plane_of(crossbars[at + 3])
            sums = nothing
            for image in range(0, _IMAGES, PLANE_WORDS):
                sums = sums ^ counted(load(axons, image, nothing) & first)
                sums = sums ^ counted(load(axons, _IMAGES + image, nothing) & second)
                sums = sums ^ counted(load(axons, 2 * _IMAGES + image, nothing) & third)
                sums = sums ^ counted(load(axons, 3 * _IMAGES + image, nothing) & fourth)
            total += popcount(sums)
        found[core] = total


@shared
def _count_rows(crossbars: Any, rows: Any, of_type: int, counts: Any, found: Any) -> None:
    for thread in prange(len(found)):
        nothing = _row_of(np.uint64(0))
        sums = nothing
        for core in range(thread * len(rows) // len(found), (thread + 1) * len(rows) // len(found)):
            if core + 1 < len(rows):
                for row in rows[core + 1]:
                    prefetch(crossbars, row * NEURON_WORDS)
            for axon_type in range(N_AXON_TYPES):
                for first in range(axon_type * of_type, (axon_type + 1) * of_type, COUNT_MAX):
                    last = min(first + COUNT_MAX, (axon_type + 1) * of_type)
                    count(crossbars, rows[core], first, last, counts[thread], 0, nothing)
                    sums = sums ^ load(counts[thread], 0, nothing)
        found[thread] = popcount(sums)


@shared
def _read_all(array: Any, found: Any) -> None:
    for thread in prange(len(found)):
        first, last = thread * len(array) // len(found), (thread + 1) * len(array) // len(found)
        nothing = _plane_of(np.uint64(0))
        sums = nothing
        for word in range(first, last - PLANE_WORDS + 1, PLANE_WORDS):
            sums = sums ^ load(array, word, nothing)
        found[thread] = popcount(sums)
