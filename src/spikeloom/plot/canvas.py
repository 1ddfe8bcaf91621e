"""What plots share: the axes that they go on, the names along them, and maps of colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import matplotlib
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import LinearSegmentedColormap

from spikeloom.errors import DataError
from spikeloom.plot.theme import Theme

_LETTERS, _NAMES = 18, 40  # that an axis has room for


@contextmanager
def drawing(axes: Axes | None, theme: Theme, size: tuple[float, float] = (5.2, 3.6)) -> Iterator[Axes]:
    """Give axes to draw on; new ones belong to a figure of pyplot's, so that notebooks show them."""
    with matplotlib.rc_context(cast(Any, theme.settings)):
        if axes is None:
            from matplotlib import pyplot

            _, axes = pyplot.subplots(figsize=size, layout="constrained")
        yield axes


def needs(holds: bool, what: str) -> None:
    """Refuse values that cannot be drawn as they should; DataError says what is needed."""
    if not holds:
        raise DataError(f"plot: {what}")


def name_places(axis: Axis, names: Sequence[str], **style: Any) -> None:
    """Name the places 0, 1, 2 ... along an axis: long names cut, and of very many only some."""
    places = range(0, len(names), max(1, -(-len(names) // _NAMES)))
    axis.set_ticks(places, [shortened(names[place]) for place in places], **style)


def shortened(name: str, letters: int = _LETTERS) -> str:
    """Give a name with what is too long left out."""
    return name if len(name) <= letters else f"{name[: letters - 1]}…"


def two_sided(theme: Theme) -> LinearSegmentedColormap:
    """Give a map of colours for values around zero, which has the colour of the ground."""
    return LinearSegmentedColormap.from_list("two-sided", [theme.series[0], theme.ground, theme.series[1]])


def one_sided(theme: Theme) -> LinearSegmentedColormap:
    """Give a map of colours for values from zero, which has the colour of the ground."""
    return LinearSegmentedColormap.from_list("one-sided", [theme.ground, theme.series[0]])
