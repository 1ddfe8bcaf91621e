"""Where a plot goes: the axes that it is given, or new ones in the colours of its theme."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import matplotlib
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from spikeloom.plot.theme import Theme


@contextmanager
def drawing(axes: Axes | None, theme: Theme, size: tuple[float, float] = (5.2, 3.6)) -> Iterator[Axes]:
    """Give axes to draw on; new ones belong to a figure of pyplot's, so that notebooks show them."""
    with matplotlib.rc_context(cast(Any, theme.settings)):
        if axes is None:
            from matplotlib import pyplot

            _, axes = pyplot.subplots(figsize=size, layout="constrained")
        yield axes


def two_sided(theme: Theme) -> LinearSegmentedColormap:
    """Give a map of colours for values around zero, which has the colour of the ground."""
    return LinearSegmentedColormap.from_list("two-sided", [theme.series[0], theme.ground, theme.series[1]])


def one_sided(theme: Theme) -> LinearSegmentedColormap:
    """Give a map of colours for values from zero, which has the colour of the ground."""
    return LinearSegmentedColormap.from_list("one-sided", [theme.ground, theme.series[0]])
