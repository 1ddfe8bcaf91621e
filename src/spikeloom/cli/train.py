"""``spikeloom train``: from a recipe, or from data and a budget of cores, to a run folder."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spikeloom.cli import console
from spikeloom.cli.going_on import extended, recipe_of_run
from spikeloom.cli.options import SEED_MAX, Colours, Frames, Json, Size, Threads, preparation_of
from spikeloom.errors import TrainingError
from spikeloom.optional import needed
from spikeloom.writing import check_folder

if TYPE_CHECKING:
    from spikeloom.data import Dataset
    from spikeloom.interface import Preparation
    from spikeloom.network.learned import LearnedNetwork
    from spikeloom.training.recipe import Recipe

_ARCHIVES = (".npz", ".h5", ".hdf5")
VALIDATION_MEMBERS = {1: 3, 16: 1}  # ensemble sizes, and draws of each, by which a network that samples is judged


def train_command(
    recipe: Annotated[
        str | None,
        typer.Argument(
            metavar="RECIPE|DATA",
            help="A TOML file, or a shipped recipe such as mnist-5; with --cores, data.",
            show_default=False,
        ),
    ] = None,
    cores: Annotated[
        int | None,
        typer.Option(
            "--cores", min=1, max=2**20, help="Design a recipe for DATA and at most so many cores, and train that."
        ),
    ] = None,
    size: Size = None,
    colours: Colours = None,
    frames: Frames = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key, for example train.epochs=20.")
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", help="A known name, a folder or a file; wins over the recipe.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--start", metavar="MODEL", help="Begin from a learned network of the same layers, not by chance."
        ),
    ] = None,
    patience: Annotated[
        int | None,
        typer.Option("--patience", min=0, help="Stop after so many epochs without a better one, and keep the best."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Run folder; runs/NAME by default.")] = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", metavar="RUN", help="Go on with the training in this folder.")
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option("--epochs", min=1, help="How many in all; with --resume, more than are trained."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, max=SEED_MAX, help="Root of every random draw; wins over the recipe.")
    ] = None,
    device: Annotated[str, typer.Option("--device", help="cpu, or cuda where there is one.")] = "cpu",
    threads: Threads = 0,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Write the metrics for TensorBoard too, into RUN/tensorboard.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Train a network by a recipe, or for data and a budget of cores, and keep it in a run folder.

    The folder gets run.toml, metrics.jsonl, checkpoint.safetensors and learned.safetensors. Ctrl-C leaves a run that
    --resume continues bit for bit.
    """
    from spikeloom.training.processes import is_one_of_several, rank_here

    if is_one_of_several() and (cores is not None or (resume is not None and epochs is not None)):
        message = "each of several processes would do it: prepare the run with one, and then go on with torchrun"
        raise typer.BadParameter(message, param_hint="--cores" if cores is not None else "--epochs")
    if rank_here():
        console.set_quiet(True)  # the first process tells
    chosen_anew = bool(changes or data or out or start or seed is not None or patience is not None)
    _check_usage(recipe, resume, cores, data, chosen_anew)
    _check_reading(cores, bool(size or colours or frames), changes or [])
    more = _said(changes, {"train.epochs": epochs, "train.patience": patience, "seed": seed})
    dataset: Dataset | None = None
    if resume is not None:
        run, chosen = resume, recipe_of_run(resume)
    elif cores is not None:
        dataset, chosen = _designed(str(recipe), cores, preparation_of(size, colours, frames), more, threads, out)
        run = out or Path("runs") / chosen.name
    else:
        chosen = _chosen_recipe(str(recipe), more, data)
        run = out or Path("runs") / chosen.name
    dataset = _training_set(chosen) if dataset is None else dataset
    from spikeloom.training.fit import check_device, train
    from spikeloom.training.reporter import Silent

    if resume is not None and epochs is not None:
        check_device(device)  # whatever refuses comes first, since what follows changes the run
        if tensorboard:
            needed("tensorboard", "spikeloom[tensorboard]")
        chosen = extended(resume, chosen, epochs, dataset)
    given = None if start is None else _given(start)
    if given is not None and given.class_names != dataset.class_names:
        console.note(f"{start} knows other classes; its last layer begins afresh")
    if rank_here():  # one of several processes that torchrun has started: the first alone checks places, and tells
        train(chosen, dataset, run, start=given, device=device, threads=threads, reporter=Silent())
        return
    network = train_run(
        chosen, run, device, threads, dataset=dataset, start=given, anew=resume is None, tensorboard=tensorboard
    )
    _report(network, dataset, chosen, run, threads, as_json)


def train_run(
    recipe: Recipe,
    run: Path,
    device: str,
    threads: int,
    *,
    dataset: Dataset | None = None,
    start: LearnedNetwork | None = None,
    anew: bool = False,
    tensorboard: bool = False,
) -> LearnedNetwork:
    """Train or go on in a run folder, with a progress bar; on Ctrl-C say how to go on. `anew` refuses a used folder."""
    from spikeloom.training.fit import check_device, topology_for, train
    from spikeloom.training.reporter import Silent, telling
    from spikeloom.training.tensorboard import TensorBoard

    check_folder(run)
    dataset = _training_set(recipe) if dataset is None else dataset
    topology_for(recipe, dataset)  # what does not fit is refused before anything is shown
    check_device(device)
    if anew:
        _refuse_used(run)
    console.note(f"{recipe.name}: {recipe.train.epochs} epochs on {len(dataset):,} examples, into {run}")
    try:
        with telling(Silent() if console.is_quiet() else None, recipe.name, recipe.train.epochs) as told:
            reporter = TensorBoard(run, told) if tensorboard else told
            return train(recipe, dataset, run, start=start, device=device, threads=threads, reporter=reporter)
    except KeyboardInterrupt:
        console.note(f"stopped; go on with: spikeloom train --resume {shlex.quote(str(run))}")
        raise


