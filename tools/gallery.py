"""Draw the plots of docs/see.md by the very lines that stand there, on light and on dark ground: ``make gallery``.

A block of Python that ends in a plot is followed by its picture, which this puts there. Names are the plots' own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from matplotlib import pyplot

from spikeloom import plot
from spikeloom.plot.theme import THEMES, Theme

PAGE = Path(__file__).parents[1] / "docs" / "see.md"
PICTURES = PAGE.with_name("see")

_BLOCK = re.compile(r"```python\n(.*?)```\n", re.DOTALL)
_PICTURE = re.compile(r"\n<picture>\n[^\n]*\n[^\n]*see/plot-[^\n]*\n</picture>\n")
_PLOT = re.compile(r"axes = plot\.(\w+)\(")


def blocks(text: str) -> list[str]:
    """Give the blocks of Python of a page."""
    return _BLOCK.findall(text)


def plotted(text: str, theme: Theme) -> Iterator[tuple[str, Any]]:
    """Run a page's blocks in turn, and give the names and axes of what they plot; a name seen again gets a number."""
    values: dict[str, Any] = {}
    names: list[str] = []
    for code in blocks(text):
        exec(compile(code, PAGE.name, "exec"), values)
        values["plot"] = _in_theme(theme)
        if name := _name(code):
            names.append(name)
            yield _numbered(name, names.count(name)), values["axes"]
            pyplot.close("all")


def with_pictures(text: str) -> str:
    """Give a page with the picture of every plot after its block."""
    names: list[str] = []

    def shown(found: re.Match[str]) -> str:
        name = _name(found[1])
        if name is None:
            return found[0]
        names.append(name)
        return found[0] + _picture(_numbered(name, names.count(name)), name.replace("_", " "))

    return _BLOCK.sub(shown, _PICTURE.sub("", text))


def _name(code: str) -> str | None:
    found = _PLOT.search(code)
    return None if found is None else found[1].replace("_", "-")


def _numbered(name: str, times: int) -> str:
    return f"plot-{name}" if times == 1 else f"plot-{name}-{times}"


def _picture(name: str, words: str) -> str:
    dark = f'<source media="(prefers-color-scheme: dark)" srcset="see/{name}-dark.png">'
    return f'\n<picture>\n  {dark}\n  <img alt="Plot: {words.replace("-", " ")}" src="see/{name}.png">\n</picture>\n'


def _in_theme(theme: Theme) -> SimpleNamespace:
    """Give the plots as they are where somebody asks for a theme in every call."""
    drawn: dict[str, Callable[..., Any]] = {
        name: partial(value, theme=theme) for name in plot.__all__ if callable(value := getattr(plot, name))
    }
    return SimpleNamespace(**drawn)


def main() -> None:
    """Draw all plots, and put their pictures into the page."""
    text = PAGE.read_text("utf-8")
    for theme in THEMES:
        for name, axes in plotted(text, theme):
            axes.figure.savefig(PICTURES / f"{name}{theme.suffix}.png", dpi=110, facecolor=theme.ground)
    PAGE.write_text(with_pictures(text), "utf-8")


if __name__ == "__main__":
    main()
