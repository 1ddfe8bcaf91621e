"""``spikeloom data``: list and fetch data sets, and say what one holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spikeloom.cli import console
from spikeloom.cli.command import quietly
from spikeloom.cli.options import Json

data_app = typer.Typer(help="List, fetch and check data sets.", no_args_is_help=True)


@data_app.callback()
def group() -> None:
    """List, fetch and check data sets."""


@data_app.command("list")
@quietly
def list_command(as_json: Json = False) -> None:
    """Show the data sets that are known by name."""
    from rich.table import Table

    from spikeloom.data.named import KNOWN

    if as_json:
        console.print_json({name: known.about for name, known in KNOWN.items()})
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "what it is"):
        table.add_column(heading, overflow="fold")
    for name, known in KNOWN.items():
        table.add_row(name, known.about)
    console.show(table)


@data_app.command("fetch")
@quietly
def fetch_command(
    name: Annotated[str, typer.Argument(help="One of those that 'spikeloom data list' shows.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the files; the user's cache by default.")
    ] = None,
    given: Annotated[
        Path | None, typer.Option("--from", metavar="FOLDER", help="Take the files from this folder, not the network.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Download a data set once, checked by its published hashes."""
    from spikeloom.data.fetch import default_root, fetch_files
    from spikeloom.data.named import KNOWN
    from spikeloom.hints import did_you_mean

    if name not in KNOWN:
        hint = did_you_mean(name, KNOWN) or f"; {', '.join(KNOWN)} are"
        raise typer.BadParameter(f"'{name}' is not known{hint}", param_hint="NAME")
    known = KNOWN[name]
    folder = default_root(known.folder) if out is None else out
    fetch_files(name, known.files, folder, given=given)
    if as_json:
        hashes = {file.name: file.hash for file in known.files}
        console.print_json({"name": name, "folder": str(folder), "files": hashes})
    else:
        console.show(f"{name}: {len(known.files)} files, checked, in {folder}")