def _check_usage(recipe: str | None, resume: Path | None, cores: int | None, data: str | None, chosen: bool) -> None:
    """Refuse what cannot be meant together, as wrong usage."""
    if (recipe is None) == (resume is None):
        raise typer.BadParameter("give either a RECIPE or --resume RUN", param_hint="RECIPE")
    if resume is not None and (chosen or cores):
        raise typer.BadParameter(
            "a resumed run keeps its recipe; of it, --epochs alone can be raised", param_hint="--resume"
        )
    if cores is not None and str(recipe).endswith(".toml"):
        raise typer.BadParameter(
            f"'{recipe}' is a recipe, and has its cores; leave the option out", param_hint="--cores"
        )
    if cores is not None and data is not None:
        raise typer.BadParameter("with --cores, the data stand in place of the recipe", param_hint="--data")


def _check_reading(cores: int | None, said: bool, changes: list[str]) -> None:
    """Refuse what would be passed over: how data are read stands in a recipe, and in options where one is designed."""
    if cores is None and said:
        message = "go with --cores; a recipe says it itself: --set data.size=[32,32], data.colours, data.ticks"
        raise typer.BadParameter(message, param_hint="--size, --colours, --frames")
    reading = [change for change in changes if change.startswith("data.") and not change.startswith("data.validation")]
    if cores is not None and reading:
        message = f"{reading[0]}: a recipe is designed for data as they are read; use --size, --colours, --frames"
        raise typer.BadParameter(message, param_hint="--set")


def _said(changes: list[str] | None, options: dict[str, int | None]) -> list[str]:
    """Give options as changes of a recipe, after those that were set; they win."""
    return [*(changes or []), *(f"{key}={value}" for key, value in options.items() if value is not None)]


def _chosen_recipe(source: str, changes: list[str], data: str | None) -> Recipe:
    from spikeloom.data import NAMES
    from spikeloom.training.recipe_files import load_recipe, shipped_recipes, with_data

    is_data = source in NAMES or Path(source).is_dir() or Path(source).suffix.lower() in _ARCHIVES
    if source not in shipped_recipes() and is_data:
        raise typer.BadParameter(
            f"'{source}' is a data set; say for how many cores, with --cores N, or name a recipe and --data {source}",
            param_hint="RECIPE",
        )
    return with_data(load_recipe(source, changes), data)


def _designed(
    source: str, cores: int, preparation: Preparation, changes: list[str], threads: int, out: Path | None
) -> tuple[Dataset, Recipe]:
    """Give data and the recipe that is designed for them, saying why it is so."""
    from spikeloom.cli.design import layers_of, told, why
    from spikeloom.data import load_dataset
    from spikeloom.design import choose, recipe_values
    from spikeloom.training.recipe_files import recipe_of

    dataset = load_dataset(source, "train", preparation)
    if out is not None:
        _refuse_used(out)  # before the trials
    dataset, design = choose(dataset, cores, threads=threads, hear=told)
    recipe = recipe_of(recipe_values(dataset, design), "of the design", changes)
    for reason in why(dataset, design):
        console.note(reason)
    console.note(f"layers: {layers_of(design)}: {design.proposal.cores} of {cores} cores")
    return dataset, recipe


def _given(source: str) -> LearnedNetwork:
    from spikeloom.zoo import load_network

    return load_network(source)


def _refuse_used(run: Path) -> None:
    from spikeloom.training.files import CHECKPOINT_FILE

    if (run / CHECKPOINT_FILE).exists():
        raise TrainingError(f"{run}: holds a training already; go on with --resume {run}, or choose another --out")


def _training_set(recipe: Recipe) -> Dataset:
    from spikeloom.data import load_dataset

    return load_dataset(recipe.data.source, "train", recipe.data.preparation)


def _report(network: LearnedNetwork, dataset: Dataset, recipe: Recipe, run: Path, threads: int, as_json: bool) -> None:
    """Measure the deployed network on the validation split, which is there to choose on, and print what was made."""
    from spikeloom.measure.evaluation import evaluate_network
    from spikeloom.notebook import plural
    from spikeloom.report.tables import percent
    from spikeloom.training.files import LEARNED_FILE
    from spikeloom.training.split import validation_split

    _, validation = validation_split(recipe, dataset)
    ensembles = {1: 1} if network.is_certain else VALIDATION_MEMBERS
    results = evaluate_network(network, validation, ensembles, threads=threads)
    if "kept_epoch" in network.training:
        epochs = len(network.training["log"])
        console.note(f"after {epochs} of {recipe.train.epochs} epochs; epoch {network.training['kept_epoch']} is kept")
    told = network.training
    last = told["log"][told.get("kept_epoch", len(told["log"])) - 1]  # of a training that ended early, the best
    if as_json:
        deployed = {str(size): result.accuracy for size, result in results.items()}
        console.print_json(
            {"run": str(run), "learned": str(run / LEARNED_FILE), **last, "validation_accuracy_deployed": deployed}
        )
        return
    console.show(
        f"{run / LEARNED_FILE}: {network.n_cores} cores a member, {last['epoch']} epochs, loss {last['loss']:.4f}",
        f"validation: training network {percent(last['unsampled_validation_accuracy'])}, on the chip "
        + ", ".join(f"{percent(result.accuracy)} with {plural(size, 'member')}" for size, result in results.items()),
    )
