"""How every figure looks, on light ground and on dark: one palette, told apart by colour-blind readers too.

Source of the palette: Okabe & Ito, "Color Universal Design", 2008; on dark ground its colours are lighter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

import matplotlib
from cycler import cycler
from matplotlib.figure import Figure

P = ParamSpec("P")


@dataclass(frozen=True)
class Theme:
    """Colours of a figure.

    suffix : what it adds to a file's name
    ground, ink, grey, faint : behind everything, of axes and text, of what matters less, of grids
    series : of what is compared, the first first
    """

    suffix: str
    ground: str
    ink: str
    grey: str
    faint: str
    series: tuple[str, ...]

    @property
    def settings(self) -> dict[str, Any]:
        """The same for matplotlib."""
        grounds = dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), self.ground)
        names = ("axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color")
        return {
            **grounds,
            **dict.fromkeys(names, self.ink),
            "grid.color": self.faint,
            "grid.linewidth": 0.6,
            "axes.grid": True,
            "axes.axisbelow": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.prop_cycle": cycler(color=self.series),
            "legend.frameon": False,
            "legend.fontsize": 8,
            "text.parse_math": False,  # names are text, whatever dollars are in them
        }


LIGHT = Theme(
    "", "#ffffff", "#222222", "#5a5a5a", "#dcdcdc",
    ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8c6d00", "#56b4e9"),
)  # fmt: skip
DARK = Theme(
    "-dark", "#0d1117", "#e6e6e6", "#a6a6a6", "#30363d",
    ("#56b4e9", "#ff9150", "#3ecfa4", "#e8a3c9", "#f2c14e", "#a3d8ff"),
)  # fmt: skip
THEMES = (LIGHT, DARK)


def themed(draw: Callable[Concatenate[Theme, P], Figure]) -> Callable[Concatenate[Theme, P], Figure]:
    """Let a function that draws a figure do so in the colours of its first argument."""

    @wraps(draw)
    def drawn(theme: Theme, *arguments: P.args, **options: P.kwargs) -> Figure:
        with matplotlib.rc_context(cast(Any, theme.settings)):
            return draw(theme, *arguments, **options)

    return drawn
