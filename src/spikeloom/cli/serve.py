"""``spikeloom serve``: the page of a model, or of a training as it goes, for this machine alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spikeloom.cli import console
from spikeloom.cli.options import Data, Seed, Threads, data_shown

if TYPE_CHECKING:
    from spikeloom.chip.program import ChipProgram
    from spikeloom.network.learned import LearnedNetwork
    from spikeloom.web.serve import Shown

FOOTER = "one file, made by spikeloom export --to web; nothing leaves this page"


def serve_command(
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL...",
            help="Learned networks, chip programs, zoo:NAME, or run folders that are being trained.",
            show_default=False,
        ),
    ],
    dataset: Data = None,
    host: Annotated[str, typer.Option("--host", help="Address to listen at; only this machine by default.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen at.")] = 8765,
    seed: Seed = 0,
    threads: Threads = 0,
) -> None:
    """Show models in the browser: draw for them, look into them, break them; or watch a training."""
    from spikeloom.web.serve import serve

    shown = [_shown(name, dataset, seed, threads) for name in models]
    console.warn(f"http://{host}:{port}/ until Ctrl-C")
    serve(shown, host, port)


def packed_model(
    model: LearnedNetwork | ChipProgram, title: str, dataset: str | None, seed: int, threads: int = 0
) -> bytes:
    """Give a model with all that the page shows beside it."""
    from spikeloom.measure.evaluation import check_data
    from spikeloom.web.facts import facts_of
    from spikeloom.web.payload import payload

    images = None
    if model.interface is not None:
        images = data_shown(model, dataset)
        check_data(model.interface, images)
    console.note(f"measuring {title}")
    return payload(model, *facts_of(model, title, images, seed, threads), seed=seed)


def write_page(source: str, out: Path, dataset: str | None, seed: int) -> None:
    """Write the page of a model as one file."""
    from spikeloom.artefact import check_place, write_atomically
    from spikeloom.web.bundle import page_html
    from spikeloom.zoo import load

    check_place(out)
    title = _title(source)
    packed = packed_model(load(source), title, dataset, seed)
    write_atomically(out, page_html(title, packed, FOOTER).encode())


def _shown(source: str, dataset: str | None, seed: int, threads: int) -> Shown:
    from spikeloom.training.files import RECIPE_FILE
    from spikeloom.web.serve import Shown
    from spikeloom.zoo import load

    folder = Path(source)
    if (folder / RECIPE_FILE).is_file():
        return Shown(f"{folder.name}, in training", None, folder)
    return Shown(_title(source), packed_model(load(source), _title(source), dataset, seed, threads))


def _title(source: str) -> str:
    return source.removeprefix("zoo:") if source.startswith("zoo:") else Path(source).name
