"""``spikeloom robust``: accuracy when the input is noisy or the hardware is broken."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from spikeloom.cli import console
from spikeloom.cli.options import Data, Draws, Json, Seed, Threads, data_shown

FIGURE_FILE, RESULTS_FILE = "robustness.png", "robustness.json"


def robust_command(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL...", help="Chip programs, networks, or zoo:NAME.", show_default=False)
    ],
    draws: Draws = 3,
    images: Annotated[int, typer.Option("--images", min=1, help="Test images.")] = 10_000,
    dataset: Data = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the figure and its figures.")] = Path("robust"),
    seed: Seed = 0,
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Measure accuracy under input noise, dead cores, dead neurons and stuck synapses, and draw it."""
    from spikeloom.deployment.deploy import deploy
    from spikeloom.measure.faults import FAULTS
    from spikeloom.measure.robustness import SHARES, check_fault_draws, robustness
    from spikeloom.report.figures import robustness_figure, save_figures
    from spikeloom.writing import check_folder, write_atomically
    from spikeloom.zoo import load

    check_folder(out)
    check_fault_draws(draws)
    loaded = {name: load(name) for name in models}
    shown = {name: data_shown(model, dataset).take(slice(images)) for name, model in loaded.items()}
    rows = []
    with console.progress_bar("breaking", len(models) * len(FAULTS) * len(SHARES)) as advance:
        for name, model in loaded.items():
            program = deploy(model, seed=seed)
            for row in robustness(name.removeprefix("zoo:"), program, shown[name], draws, seed=seed, threads=threads):
                rows.append(row)
                advance(1, f"{name}: {row.fault}")
    paths = save_figures(lambda theme: robustness_figure(theme, rows), out / FIGURE_FILE)
    values = {"rows": [asdict(row) for row in rows]}
    write_atomically(out / RESULTS_FILE, json.dumps(values, indent=1).encode())
    if as_json:
        console.print_json(values)
    else:
        from spikeloom.report.tables import robustness_table

        console.show(robustness_table(rows), *(f"written to {path}" for path in (*paths, out / RESULTS_FILE)))
