"""Arrays that begin with a cache line, so that a plane or a row never lies across two of them."""

from __future__ import annotations

import numpy as np

CACHE_LINE = 64
"""Bytes."""


def zeros(*shape: int) -> np.ndarray:
    """Give a C-contiguous uint64 array of zeros."""
    n_words = int(np.prod(shape))
    spare = CACHE_LINE // 8
    # NumPy promises no more than the alignment of a word; spare words let the array begin where a line does
    words = np.zeros(n_words + spare, np.uint64)
    first = -words.ctypes.data % CACHE_LINE // 8
    return words[first : first + n_words].reshape(shape)


def aligned(words: np.ndarray) -> np.ndarray:
    """Give a copy of a uint64 array that begins with a cache line."""
    copy = zeros(*words.shape)
    copy[...] = words
    return copy
