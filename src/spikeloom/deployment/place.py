"""Where the cores of a program lie: a placement gives each core its chip, column and row. A new one is a function.

Source of the exchange of pairs: the quadratic assignment problem, Koopmans and Beckmann 1957.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from spikeloom.chip.limits import CHIP_COLUMNS, CHIP_ROWS
from spikeloom.chip.program import ChipProgram, global_coordinates, place_at, place_row_by_row
from spikeloom.chip.validate import validate_packets, validate_placement
from spikeloom.errors import FitError
from spikeloom.machine import check_memory

Placement = Callable[[ChipProgram], np.ndarray]
"""A program to the chip, column and row of each of its cores, (n_cores, 3) int32."""

_TRIES_PER_CORE, _TRIES_MAX = 400, 400_000
_BYTES_PER_PAIR = 16  # of links: those of either direction, both together, and with the empty places


def row_by_row(program: ChipProgram) -> np.ndarray:
    """Give each core the next place, row after row and chip after chip."""
    return place_row_by_row(np.arange(program.n_cores))


def near(program: ChipProgram) -> np.ndarray:
    """Give each member a block of places, in which cores that send each other many spikes lie near.

    Pairs of cores that are drawn, some hundreds for each core, are exchanged where that makes routes shorter; the same
    program gives the same places. Blocks do not lie across the seams of chips, as long as a member fits a chip.
    """
    _, member = np.unique(program.core_members, return_inverse=True)
    if _feeds_others(program, member):
        member = np.zeros(program.n_cores, np.int64)  # what cannot be told apart lies together
    counts = np.bincount(member)
    check_memory("placement", int(counts.max()) ** 2, "pairs of cores", _BYTES_PER_PAIR)
    columns, rows = _sides(int(counts.max()))
    within, solved = np.empty((program.n_cores, 2), np.int64), {}
    for number in range(len(counts)):
        cores = np.flatnonzero(member == number)
        links = _links(program, cores)
        key = links.tobytes()
        if key not in solved:  # samples of one network have the same routes
            solved[key] = _exchanged(links, columns, rows)
        within[cores] = solved[key]
    return place_at(_corners(len(counts), columns, rows)[member] + within)


PLACEMENTS: dict[str, Placement] = {"rows": row_by_row, "near": near}


def placed(program: ChipProgram, how: str) -> ChipProgram:
    """Give the program with its cores placed by a strategy of `PLACEMENTS`.

    Raises
    ------
    FitError
        If there is no such strategy.
    ProgramError
        If a route would be longer than a packet can say.
    """
    if how not in PLACEMENTS:
        raise FitError(f"placement '{how}': there is none; choose one of {', '.join(PLACEMENTS)}")
    moved = replace(program, placement=PLACEMENTS[how](program))
    validate_placement(moved.placement)
    validate_packets(moved)
    return moved


def _sides(n_cores: int) -> tuple[int, int]:
    """Give columns and rows of a block for so many cores, nearly square."""
    columns = math.ceil(math.sqrt(n_cores))
    return columns, math.ceil(n_cores / columns)


def _corners(n_blocks: int, columns: int, rows: int) -> np.ndarray:
    """Give x and y, over all chips, of the first place of each block, (n_blocks, 2)."""
    if columns > CHIP_COLUMNS or rows > CHIP_ROWS:
        down, right = np.divmod(np.arange(n_blocks), math.ceil(math.sqrt(n_blocks)))
        return np.stack([right * columns, down * rows], 1)
    across, per_chip = CHIP_COLUMNS // columns, (CHIP_COLUMNS // columns) * (CHIP_ROWS // rows)
    chip, on_chip = np.divmod(np.arange(n_blocks), per_chip)
    y, x = np.divmod(on_chip, across)
    return global_coordinates(np.stack([chip, x * columns, y * rows], 1))


def _feeds_others(program: ChipProgram, member: np.ndarray) -> bool:
    source, target = program.routes.between_cores.T
    return bool((member[source] != member[target]).any())


def _links(program: ChipProgram, cores: np.ndarray) -> np.ndarray:
    """Give the number of routes between each two of these cores, in either direction, (n, n) int32."""
    number = np.full(program.n_cores, -1)
    number[cores] = np.arange(len(cores))
    source, target = number[program.routes.between_cores].T
    inside = (source >= 0) & (target >= 0)
    links = np.zeros((len(cores), len(cores)), np.int32)
    np.add.at(links, (source[inside], target[inside]), 1)
    return links + links.T


def _exchanged(links: np.ndarray, columns: int, rows: int) -> np.ndarray:
    """Give column and row of each core in its block, (n, 2), after exchanges that shorten routes."""
    n_places, n_cores = columns * rows, len(links)
    places = np.stack(np.divmod(np.arange(n_places), columns)[::-1], 1)
    if not links.any():
        return places[:n_cores]
    lies_at = np.arange(n_places)  # of each core, and of the empty places behind them
    weights = np.zeros((n_places, n_places), np.int32)
    weights[:n_cores, :n_cores] = links
    np.fill_diagonal(weights, 0)
    rng = np.random.default_rng(0)
    for one, other in rng.integers(0, n_places, (min(_TRIES_PER_CORE * n_places, _TRIES_MAX), 2)):
        here, there = places[lies_at[one]], places[lies_at[other]]
        pull = weights[one] - weights[other]
        pull[[one, other]] = 0  # their own distance stays
        (linked,) = pull.nonzero()
        others = places[lies_at[linked]]
        nearer = np.abs(others - here).sum(1) - np.abs(others - there).sum(1)
        if (pull[linked] * nearer).sum() > 0:
            lies_at[one], lies_at[other] = lies_at[other], lies_at[one]
    return places[lies_at[:n_cores]]
