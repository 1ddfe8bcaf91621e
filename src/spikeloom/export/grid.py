"""Cores of all chips on one grid, and a place of its own for what lies outside the cores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spikeloom.chip.program import ChipProgram


@dataclass(frozen=True)
class Grid:
    """Columns and rows of the grid, each core's (x, y), and the place that no core has.

    cores : (n_cores, 2) int64
    spare : (x, y)
    """

    columns: int
    rows: int
    cores: np.ndarray
    spare: tuple[int, int]


def grid_of(program: ChipProgram) -> Grid:
    """Lay the cores into the smallest grid that holds them; the spare place is its first free one, or a column more."""
    cores = program.coordinates
    cores = cores - cores.min(0)
    columns, rows = (cores.max(0) + 1).tolist()
    taken = {tuple(place) for place in cores.tolist()}
    spare = next((x, y) for x in range(columns + 1) for y in range(rows) if (x, y) not in taken)
    return Grid(max(columns, spare[0] + 1), rows, cores, spare)
