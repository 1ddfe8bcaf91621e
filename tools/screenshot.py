"""Photograph the page as README and docs show it, in both colour schemes: ``make gallery``; needs Chromium."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from spikeloom.cli.serve import write_page
from spikeloom.plot.theme import THEMES
from tools.chromium import chromium, draw_on_pad

MODEL = "zoo:mnist-30"
OUT = Path(__file__).parents[1] / "docs" / "see"
SIZE = {"width": 1380, "height": 1205}
# a three, in shares of the pad
STROKE = [(0.3, 0.27), (0.42, 0.2), (0.6, 0.22), (0.66, 0.33), (0.56, 0.44), (0.44, 0.48)]
STROKE += [(0.58, 0.5), (0.68, 0.6), (0.64, 0.74), (0.48, 0.81), (0.3, 0.76)]


def main() -> None:
    """Write the page of a shipped network, draw a digit in it, open a core, and photograph that."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        file = Path(folder) / "page.html"
        write_page(MODEL, file, None, 0)
        for theme in THEMES:
            _photograph(browser, file, "dark" if theme.suffix else "light", OUT / f"page{theme.suffix}.png")


def _photograph(browser: Browser, file: Path, scheme: str, out: Path) -> None:
    page = browser.new_page(viewport=SIZE, color_scheme=scheme)
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready=true]")
    page.evaluate("page.set({members: 4, core: 8, neuron: 20})")
    draw_on_pad(page, STROKE, steps=8)
    page.evaluate("page.set({tick: 1}); page.draw()")
    page.screenshot(path=out)
    page.close()


if __name__ == "__main__":
    main()
