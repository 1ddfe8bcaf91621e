"""``spikeloom zoo``: what is shipped, and the model card of each."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikeloom.cli import console
from spikeloom.cli.options import Json

if TYPE_CHECKING:
    from spikeloom.zoo.cards import Card


def zoo_command(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Show this one's model card.", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """List the shipped networks, to choose by validation accuracy, or show one's card, test set and all."""
    from spikeloom.measure.energy import shipped_profiles
    from spikeloom.report.rows import measurement_row
    from spikeloom.report.tables import card_table, zoo_table
    from spikeloom.zoo import zoo_card, zoo_names

    if name is not None:
        shown = zoo_card(name.removeprefix("zoo:"))
        if as_json:
            rows = [measurement_row(found, shipped_profiles()) for found in shown.test]
            console.print_json({**shown.model_dump(mode="json"), "test": rows})
        else:
            notes = [f"again: {command}" for command in shown.commands]
            notes += [f"differs: {shown.differs}"] if shown.differs else []
            console.show(card_table(shown), *notes, *_origin(shown))
        return
    cards = sorted(map(zoo_card, zoo_names()), key=lambda card: card.cores)
    sizes = {card.name: _bytes(card.networks or (card.name,)) for card in cards}
    if as_json:
        console.print_json({"rows": [_row(card, sizes[card.name]) for card in cards]})
    else:
        console.show(zoo_table(cards, sizes))


def _row(card: Card, n_bytes: int) -> dict[str, Any]:
    from spikeloom.measure.energy import shipped_profiles

    profiles = shipped_profiles()
    return {
        "name": card.name,
        "data": card.data,
        "cores": card.cores,
        "members": card.members,
        "ticks": card.ticks,
        "method": card.method,
        "recipe": card.recipe,
        "seed": card.seed,
        "validation_accuracy": card.validation_accuracy,
        "energy_joules": {name: card.shown[0].energy(profile).total for name, profile in profiles.items()},
        "bytes": n_bytes,
    }


def _origin(card: Card) -> list[str]:
    """Say where network and measurements come from, a line each."""
    told = []
    for what, found in (("trained", card.trained), ("measured", card.measured)):
        if found is not None:
            libraries = ", ".join(f"{name} {number}" for name, number in found.libraries.items())
            where = f"{found.machine}, {found.device}, {found.threads} threads"
            told.append(f"{what}: spikeloom {found.version} ({found.commit or 'no commit'}), {libraries}, {where}")
    return told


def _bytes(networks: tuple[str, ...]) -> int:
    folder = resources.files("spikeloom.zoo")
    return sum(len((folder / f"{network}.safetensors").read_bytes()) for network in networks)
