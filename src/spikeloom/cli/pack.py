"""``spikeloom pack``: put networks and ensembles into a zoo, with their model cards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spikeloom.cli import console
from spikeloom.cli.command import quietly
from spikeloom.cli.options import DIFFERS, Json, Threads

if TYPE_CHECKING:
    from spikeloom.zoo.cards import Card

pack_app = typer.Typer(help="Ship a network or an ensemble: a small file, and a card of what was measured of it.")

Folder = Annotated[Path, typer.Option("--out", "-o", help="Folder for the file and its card.")]
Test = Annotated[bool, typer.Option("--test/--no-test", help="Ask the test set too: only of what was chosen.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="What it will be called.", show_default=False)]


@pack_app.callback()
def group() -> None:
    """Ship a network or an ensemble."""


@pack_app.command("network")
@quietly
def network_command(
    name: Name,
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The run folder of a training.", show_default=False)],
    out: Folder = Path("zoo"),
    commands: Annotated[
        list[str] | None, typer.Option("--command", help="How it is made again, where its recipe is not shipped.")
    ] = None,
    differs: Annotated[
        str | None, typer.Option("--differs", metavar="TEXT", help="What those commands would give otherwise.")
    ] = None,
    with_test: Test = True,
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Write the learned network of a run small, measure that file on validation and test set, and write its card."""
    from spikeloom.packing import pack_network
    from spikeloom.writing import check_folder

    check_folder(out)

    _tell(pack_network(name, run, out, commands or (), differs, threads, with_test), out, as_json)


@pack_app.command("ensemble")
@quietly
def ensemble_command(
    name: Name,
    networks: Annotated[
        list[str], typer.Argument(metavar="NETWORK...", help="zoo:NAME, each votes.", show_default=False)
    ],
    copies: Annotated[int, typer.Option("--copies", help="Shifted copies of each: 1, 5 or 9.")] = 1,
    ticks: Annotated[int, typer.Option("--ticks", help="Ticks each image is shown: 1, 5 or 9.")] = 1,
    out: Folder = Path("zoo"),
    with_test: Test = True,
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Measure shipped networks that vote together on validation split and test set, and write the ensemble's card."""
    from spikeloom.packing import pack_ensemble
    from spikeloom.writing import check_folder

    check_folder(out)

    _tell(pack_ensemble(name, networks, out, copies, ticks, threads, with_test), out, as_json)


@pack_app.command("check")
@quietly
def check_command(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="Shipped networks and ensembles.", show_default=False)
    ],
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Measure what is shipped again, and say whether its card holds it; ends with exit code 3 where one does not.

    What has no chance repeats exactly; draws are keyed, so that others do too.
    """
    from spikeloom.packing import measured_again
    from spikeloom.zoo import PREFIX, load, zoo_card

    rows = []
    for name in (name.removeprefix(PREFIX) for name in names):
        card = zoo_card(name)
        again = measured_again(card, load(f"{PREFIX}{name}"), threads)
        holds = (again.validation, again.test) == (card.validation, card.test)
        rows.append({"name": name, "holds": holds, "validation_accuracy": again.validation_accuracy})
        if not as_json:
            console.show(f"{name}: {'as its card says' if holds else 'not as its card says'}")
    if as_json:
        console.print_json({"rows": rows})
    if not all(row["holds"] for row in rows):
        raise typer.Exit(DIFFERS)


def _tell(card: Card, folder: Path, as_json: bool) -> None:
    from spikeloom.report.tables import card_table

    if (card.measured.commit or "").endswith("+"):
        console.warn("measured with changed files; commit them and pack again, so that the card names a known state")
    if as_json:
        console.print_json(card.model_dump(mode="json"))
    else:
        console.show(card_table(card), f"written to {folder / card.name}.json")
