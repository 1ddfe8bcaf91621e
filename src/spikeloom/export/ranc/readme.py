"""What goes with RANC's files so that they explain themselves: how to run them, and what comes out of which line.

``outputs.csv`` names class and member of every output line, ``images.csv`` label and lines of every image.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from importlib import resources
from string import Template

from spikeloom.export.format import Exported
from spikeloom.export.grid import Grid

README_FILE, OUTPUTS_FILE, IMAGES_FILE = "README.md", "outputs.csv", "images.csv"

# RANC's output file begins with a blank line, and lines are counted from 1: our tick 0 stands on the second
_LINE_OF_TICK_0 = 2


def tables(exported: Exported) -> dict[str, str]:
    """Give the tables of output lines and, where there are any, of images, by the names of their files."""
    program, labels = exported.program, exported.labels
    names = () if program.interface is None else program.interface.class_names
    outputs = (
        (line, label, names[label] if label < len(names) else "", member)
        for line, (label, member) in enumerate(
            zip(program.outputs.classes.tolist(), program.outputs.members.tolist(), strict=True)
        )
    )
    texts = {OUTPUTS_FILE: _csv(("output", "class", "class_name", "member"), outputs)}
    if labels is not None and program.interface is not None:
        ticks, latency = program.interface.ticks_per_image, program.interface.latency
        firsts = [latency - 1 + image * ticks for image in range(len(labels))]
        images = (
            (image, int(label), names[label], first, first + _LINE_OF_TICK_0, first + ticks - 1 + _LINE_OF_TICK_0)
            for image, (label, first) in enumerate(zip(labels, firsts, strict=True))
        )
        headings = ("image", "label", "class_name", "first_tick_of_votes", "first_line", "last_line")
        texts[IMAGES_FILE] = _csv(headings, images)
    return texts


def simulator_readme(exported: Exported, grid: Grid) -> str:
    """Give the README of RANC's simulator files."""
    n_ticks = 0 if exported.inputs is None else len(exported.inputs)
    return _filled("simulator.md", exported, grid, n_ticks=n_ticks, run_ticks=n_ticks + 1)


def hardware_readme(exported: Exported, grid: Grid, potential_bits: int, threshold_bits: int) -> str:
    """Give the README of the files for RANC's Verilog."""
    return _filled("verilog.md", exported, grid, potential_bits=potential_bits, threshold_bits=threshold_bits)


def _filled(name: str, exported: Exported, grid: Grid, **more: int) -> str:
    """Give a text that lies beside this module, with its numbers."""
    text = (resources.files("spikeloom.export.ranc") / name).read_text("utf-8")
    x, y = grid.spare
    sizes = {"n_cores": exported.program.n_cores, "n_outputs": len(exported.program.outputs)}
    places = {"columns": grid.columns, "rows": grid.rows, "x": x, "y": y}
    return Template(text).substitute(sizes, images=_of_images(exported), **places, **more)


def _of_images(exported: Exported) -> str:
    if exported.labels is None:
        return "No images go with it."
    return (
        f"{len(exported.labels)} images go with it, one after another: `images.csv` gives the label of each, and where "
        "its votes stand,\nthe tick and the lines of RANC's output, counted from 1."
    )


def _csv(headings: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([headings, *rows])
    return text.getvalue()
