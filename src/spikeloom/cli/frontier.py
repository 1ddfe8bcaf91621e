"""``spikeloom frontier``: accuracy against energy of all that is shipped, and a search for more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikeloom.cli import console
from spikeloom.cli.options import Json, Seed, Threads

if TYPE_CHECKING:
    from spikeloom.frontier.trial import Trial

_TRIALS = 20
FIGURE_FILE, RESULTS_FILE, TRIALS_FIGURE_FILE = "frontier.png", "frontier.json", "trials.png"


def frontier_command(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for figure, results and trials.")] = Path("frontier"),
    space: Annotated[
        Path | None, typer.Option("--search", metavar="SPACE.toml", help="Search this space of recipes first.")
    ] = None,
    trials: Annotated[
        int | None, typer.Option("--trials", min=1, help="With --search: trainings more, 20 by default.")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            "--data", help="With --search: mnist, a folder or an NPZ file; wins over the recipe.", show_default=False
        ),
    ] = None,
    of: Annotated[
        str, typer.Option("--of", metavar="DATA", help="Whose frontier of the zoo: mnist or fashion-mnist.")
    ] = "mnist",
    seed: Seed = 0,
    threads: Threads = 0,
    workers: Annotated[
        int, typer.Option("--workers", min=0, max=4096, help="With --search: trials at once, of a thread each.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """Draw accuracy against energy of the zoo beside published points; with --search, look for better recipes.

    A search trains on the training set and judges on its validation split alone. Its trials are kept, and another call
    goes on with them.
    """
    from spikeloom.measure.energy import shipped_profiles
    from spikeloom.report.figures import frontier_figure, save_figures
    from spikeloom.report.frontier import SEEDED, entries, picked, reported, spreads
    from spikeloom.report.published import published_points
    from spikeloom.report.rows import measurement_row
    from spikeloom.writing import check_folder, write_atomically
    from spikeloom.zoo import zoo_card, zoo_names

    if space is None and (trials is not None or data is not None):
        raise typer.BadParameter("goes with --search SPACE.toml", param_hint="--trials" if trials else "--data")
    if of not in SEEDED:
        raise typer.BadParameter(f"'{of}' has none; there are {', '.join(SEEDED)}", param_hint="--of")
    check_folder(out)
    if space is None and workers:
        raise typer.BadParameter("goes with --search SPACE.toml", param_hint="--workers")
    asked = (trials or _TRIALS, seed, threads, workers)
    searched = {} if space is None else _search(space, data, out, asked, as_json)
    cards = [zoo_card(name) for name in zoo_names()]
    found = entries(cards, of)
    chosen, told = picked(found), reported(found)
    rows: list[dict[str, Any]] = [
        {
            "name": entry.card.name,
            "method": entry.card.method,
            "validation_accuracy": entry.validation.accuracy,
            "picked_by_validation": entry in chosen,
            **measurement_row(
                entry.reported if entry in told else entry.shown, shipped_profiles(), with_accuracy=entry in told
            ),
        }
        for entry in found
    ]
    published = published_points() if of == "mnist" else ()
    seeds = spreads(cards, of)
    paths = save_figures(lambda theme: frontier_figure(theme, found, seeds, {}, published), out / FIGURE_FILE)
    write_atomically(out / RESULTS_FILE, json.dumps({"rows": rows, **searched}, indent=1).encode())
    if as_json:
        console.print_json({"rows": rows, **searched})
        return
    console.show(*(f"written to {path}" for path in (*paths, out / RESULTS_FILE)))


def _search(path: Path, data: str | None, out: Path, asked: tuple[int, int, int, int], as_json: bool) -> dict[str, Any]:
    """Search, draw and show the trials, and give all of them and the best as JSON values."""
    from dataclasses import asdict

    from spikeloom.data import load_dataset
    from spikeloom.frontier.figure import search_figure
    from spikeloom.frontier.search import search
    from spikeloom.frontier.space import load_space
    from spikeloom.frontier.table import trials_table
    from spikeloom.report.figures import save_figures
    from spikeloom.training.recipe_files import load_recipe, with_data

    chosen = load_space(path)
    recipe = with_data(load_recipe(chosen.recipe), data)
    dataset = load_dataset(recipe.data.source, "train", recipe.data.preparation)
    trials, seed, threads, workers = asked
    found = search(chosen, recipe, dataset, out, trials, _tell, seed, threads, workers)
    paths = save_figures(lambda theme: search_figure(theme, found.trials, found.best), out / TRIALS_FIGURE_FILE)
    if not as_json:
        console.show(trials_table(found.trials, found.best), *(f"written to {path}" for path in (*paths, *found.files)))
    return {
        "trials": [asdict(trial) for trial in found.trials],
        "best_trials": [asdict(trial) for trial in found.best],
    }


def _tell(trial: Trial) -> None:
    from spikeloom.report.tables import microjoules, percent

    told = "not judged"
    if trial.is_judged:
        told = f"{percent(trial.accuracy or 0)}, {microjoules(trial.joules or 0)}, {trial.cores} cores"
    console.note(f"trial {trial.number}: {told}: {trial.told}")
