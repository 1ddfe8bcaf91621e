"""A report as one HTML file that asks nothing of any network, its figures beside it as SVG and PNG too."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup
from matplotlib.figure import Figure

from spikeloom.plot.theme import THEMES
from spikeloom.provenance import installed_version
from spikeloom.report.figure_files import write_figure
from spikeloom.report.sections import Section
from spikeloom.writing import write_atomically

_PROLOGUE = re.compile(r"^.*?(?=<svg)", re.DOTALL)


@dataclass(frozen=True)
class _Shown:
    """A section as the template takes it: figures are drawings for light and for dark ground."""

    title: str
    text: str
    rows: Sequence[Sequence[str]]
    figures: Sequence[tuple[Markup, ...]]


def write_report(models: Sequence[tuple[str, Iterable[Section]]], path: Path) -> list[Path]:
    """Write a report of one model, or of several side by side, and give the paths of all files.

    Figures go into a folder beside it, ``NAME-figures``.

    Parameters
    ----------
    models : sequence of names and sections
        As `sections_of` gives them.
    """
    folder = path.with_name(f"{path.stem}-figures")
    written: list[Path] = []
    columns = []
    for number, (name, sections) in enumerate(models):
        shown = {section.title: _shown(section, folder / str(number), written) for section in sections}
        columns.append((name, shown))
    titles = list(dict.fromkeys(title for _, shown in columns for title in shown))
    names = [name for name, _ in columns]
    rows = [(title, [shown.get(title) for _, shown in columns]) for title in titles]
    template = (resources.files("spikeloom.report") / "page.html").read_text("utf-8")
    text = (
        Environment(autoescape=True)
        .from_string(template)
        .render(title=", ".join(names), names=names, rows=rows, version=installed_version())
    )
    write_atomically(path, text.encode())
    return [path, *written]


def _shown(section: Section, place: Path, written: list[Path]) -> _Shown:
    """Draw a section's figures in every theme; `place` begins their names."""
    figures = [
        tuple(_saved(draw(theme), place.with_name(f"{place.name}-{name}{theme.suffix}"), written) for theme in THEMES)
        for name, draw in section.figures.items()
    ]
    return _Shown(section.title, section.text, section.rows, figures)


def _saved(figure: Figure, place: Path, written: list[Path]) -> Markup:
    """Write a figure as PNG and SVG, and give the latter to stand in a page."""
    with warnings.catch_warnings():
        # letters that matplotlib's own fonts lack: boxes in the PNG, the reader's fonts in the SVG
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        made = write_figure(figure, place, letters=True)  # smaller, and read aloud
    written += made
    # matplotlib writes names of classes as text, escaped
    return Markup(_unique(_PROLOGUE.sub("", list(made.values())[-1].decode()), place.name))


def _unique(svg: str, prefix: str) -> str:
    """Give a drawing whose names within the page are its own."""
    names = set(re.findall(r'\bid="([^"]+)"', svg))

    def own(found: re.Match[str]) -> str:
        return found[1] + (f"{prefix}-{found[2]}" if found[2] in names else found[2])

    return re.sub(r'(\bid="|url\(#|href="#)([^")]+)', own, svg)
