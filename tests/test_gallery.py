"""The gallery of the docs: its lines run, every plot is in it, and every picture lies beside it."""

import re
import runpy
from pathlib import Path

import pytest
from matplotlib.axes import Axes

from spikeloom import plot

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "see.md").read_text("utf-8")


@pytest.fixture(scope="module")
def gallery():
    return runpy.run_path(str(ROOT / "tools" / "gallery.py"))


def test_the_lines_of_the_gallery_run_and_show_every_plot(gallery):
    names = set()
    for name, axes in gallery["plotted"](TEXT, plot.LIGHT):
        assert isinstance(axes, Axes)
        axes.figure.canvas.draw()
        names.add(re.fullmatch(r"plot-([a-z-]+?)(-\d)?", name)[1].replace("-", "_"))
    assert names == {name for name in plot.__all__ if callable(getattr(plot, name))} - {"Theme"}


def test_every_plot_is_followed_by_its_picture_and_no_picture_is_missing(gallery):
    assert gallery["with_pictures"](TEXT) == TEXT
    named = re.findall(r"(?:src|srcset)=\"(see/[^\"]+)\"", TEXT)
    assert {path.name for path in (ROOT / "docs" / "see").iterdir()} == {Path(name).name for name in named}
