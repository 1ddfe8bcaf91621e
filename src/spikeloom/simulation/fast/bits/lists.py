"""What the layouts of both paths are made of: crossbars as words, and where each key's part of a sorted list begins."""

from __future__ import annotations

import numpy as np

from spikeloom.chip.limits import N_AXONS, N_NEURONS
from spikeloom.chip.program import ChipProgram

# Crossbars are stored with neuron 0 as the highest bit of a byte; words want it as the lowest.
_MIRRORED = np.packbits(np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1), axis=1, bitorder="little")[:, 0]


def crossbar_words(program: ChipProgram) -> np.ndarray:
    """Give (n_cores, n_axons, 4) uint64, neuron n as bit n mod 64 of word n div 64."""
    words = np.ascontiguousarray(_MIRRORED[program.crossbars]).reshape(-1, N_AXONS, N_NEURONS // 8).view("<u8")
    return words.astype(np.uint64, copy=False)


def starts_of(keys: np.ndarray, n: int) -> np.ndarray:
    """Give where each of 0 .. n - 1 begins in sorted keys, and their number as last entry."""
    return np.searchsorted(keys, np.arange(n + 1))
