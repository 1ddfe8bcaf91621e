"""``spikeloom train``: from a recipe to a run folder."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spikeloom.artefact import check_folder
from spikeloom.cli import console
from spikeloom.cli.options import SEED_MAX, Json, Threads
from spikeloom.errors import TrainingError

if TYPE_CHECKING:
    from spikeloom.data import Dataset
    from spikeloom.network.learned import LearnedNetwork
    from spikeloom.training.recipe import Recipe

VALIDATION_MEMBERS = {1: 3, 16: 1}  # ensemble sizes, and draws of each, by which a network that samples is judged


def train_command(
    recipe: Annotated[
        str | None,
        typer.Argument(metavar="RECIPE", help="A TOML file, or a shipped recipe such as mnist-5.", show_default=False),
    ] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key, for example train.epochs=20.")
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", help="mnist, a folder or an NPZ file; wins over the recipe.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Run folder; runs/NAME by default.")] = None,
    resume: Annotated[
        Path | None, typer.Option("--resume", metavar="RUN", help="Go on with the training in this folder.")
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
    """Train a network by a recipe and keep it in a run folder.

    The folder gets run.toml, metrics.jsonl, checkpoint.safetensors and learned.safetensors. Ctrl-C leaves a run that
    --resume continues bit for bit.
    """
    if (recipe is None) == (resume is None):
        raise typer.BadParameter("give either a RECIPE or --resume RUN", param_hint="RECIPE")
    if resume is not None and (changes or data or out or seed is not None):
        raise typer.BadParameter(
            "a resumed run keeps its recipe; --set, --data, --out and --seed are not for it", param_hint="--resume"
        )
    if resume is not None:
        run, chosen = resume, _recipe_of_run(resume)
    else:
        assert recipe is not None
        chosen = _chosen_recipe(recipe, changes or [], data, seed)
        run = out or Path("runs") / chosen.name
    network = train_run(chosen, run, device, threads, anew=resume is None, tensorboard=tensorboard)
    _report(network, chosen, run, threads, as_json)


def train_run(
    recipe: Recipe, run: Path, device: str, threads: int, *, anew: bool = False, tensorboard: bool = False
) -> LearnedNetwork:
    """Train or go on in a run folder, with a progress bar; on Ctrl-C say how to go on. `anew` refuses a used folder."""
    from spikeloom.training.fit import check_device, train
    from spikeloom.training.reporter import Silent, telling
    from spikeloom.training.tensorboard import TensorBoard

    check_folder(run)
    dataset = _training_set(recipe)
    recipe.topology(dataset.value_shape, dataset.n_classes)  # what does not fit is refused before anything is shown
    check_device(device)
    if anew:
        _refuse_used(run)
    console.note(f"{recipe.name}: {recipe.train.epochs} epochs on {len(dataset):,} examples, into {run}")
    try:
        with telling(Silent() if console.is_quiet() else None, recipe.name, recipe.train.epochs) as told:
            reporter = TensorBoard(run, told) if tensorboard else told
            return train(recipe, dataset, run, device=device, threads=threads, reporter=reporter)
    except KeyboardInterrupt:
        console.note(f"stopped; go on with: spikeloom train --resume {shlex.quote(str(run))}")
        raise


def _chosen_recipe(source: str, changes: list[str], data: str | None, seed: int | None) -> Recipe:
    from spikeloom.training.recipe_files import load_recipe, with_data

    return with_data(load_recipe(source, changes if seed is None else [*changes, f"seed={seed}"]), data)


def _recipe_of_run(run: Path) -> Recipe:
    from spikeloom.training.checkpoint import load_checkpoint
    from spikeloom.training.files import CHECKPOINT_FILE
    from spikeloom.training.recipe_files import recorded_recipe

    if not (run / CHECKPOINT_FILE).exists():
        raise TrainingError(f"{run}: holds no training to go on with; name the run folder of one, such as runs/mnist-5")
    recipe = recorded_recipe(load_checkpoint(run / CHECKPOINT_FILE).network)
    _refuse_edited(run, recipe)
    return recipe


def _refuse_edited(run: Path, recipe: Recipe) -> None:
    """Refuse to go on where run.toml says otherwise than the training was begun with: it would be passed over."""
    from spikeloom.training.files import RECIPE_FILE
    from spikeloom.training.recipe_files import changes_between, load_recipe

    file = run / RECIPE_FILE
    found = load_recipe(file) if file.exists() else recipe
    if found != recipe:
        # a key that was deleted is no change that could be set, so it is told as what it was
        edited = changes_between(recipe, found) or [f"without {key}" for key in changes_between(found, recipe)]
        raise TrainingError(
            f"{file}: was edited ({', '.join(edited)}), but a training goes on as it was begun; undo that, or start "
            f"anew with: spikeloom train {file} --out ANOTHER"
        )


def _refuse_used(run: Path) -> None:
    from spikeloom.training.files import CHECKPOINT_FILE

    if (run / CHECKPOINT_FILE).exists():
        raise TrainingError(f"{run}: holds a training already; go on with --resume {run}, or choose another --out")


def _training_set(recipe: Recipe) -> Dataset:
    from spikeloom.data import load_dataset

    return load_dataset(recipe.data.source)


def _report(network: LearnedNetwork, recipe: Recipe, run: Path, threads: int, as_json: bool) -> None:
    """Measure the deployed network on the validation split, which is there to choose on, and print what was made."""
    from spikeloom.measure.evaluation import evaluate_network
    from spikeloom.notebook import plural
    from spikeloom.report.tables import percent
    from spikeloom.training.files import LEARNED_FILE
    from spikeloom.training.split import validation_split

    _, validation = validation_split(recipe, _training_set(recipe))
    ensembles = {1: 1} if network.is_certain else VALIDATION_MEMBERS
    results = evaluate_network(network, validation, ensembles, threads=threads)
    last = network.training["log"][-1]
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
