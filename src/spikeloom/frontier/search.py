"""Search over recipes and topologies for accuracy and energy, on the validation split alone; a search can go on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spikeloom.data.datasets import Dataset
from spikeloom.errors import RecipeError
from spikeloom.frontier.kept import keep_best, kept_files
from spikeloom.frontier.space import Space
from spikeloom.frontier.trial import Judged, Trial, TrialJob, opened, told_by
from spikeloom.optional import needed
from spikeloom.studies.workers import done
from spikeloom.training.hold import held
from spikeloom.training.recipe import Recipe
from spikeloom.training.recipe_files import changed_recipe

TRIALS_FILE, BEST_FOLDER = "trials.sqlite", "best"


@dataclass(frozen=True)
class Searched:
    """What a search has found so far: all trials, those that no other beats, and the files of the best of each size."""

    trials: list[Trial]
    best: list[Trial]
    files: list[Path]


def search(
    space: Space,
    base: Recipe,
    dataset: Dataset,
    folder: Path,
    trials: int,
    hear: Callable[[Trial], None],
    seed: int = 0,
    threads: int = 0,
    workers: int = 0,
) -> Searched:
    """Train and judge `trials` more changed recipes, and give all that the folder holds of this search.

    Another space, another recipe or other data are another search, which the same folder may hold beside it.

    A trial is judged in two directions, the accuracy of the deployed network on the validation split and its energy;
    the best are those that no other beats in both. Of every number of cores the one with the highest accuracy is kept,
    recipe and network.

    Parameters
    ----------
    space : Space
    base : Recipe
        That of the space, naming the data.
    dataset : Dataset
        The training set; recipes hold their validation split out of it.
    folder : Path
        Of trials; where it holds some already they are gone on with.
    hear : callable
        Hears each trial as it ends.
    workers : int
        Processes that try at once, of a thread each, with Optuna's storage between them; 0 is this process.

    Raises
    ------
    RecipeError
        If a key of the space does not exist.
    PeerError
        If Optuna is not installed.
    """
    for key, dimension in space.space.items():
        if key == "data" or key.startswith("data."):
            raise RecipeError(f"space: {key}: trials are compared on the same data; name those with --data")
        if not dimension.choices:  # an unknown key is refused before any trial; choices may need one another
            changed_recipe(base, {key: dimension.low})
    storage = folder / TRIALS_FILE
    with held(folder), _study(space, base, dataset, storage) as study:
        best = folder / BEST_FOLDER / study.study_name.rsplit(maxsplit=1)[-1]
        first = len(study.trials)  # other seeds for a search that goes on, so that it does not repeat its guesses
        jobs = [
            TrialJob(space, base, dataset, storage, study.study_name, seed + number, str(number))
            for number in range(first, first + trials)
        ]
        for found in _found(jobs, threads, workers):
            keep_best(found, _trials(study.trials), best)
            hear(found.trial)
        return Searched(_trials(study.trials), _trials(study.best_trials), kept_files(best))


def _trials(told: Sequence[Any]) -> list[Trial]:
    return [told_by(trial) for trial in told]


def _found(jobs: Sequence[TrialJob], threads: int, workers: int) -> Iterator[Judged]:
    if workers:
        yield from (found for _, found in done(jobs, workers))
    else:
        yield from (job.done(threads) for job in jobs)


@contextmanager
def _study(space: Space, base: Recipe, dataset: Dataset, storage: Path) -> Iterator[Any]:
    """Open the study that the storage holds of this space, or a new one."""
    optuna = needed("optuna", "spikeloom[frontier]")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage.parent.mkdir(parents=True, exist_ok=True)
    # trials of other data, of another space, or of a recipe that has changed, are another study
    told = json.dumps([base.model_dump(mode="json"), space.model_dump(mode="json"), dataset.fingerprint])
    name = f"{space.recipe} {hashlib.sha256(told.encode()).hexdigest()[:12]}"
    with ExitStack() as closing:
        try:
            study = optuna.create_study(
                storage=closing.enter_context(opened(storage)),
                study_name=name,
                directions=["maximize", "minimize"],  # deployed accuracy, joules
                load_if_exists=True,
            )
        except Exception as error:  # whatever the storage raises
            message = f"search: {storage} is no file of trials ({type(error).__name__}); move it away"
            raise RecipeError(message) from error
        for trial in study.get_trials(states=[optuna.trial.TrialState.RUNNING]):
            study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
        yield study
