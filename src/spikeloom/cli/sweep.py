"""``spikeloom sweep``: a study over models, recipes, seeds, members and faults, on many processes or a cluster."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from spikeloom.cli import console
from spikeloom.cli.jobs import Dask, Workers, check_workers, jobs_bar
from spikeloom.cli.options import DIFFERS, Json

RESULTS_FILE = "study.json"


def sweep_command(
    study: Annotated[Path, typer.Argument(metavar="STUDY.toml", help="What is measured.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder of what is done; studies/NAME by default.")
    ] = None,
    workers: Workers = 0,
    dask: Dask = None,
    as_json: Json = False,
) -> None:
    """Measure what a study names, over and over, and print a line for each: accuracy with its spread, and energy.

    What is done is kept as it comes. Stop it, or lose workers, and run it again: it goes on where it was. The results
    are the same bit for bit whatever the number and order of workers.
    """
    from spikeloom.measure.energy import shipped_profiles
    from spikeloom.report.rows import measurement_row
    from spikeloom.report.tables import drift_table, study_table
    from spikeloom.studies.study import load_study, run
    from spikeloom.training.hold import held
    from spikeloom.writing import check_folder, write_atomically

    check_workers(workers, dask)
    asked = load_study(study)
    folder = out or Path("studies") / asked.name
    check_folder(folder)
    with held(folder), jobs_bar() as hear:
        found = run(asked, folder, hear, workers=workers, dask=dask)
        lines = [
            {
                "model": line.model, "fault": line.fault, "share": line.share, "split": asked.split,
                **measurement_row(line.measurement, shipped_profiles()),
            }
            for line in found.lines
        ]  # fmt: skip
        drift = {name: [asdict(stage) for stage in stages] for name, stages in found.drift.items()}
        values = {"study": asked.model_dump(mode="json"), "lines": lines, "drift": drift}
        write_atomically(folder / RESULTS_FILE, json.dumps(values, indent=1, sort_keys=True).encode())
    if as_json:
        console.print_json(values)
    else:
        table = [(line.model, line.way, line.measurement) for line in found.lines]
        console.show(study_table(f"{asked.name}, on the {asked.split} split", table))
        for name, stages in found.drift.items():
            console.show(drift_table(name, stages))
        console.note(f"written to {folder / RESULTS_FILE}")
    if any(stage.spikes_differing or stage.votes_changed for stages in found.drift.values() for stage in stages):
        raise typer.Exit(DIFFERS)
