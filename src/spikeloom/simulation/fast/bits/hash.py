"""The counter-based hash of `spikeloom.randomness.draws` for compiled code, a number at a time."""

from __future__ import annotations

import numpy as np

from spikeloom.randomness.draws import GOLDEN_RATIO, mix
from spikeloom.simulation.fast.bits.compiled import inlined

_mix = inlined(mix)


@inlined
def extend(state, key):
    """Give the draw of a longer key, uint32."""
    return np.uint32(_mix(np.uint32((state ^ np.uint32(key)) + GOLDEN_RATIO)))
