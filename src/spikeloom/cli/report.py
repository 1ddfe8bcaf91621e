"""``spikeloom report``: all that is known of a model, in one HTML file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from spikeloom.cli import console
from spikeloom.cli.options import Data, Json, Seed, Threads, data_shown, model_of


def report_command(
    models: Annotated[
        list[str],
        typer.Argument(metavar="MODEL...", help="Run folders, networks, programs, or zoo:NAME.", show_default=False),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The report's file; figures go beside it.")] = Path(
        "report.html"
    ),
    dataset: Data = None,
    seed: Seed = 0,
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Write a report of a model, or of several side by side: one HTML file, its figures beside it as SVG and PNG.

    Takes about half a minute a model of 30 cores.
    """
    from spikeloom.chip.program import ChipProgram
    from spikeloom.measure.evaluation import check_data, interface_of_model
    from spikeloom.report.page import write_report
    from spikeloom.report.sections import Section, Subject, sections_by_hand, sections_of
    from spikeloom.writing import check_folder, check_place

    check_place(out)
    check_folder(out.with_name(f"{out.stem}-figures"))
    columns: list[tuple[str, Iterator[Section]]] = []
    for name, model in [(name, model_of(name)) for name in models]:
        title = os.fsencode(name.removeprefix("zoo:")).decode(errors="backslashreplace")
        if isinstance(model, ChipProgram) and model.interface is None:
            columns.append((title, sections_by_hand(model)))
            continue
        shown = data_shown(model, dataset)
        check_data(interface_of_model(model), shown)
        columns.append((title, sections_of(Subject(title, model, shown, seed, threads))))
    console.note(f"measuring and drawing {', '.join(models)}")
    paths = write_report(columns, out)
    if as_json:
        console.print_json({"report": str(out), "figures": [str(path) for path in paths[1:]]})
    else:
        console.show(f"written to {out}, with {len(paths) - 1} figures in {paths[-1].parent}")
