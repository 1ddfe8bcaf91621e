"""Spikes of many lines over time, a bit each: tick t of a line is bit t mod 64 of its word t div 64."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spikeloom.value import Value

WORD_BITS = 64
PLANE_WORDS = 8
"""Lines are as long as a whole number of planes, so that 512 ticks can be worked on at once."""


@dataclass(frozen=True, eq=False, repr=False)
class SpikeTrains(Value):
    """Packed spikes.

    words : (n_lines, n_words) uint64, C-contiguous
        Whole planes; ticks from `n_ticks` on are zero.
    n_ticks : int
    """

    words: np.ndarray
    n_ticks: int

    def __len__(self) -> int:
        return len(self.words)


def words_of(n_ticks: int) -> int:
    """Give the words that hold this many ticks in whole planes."""
    return -(-n_ticks // (WORD_BITS * PLANE_WORDS)) * PLANE_WORDS


def pack(spikes: np.ndarray) -> SpikeTrains:
    """Pack (n_ticks, n_lines) bool."""
    n_ticks, n_lines = spikes.shape
    # little-endian whatever the machine, so that bytes and words agree on which tick is which bit
    words = np.zeros((n_lines, words_of(n_ticks)), "<u8")
    packed = np.packbits(spikes.T, axis=1, bitorder="little")
    words.view(np.uint8)[:, : packed.shape[1]] = packed
    return SpikeTrains(words.astype(np.uint64, copy=False), n_ticks)


def silence(n_lines: int, n_ticks: int) -> SpikeTrains:
    """Give trains without spikes."""
    return SpikeTrains(np.zeros((n_lines, words_of(n_ticks)), np.uint64), n_ticks)


def unpack(trains: SpikeTrains) -> np.ndarray:
    """Give (n_ticks, n_lines) bool."""
    packed = trains.words.astype("<u8", copy=False).view(np.uint8)
    return np.unpackbits(packed, axis=1, bitorder="little")[:, : trains.n_ticks].T.astype(bool)


def cut(words: np.ndarray, n_ticks: int) -> SpikeTrains:
    """Give words as trains of this many ticks, and clear what lies beyond, in place."""
    word, bits = divmod(n_ticks, WORD_BITS)
    if word < words.shape[1]:
        words[:, word] &= np.uint64((1 << bits) - 1)
        words[:, word + 1 :] = 0
    return SpikeTrains(words, n_ticks)
