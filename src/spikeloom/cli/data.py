"""``spikeloom data``: fetch data sets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spikeloom.cli import console
from spikeloom.cli.command import quietly
from spikeloom.cli.options import Json

data_app = typer.Typer(help="Fetch and check data sets.", no_args_is_help=True)


@data_app.callback()
def group() -> None:
    """Fetch and check data sets."""


@data_app.command("fetch")
@quietly
def fetch_command(
    name: Annotated[str, typer.Argument(help="The data set; mnist is known.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the files; the user's cache by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Download a data set once, checked by SHA-256."""
    from spikeloom.data.fetch import MNIST_SHA256, default_root, fetch_mnist

    if name != "mnist":
        raise typer.BadParameter(f"'{name}' is not known; mnist is", param_hint="NAME")
    folder = default_root() if out is None else out
    fetch_mnist(folder)
    if as_json:
        console.print_json({"name": name, "folder": str(folder), "sha256": MNIST_SHA256})
    else:
        console.show(f"{name}: {len(MNIST_SHA256)} files, checked, in {folder}")
