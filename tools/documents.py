"""Write the tables and figures of README and docs anew from model cards, profiles and formats: ``make docs``.

``python tools/documents.py --check`` writes nothing, and ends with 1 where a document is not current.
"""

from __future__ import annotations

import sys
from pathlib import Path

from spikeloom.report.figures import accuracy_energy_figure, frontier_figure, save_figures
from spikeloom.report.frontier import entries, spreads
from spikeloom.report.markdown import filled
from spikeloom.report.published import published_points
from spikeloom.report.rows import Reproduced
from spikeloom.reproduction import NETWORKS
from spikeloom.zoo import zoo_card, zoo_names

ROOT = Path(__file__).parents[1]


def documents() -> list[Path]:
    """Give the documents that may hold tables."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def stale() -> list[Path]:
    """Give the documents in which a table is not what the cards say now."""
    return [path for path in documents() if filled(path.read_text("utf-8")) != path.read_text("utf-8")]


def main() -> None:
    """Write what is not current, and say so."""
    found = stale()
    if "--check" in sys.argv:
        for path in found:
            print(f"{path.relative_to(ROOT)}: its tables are not current; run 'make docs'")
        sys.exit(bool(found))
    for path in found:
        path.write_text(filled(path.read_text("utf-8")), "utf-8")
        print(f"written: {path.relative_to(ROOT)}")
    cards = [zoo_card(name) for name in zoo_names()]
    experiment = [Reproduced(name, name, found) for name in NETWORKS for found in zoo_card(name).test]
    zoo = entries(cards), spreads(cards), {}, published_points()
    clothes = entries(cards, "fashion-mnist"), spreads(cards, "fashion-mnist")
    written = [
        *save_figures(lambda theme: accuracy_energy_figure(theme, experiment), ROOT / "docs" / "accuracy-energy.png"),
        *save_figures(lambda theme: frontier_figure(theme, *zoo), ROOT / "docs" / "frontier.png"),
        *save_figures(lambda theme: frontier_figure(theme, *clothes), ROOT / "docs" / "frontier-fashion.png"),
    ]
    for path in written:
        if path.suffix == ".svg":
            path.unlink()


if __name__ == "__main__":
    main()
