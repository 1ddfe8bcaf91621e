"""How many lines of each group spike in each tick."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from spikeloom.chip.trains import WORD_BITS, SpikeTrains
from spikeloom.simulation.fast.bits.compiled import shared
from spikeloom.simulation.fast.bits.threads import running_on


def tally(trains: SpikeTrains, groups: np.ndarray, n_groups: int, threads: int = 1) -> np.ndarray:
    """Give (n_ticks, n_groups) int32.

    Parameters
    ----------
    trains : SpikeTrains
    groups : (n_lines,) int
        The group of each line, 0 .. n_groups - 1.
    """
    counts = np.zeros((n_groups, trains.words.shape[1] * WORD_BITS), np.int32)
    with running_on(threads):
        _tally(trains.words, groups.astype(np.int64), counts)
    return counts[:, : trains.n_ticks].T


@shared
def _tally(words: Any, groups: Any, counts: Any) -> None:
    # a thread owns whole words of ticks, so no two add to one counter
    for word in prange(words.shape[1]):
        for line in range(len(words)):
            spikes = words[line, word]
            group = groups[line]
            for bit in range(WORD_BITS):
                counts[group, word * WORD_BITS + bit] += np.int32((spikes >> np.uint64(bit)) & np.uint64(1))
