"""How values show themselves, on a line and in a notebook: a few facts, and a small picture where one helps."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np

_CELL, _WIDEST = 12, 420  # pixels


def plural(count: int, noun: str) -> str:
    """Give a number with its noun."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def facts_html(title: str, facts: Mapping[str, object], picture: str = "") -> str:
    """Give a title, facts as a table, and a picture beside it; names and values are escaped."""
    rows = "".join(
        f'<tr><td style="text-align:left;opacity:0.7">{escape(str(name))}</td>'
        f'<td style="text-align:left">{escape(str(value))}</td></tr>'
        for name, value in facts.items()
    )
    table = f'<table style="font-size:90%">{rows}</table>'
    return f"<div><b>{escape(title)}</b><div style='display:flex;gap:1em'>{table}{picture}</div></div>"


def plan_svg(coordinates: np.ndarray, groups: np.ndarray) -> str:
    """Give cores where they lie, (n_cores, 2) columns and rows, in a colour a group, as a small drawing."""
    coordinates = coordinates - coordinates.min(0)
    columns, rows = (coordinates.max(0) + 1).tolist()
    side = min(_CELL, _WIDEST / max(columns, rows))
    order = np.unique(groups, return_inverse=True)[1]
    hues = (200 + 137 * order) % 360  # neighbours far apart
    cells = "".join(
        f'<rect x="{x * side:.2f}" y="{y * side:.2f}" width="{side * 0.85:.2f}" height="{side * 0.85:.2f}" '
        f'fill="hsl({hue},60%,50%)"/>'
        for (x, y), hue in zip(coordinates.tolist(), hues.tolist(), strict=True)
    )
    return f'<svg width="{columns * side:.0f}" height="{rows * side:.0f}" role="img">{cells}</svg>'
