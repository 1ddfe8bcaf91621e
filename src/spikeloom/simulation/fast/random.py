"""The chip's random numbers for compiled code: `spikeloom.chip.draws`, a number at a time."""

from __future__ import annotations

import numpy as np
from numba import njit, types

from spikeloom.chip.draws import GOLDEN_RATIO, mix

_mix = njit(types.uint32(types.uint32), cache=True, nogil=True, forceinline=True)(mix)


@njit(cache=True, nogil=True, forceinline=True)
def extend(state, key):
    """Give the draw of a longer key, uint32."""
    return _mix(np.uint32((state ^ np.uint32(key)) + GOLDEN_RATIO))
