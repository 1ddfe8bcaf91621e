"""A figure as files: PNG and SVG, the same bytes for the same figure."""

from __future__ import annotations

import io
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from spikeloom.writing import write_atomically

_DOTS_PER_INCH = 160


def write_figure(figure: Figure, place: Path, *, letters: bool = False) -> dict[Path, bytes]:
    """Write a figure as ``place.png`` and ``place.svg``, and give what stands in each, the SVG last.

    letters : whether letters of the SVG stay letters, in the reader's fonts; paths by default
    """
    written = {}
    with matplotlib.rc_context({"svg.hashsalt": "spikeloom", "svg.fonttype": "none" if letters else "path"}):
        for suffix, metadata in ((".png", None), (".svg", {"Date": None})):
            content = io.BytesIO()
            figure.savefig(content, format=suffix[1:], dpi=_DOTS_PER_INCH, metadata=metadata)
            target = place.with_name(place.name + suffix)
            write_atomically(target, content.getvalue())
            written[target] = content.getvalue()
    return written
