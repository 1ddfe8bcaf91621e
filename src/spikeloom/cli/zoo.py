"""``spikeloom zoo``: what is shipped, and the model card of each."""

from __future__ import annotations

from importlib import resources
from typing import Annotated

import typer

from spikeloom.cli import console
from spikeloom.cli.options import Json


def zoo_command(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Show this one's model card.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """List the shipped networks, or show a model card."""
    from spikeloom.report.tables import card_table, zoo_table
    from spikeloom.zoo import zoo_card, zoo_names

    if name is not None:
        shown = zoo_card(name.removeprefix("zoo:"))
        if as_json:
            console.print_json(shown.model_dump(mode="json"))
        else:
            console.show(card_table(shown), *(f"again: {command}" for command in shown.retrain))
        return
    rows = [
        {
            "name": card.name,
            "cores": card.cores,
            "members": card.members,
            "ticks": card.ticks,
            "recipe": card.recipe,
            "seed": card.seed,
            "validation_accuracy": card.validation_accuracy,
            "test_accuracy_mean": card.test[0]["accuracy_mean"],
            "energy_joules": card.test[0]["energy_joules"],
            "bytes": _bytes(card.networks or (card.name,)),
        }
        for card in map(zoo_card, zoo_names())
    ]
    rows.sort(key=lambda row: row["cores"])
    if as_json:
        console.print_json({"rows": rows})
    else:
        console.show(zoo_table(rows))


def _bytes(networks: tuple[str, ...]) -> int:
    folder = resources.files("spikeloom.zoo")
    return sum(len((folder / f"{network}.safetensors").read_bytes()) for network in networks)
