"""Time functions in turn, so that a drift of the machine meets all of them alike."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter


def timed_in_turn(*functions: Callable[[], object], rounds: int = 15, warm_up: int = 2) -> list[float]:
    """Give the median seconds of each function over rounds in which each runs once."""
    seconds: list[list[float]] = [[] for _ in functions]
    for round_ in range(rounds + warm_up):
        for place, function in enumerate(functions):
            started = perf_counter()
            function()
            if round_ >= warm_up:
                seconds[place].append(perf_counter() - started)
    return [median(times) for times in seconds]
