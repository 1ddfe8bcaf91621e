"""The one source of chance on the chip and in its inputs: a counter-based 32-bit hash.

A draw depends only on its key — never on the order of work, the number of threads or the back end:

    mix(h):  h ^= h >> 16;  h *= 0x7feb352d;  h ^= h >> 15;  h *= 0x846ca68b;  h ^= h >> 16
    draw(k0, k1, ..., kn) = h_n   with   h_0 = mix(k0 + G),   h_i = mix((h_{i-1} ^ k_i) + G),   G = 0x9e3779b9

all modulo 2^32. `mix` is a bijection with low bias (C. Wellons, "Prospecting for hash functions", 2018); adding the
golden ratio keeps a key of zeros from drawing zero. The real chip's generator is not public: stochastic modes are
equal to it in distribution only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

GOLDEN_RATIO = np.uint32(0x9E3779B9)


def draw(*keys: ArrayLike) -> np.ndarray:
    """Give one 32-bit draw for each combination of keys; keys broadcast like any NumPy arrays.

    Parameters
    ----------
    keys : integers or arrays of integers
        Taken modulo 2^32.

    Returns
    -------
    uint32 ndarray of the broadcast shape
    """
    state = np.zeros((), np.uint32)
    for key in keys:
        state = extend(state, key)
    return state


def extend(state: np.ndarray, key: ArrayLike) -> np.ndarray:
    """Give the draw of a longer key: ``draw(a, b) == extend(draw(a), b)``."""
    word = np.asarray(key, np.int64).astype(np.uint32)
    with np.errstate(over="ignore"):  # uint32 wraps modulo 2^32, as it should
        return mix((state ^ word) + GOLDEN_RATIO)


def mix(state: Any) -> Any:
    """Scramble 32 bits; written so that it compiles for single numbers too, whose products are wider than 32 bits."""
    state = state ^ (state >> np.uint32(16))
    state = np.uint32(state * np.uint32(0x7FEB352D))
    state = state ^ (state >> np.uint32(15))
    state = np.uint32(state * np.uint32(0x846CA68B))
    return state ^ (state >> np.uint32(16))
