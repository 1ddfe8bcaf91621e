"""Where the cores of a program lie: a placement gives each core number its chip, column and row.

A placement is told the numbers of cores over all members, so that a member lies in the same places alone and among
others. A new one is a function of that kind.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spikeloom.chip.program import place_row_by_row

Placement = Callable[[np.ndarray], np.ndarray]
"""Core numbers (n_cores,) to chip, column and row, (n_cores, 3) int32."""

row_by_row: Placement = place_row_by_row
"""Cores in the order of their numbers, row after row and chip after chip."""
