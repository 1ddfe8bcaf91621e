"""``spikeloom recipe``: the shipped recipes, one of them resolved, and every key that a recipe can have."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from spikeloom.cli import console
from spikeloom.cli.command import quietly
from spikeloom.cli.options import Json

recipe_app = typer.Typer(help="Shipped recipes, and the keys that a recipe can have.", no_args_is_help=True)


@recipe_app.callback()
def group() -> None:
    """Shipped recipes, and the keys that a recipe can have."""


@recipe_app.command("list")
@quietly
def list_command(as_json: Json = False) -> None:
    """List the shipped recipes."""
    from spikeloom.training.recipe_files import shipped_recipes

    if as_json:
        console.print_json({"recipes": shipped_recipes()})
    else:
        console.show(*shipped_recipes())


@recipe_app.command("show")
@quietly
def show_command(
    recipe: Annotated[
        str, typer.Argument(metavar="RECIPE", help="A TOML file, or a shipped recipe.", show_default=False)
    ],
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key, for example train.epochs=20.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a recipe as it will be trained, every default filled in, as TOML."""
    from spikeloom.training.recipe_files import load_recipe, recipe_toml

    chosen = load_recipe(recipe, changes or [])
    if as_json:
        console.print_json(chosen.model_dump(mode="json"))
    else:
        typer.echo(recipe_toml(chosen), nl=False)


@recipe_app.command("keys")
@quietly
def keys_command(as_json: Json = False) -> None:
    """List every key with its type, its default and what it means; --set takes them with dots."""
    from spikeloom.report.tables import keys_text
    from spikeloom.training.recipe_keys import recipe_keys

    if as_json:
        console.print_json({"keys": [asdict(key) for key in recipe_keys()]})
    else:
        typer.echo(keys_text(recipe_keys()))
