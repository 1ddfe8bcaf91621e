"""``spikeloom drift``: the same images through every form that a network takes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from spikeloom.cli import console
from spikeloom.cli.options import DIFFERS, Data, Json, Members, Seed, data_shown


def drift_command(
    learned: Annotated[
        str, typer.Argument(metavar="LEARNED", help="A learned network, or zoo:NAME.", show_default=False)
    ],
    members: Members = 1,
    images: Annotated[int, typer.Option("--images", min=1, help="Test images that every stage is shown.")] = 100,
    dataset: Data = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Also write the ledger as JSON to this file.")] = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Prove that what was trained is what is deployed: compare every stage from probabilities to other tools.

    Ends with exit code 3 when any spike or vote differs after sampling.
    """
    import json

    from spikeloom.drift.ledger import drift_ledger
    from spikeloom.notebook import plural
    from spikeloom.report.tables import drift_notes, drift_table
    from spikeloom.writing import check_place, write_atomically
    from spikeloom.zoo import load_network

    if out is not None:
        check_place(out)
    network = load_network(learned)
    shown = data_shown(network, dataset).take(slice(images))
    ledger = drift_ledger(network, shown, members, seed=seed, note=lambda name: console.note(f"running: {name}"))
    stages = list(ledger)
    rows = {"stages": [asdict(stage) for stage in stages]}
    if out is not None:
        write_atomically(out, json.dumps(rows, indent=2).encode())
    if as_json:
        console.print_json(rows)
    else:
        title = f"{learned}, {plural(members, 'member')}, {plural(len(shown), 'image')}"
        console.show(drift_table(title, stages), *drift_notes(stages))
    if any(stage.spikes_differing or stage.votes_changed for stage in stages):
        raise typer.Exit(DIFFERS)
