"""What ``spikeloom train --resume`` finds in a run folder, and more epochs for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spikeloom.cli import console
from spikeloom.errors import TrainingError

if TYPE_CHECKING:
    from spikeloom.data import Dataset
    from spikeloom.network.learned import LearnedNetwork
    from spikeloom.training.recipe import Recipe


def recipe_of_run(run: Path) -> Recipe:
    """Give the recipe that a run is gone on with; TrainingError where it holds none, or its run.toml says otherwise."""
    from spikeloom.training.checkpoint import load_checkpoint
    from spikeloom.training.files import CHECKPOINT_FILE, LOCK_FILE, RECIPE_FILE
    from spikeloom.training.recipe_files import recorded_recipe

    if not (run / CHECKPOINT_FILE).exists():
        stopped = (run / LOCK_FILE).exists() or (run / RECIPE_FILE).exists()
        why = (
            "was stopped before its first checkpoint; start it again" if stopped else "holds no training to go on with"
        )
        raise TrainingError(f"{run}: {why}; --resume names the run folder of a training, such as runs/mnist-5")
    network = load_checkpoint(run / CHECKPOINT_FILE).network
    recipe = recorded_recipe(network)
    _refuse_edited(run, recipe, network)
    return recipe


def extended(run: Path, recipe: Recipe, epochs: int, dataset: Dataset) -> Recipe:
    """Go on for more epochs than the recipe had, and say by what schedule."""
    from spikeloom.training.resume import extend
    from spikeloom.training.step import AGAIN

    longer = extend(run, recipe, epochs, dataset)
    rate = f"{AGAIN:g} of the learning rate"
    console.note(f"{run}: goes on to {epochs} epochs; those that are added have a schedule of their own, at {rate}")
    return longer


def _refuse_edited(run: Path, recipe: Recipe, network: LearnedNetwork) -> None:
    """Refuse to go on where run.toml says otherwise than the training was begun with: it would be passed over."""
    from spikeloom.training.files import RECIPE_FILE
    from spikeloom.training.recipe_files import changed_recipe, changes_between, load_recipe

    file = run / RECIPE_FILE
    found = load_recipe(file) if file.exists() else recipe
    begun = network.training.get("begun", [])
    is_fresh = begun[-1:] == [len(network.training["log"])]
    if is_fresh and changed_recipe(found, {"train.epochs": recipe.train.epochs}) == recipe:
        found = recipe  # epochs were added, and a kill left the file as it was before
    if found != recipe:
        # a key that was deleted is no change that could be set, so it is told as what it was
        edited = changes_between(recipe, found) or [f"without {key}" for key in changes_between(found, recipe)]
        raise TrainingError(
            f"{file}: was edited ({', '.join(edited)}), but a training goes on as it was begun; undo that, or start "
            f"anew with: spikeloom train {file} --out ANOTHER"
        )
