"""``spikeloom robust``: accuracy when the input is noisy or the hardware is broken."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from spikeloom.cli import console
from spikeloom.cli.jobs import Dask, Workers, check_workers, jobs_bar
from spikeloom.cli.options import Data, Json, Seed

FIGURE_FILE, RESULTS_FILE = "robustness.png", "robustness.json"


def robust_command(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL...", help="Chip programs, networks, or zoo:NAME.", show_default=False)
    ],
    draws: Annotated[
        int, typer.Option("--draws", min=1, max=2**16, help="Of faults, inputs and, in a network, synapses.")
    ] = 3,
    images: Annotated[int | None, typer.Option("--images", min=1, help="Test images; all by default.")] = None,
    dataset: Data = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the figure and its figures.")] = Path("robust"),
    seed: Seed = 0,
    workers: Workers = 0,
    dask: Dask = None,
    as_json: Json = False,
) -> None:
    """Measure accuracy under input noise, dead cores, dead neurons and stuck synapses, and draw it.

    What is done is kept as it comes. Stop it and run it again: it goes on where it was.
    """
    from spikeloom.report.figures import robustness_figure, save_figures
    from spikeloom.report.tables import robustness_table
    from spikeloom.studies.faults import fault_rows, fault_study
    from spikeloom.studies.study import run
    from spikeloom.training.hold import held
    from spikeloom.writing import check_folder, write_atomically

    check_workers(workers, dask)
    check_folder(out)
    study = fault_study(list(dict.fromkeys(models)), draws, images, dataset, seed)
    with held(out), jobs_bar() as hear:
        rows = fault_rows(run(study, out, hear, workers=workers, dask=dask))
        paths = save_figures(lambda theme: robustness_figure(theme, rows), out / FIGURE_FILE)
        values = {"rows": [asdict(row) for row in rows]}
        write_atomically(out / RESULTS_FILE, json.dumps(values, indent=1).encode())
    if as_json:
        console.print_json(values)
    else:
        console.show(robustness_table(rows), *(f"written to {path}" for path in (*paths, out / RESULTS_FILE)))
