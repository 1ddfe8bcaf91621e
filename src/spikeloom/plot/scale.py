"""Axes by logarithms, numbered plainly; that of accuracies by the logarithm of the error, and said to be so.

The step from 99 to 99.5 % then shows as what it is, half of the errors gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

_STRETCHED = "stretched by the log of the error"
_TICKS = (0, 20, 40, 60, 70, 80, 90, 95, 97, 98, 99, 99.5, 99.8, 100)
_FINER = tuple(range(70, 100))  # where fewer than these are in sight
_TICKS_LEAST = 3
_ADDED_ERROR = 0.02  # per cent, so that an accuracy of 100 % has a place too
_TICK_ROOM = 0.045  # of the axis, that a number takes
_ROOM_BELOW, _ROOM_ABOVE = 0.2, 0.3  # in powers of ten of the error, at most
_ROOM_LEAST = 0.06


def space_by_error(axes: Axes, accuracies: Sequence[float], label: str = "accuracy in %") -> None:
    """Space the accuracies, in per cent, by the logarithm of the error, with room below and above them; and say so."""
    axes.set_ylabel(f"{label}\n{_STRETCHED}", fontsize=9)
    axes.set_yscale("function", functions=(_spacing, _accuracy))
    shown = _spacing(np.array([min(accuracies), max(accuracies)]))
    most = max(shown[1] - shown[0], _ROOM_LEAST)  # what lies close together is not to drown in room
    ends = shown + np.array([-min(_ROOM_BELOW, most), min(_ROOM_ABOVE, most)])
    low, high = np.maximum(_accuracy(ends), 0)
    coarse, fine = ([tick for tick in ticks if low <= tick <= high] for ticks in (_TICKS, _FINER))
    ticks = _apart(coarse if len(coarse) >= _TICKS_LEAST else fine, ends)
    axes.set_ylim(low, high)
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_yticks([], minor=True)


def number_plainly(axis: Axis) -> None:
    """Number an axis of logarithms at 1, 2, 5, 10, without powers."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())


def _apart(ticks: list[float], ends: np.ndarray) -> list[float]:
    """Give the ticks, from the top, that do not write over each other."""
    kept: list[float] = []
    for tick in reversed(ticks):
        if not kept or _spacing(kept[-1]) - _spacing(tick) > _TICK_ROOM * (ends[1] - ends[0]):
            kept.append(tick)
    return kept[::-1]


def _spacing(accuracy: Any) -> Any:
    return -np.log10(np.maximum(100 + _ADDED_ERROR - accuracy, 1e-4))


def _accuracy(spacing: Any) -> Any:
    return 100 + _ADDED_ERROR - 10.0**-spacing
