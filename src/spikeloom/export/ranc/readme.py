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

README_FILE, OUTPUTS_FILE, IMAGES_FILE = "RANC.md", "outputs.csv", "images.csv"

# RANC's output file begins with a blank line, and lines are counted from 1: our tick 0 stands on the second
_LINE_OF_TICK_0 = 2


def tables(exported: Exported, with_lines: bool) -> dict[str, str]:
    """Give the tables of output lines and, where there are any, of images, by the names of their files.

    `with_lines` : whether the lines of the simulator's output are told, which the hardware has none of.
    """
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
        lines = [(first + _LINE_OF_TICK_0, first + ticks - 1 + _LINE_OF_TICK_0) for first in firsts]
        images = (
            (image, int(label), names[label], first, first + ticks - 1, *(lines[image] if with_lines else ()))
            for image, (label, first) in enumerate(zip(labels, firsts, strict=True))
        )
        headings = ("image", "label", "class_name", "first_tick_of_votes", "last_tick_of_votes")
        texts[IMAGES_FILE] = _csv((*headings, *(("first_line", "last_line") if with_lines else ())), images)
    return texts


def simulator_readme(exported: Exported, grid: Grid) -> str:
    """Give the README of RANC's simulator files."""
    n_ticks = 0 if exported.inputs is None else len(exported.inputs)
    run = f"ranc_sim input.json output.txt config.json {n_ticks + 1 if n_ticks else 'TICKS'}"
    shown = f"for {n_ticks} ticks of input" if n_ticks else "without input: none went with the export"
    lines = ", and the lines of RANC's output, counted from 1" if n_ticks else ""
    return _filled("simulator.md", exported, grid, run=run, shown=shown, images=_of_images(exported, lines))


def hardware_readme(exported: Exported, grid: Grid, potential_bits: int, threshold_bits: int) -> str:
    """Give the README of the files for RANC's Verilog."""
    benches = "" if exported.inputs is None else _INPUTS
    benches += "" if exported.outputs is None else _OUTPUTS
    bits = {"potential_bits": potential_bits, "threshold_bits": threshold_bits}
    return _filled("verilog.md", exported, grid, benches=benches, images=_of_images(exported), **bits)


_INPUTS = """\
- `tb_input.txt`, `tb_num_inputs.txt`: for the simulated test bench, the input packets of 30 bits, and how many come in
  each tick.
- `data.bin`, `count.bin`: the same for the streaming software on the board, 32 bits each, lowest byte first.
"""
_OUTPUTS = """\
- `tb_correct.txt`, `tb_num_outputs.txt`: the output lines that spike, by tick and then by number, and how many do in
  each tick.
"""


def _filled(name: str, exported: Exported, grid: Grid, **more: int | str) -> str:
    """Give a text that lies beside this module, with its numbers."""
    text = (resources.files("spikeloom.export.ranc") / name).read_text("utf-8")
    x, y = grid.spare
    sizes = {"n_cores": exported.program.n_cores, "n_outputs": len(exported.program.outputs)}
    places = {"columns": grid.columns, "rows": grid.rows, "x": x, "y": y}
    return Template(text).substitute(sizes, **places, **more)


def _of_images(exported: Exported, lines: str = "") -> str:
    if exported.labels is None:
        return "No images go with it."
    return (
        f"{len(exported.labels)} images go with it, one after another: `images.csv` gives the label of each, and where "
        f"its votes stand,\nin ticks counted from 0{lines}."
    )


def _csv(headings: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([headings, *rows])
    return text.getvalue()
