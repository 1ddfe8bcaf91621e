"""``spikeloom serve``: the page of a model, or of a training as it goes, for this machine alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spikeloom.cli import console
from spikeloom.cli.options import Data, Seed, Threads, data_shown, model_of

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
    from spikeloom.web.serve import address, listening, serve

    if not host.strip():
        raise typer.BadParameter("is empty, which would be every address of this machine", param_hint="--host")
    with listening(host, port) as taken:  # an address that is taken is told before anything is measured
        loaded = [_loaded(name) for name in models]  # what is not there is told before anything is measured
        shown = [_shown(name, model, dataset, seed, threads) for name, model in zip(models, loaded, strict=True)]
        console.warn(f"{address(taken)} until Ctrl-C")
        serve(shown, host, taken)


def packed_model(
    model: LearnedNetwork | ChipProgram, title: str, dataset: str | None, seed: int, threads: int = 0
) -> bytes:
    """Give a model with all that the page shows beside it; of a network, as it is kept in 8 bits."""
    from spikeloom.measure.evaluation import check_data
    from spikeloom.network.learned import LearnedNetwork
    from spikeloom.network.quantise import quantise
    from spikeloom.web.facts import facts_of
    from spikeloom.web.payload import payload

    if isinstance(model, LearnedNetwork):
        model = quantise(model)  # what is measured is what the page samples
    images = None
    if model.interface is not None:
        images = data_shown(model, dataset)
        check_data(model.interface, images)
    console.note(f"measuring {title}")
    return payload(model, *facts_of(model, title, images, seed, threads), seed=seed)


def write_page(source: str, out: Path, dataset: str | None, seed: int) -> None:
    """Write the page of a model as one file."""
    from spikeloom.web.bundle import page_html
    from spikeloom.writing import check_place, write_atomically

    check_place(out)
    title = _title(source)
    packed = packed_model(model_of(source), title, dataset, seed)
    write_atomically(out, page_html(title, packed, FOOTER).encode())


def _loaded(source: str) -> LearnedNetwork | ChipProgram | None:
    """Give a model, or None of a run folder that is being trained."""
    from spikeloom.training.files import LEARNED_FILE, RECIPE_FILE

    folder = Path(source)
    return None if (folder / RECIPE_FILE).is_file() and not (folder / LEARNED_FILE).is_file() else model_of(source)


def _shown(
    source: str, model: LearnedNetwork | ChipProgram | None, dataset: str | None, seed: int, threads: int
) -> Shown:
    from spikeloom.web.serve import Shown

    if model is None:
        return Shown(f"{_title(source)}, in training", None, Path(source))
    return Shown(_title(source), packed_model(model, _title(source), dataset, seed, threads))


def _title(source: str) -> str:
    """Give a short name: of a run, of a file with its folder, where all are called alike."""
    from spikeloom.training.files import LEARNED_FILE

    if source.startswith("zoo:"):
        return source.removeprefix("zoo:")
    path = Path(source).resolve()
    return path.parent.name if path.name == LEARNED_FILE else path.name
