"""One trial of a search: a changed recipe, trained and judged, wherever that is done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from spikeloom.data.datasets import Dataset
from spikeloom.errors import FitError, RecipeError, TrainingError
from spikeloom.frontier.space import Dimension, Space
from spikeloom.measure.evaluation import draws_that_differ, evaluate_network
from spikeloom.measure.measurement import Measurement
from spikeloom.network.learned import LearnedNetwork
from spikeloom.optional import needed
from spikeloom.training.recipe import Recipe
from spikeloom.training.recipe_files import as_toml, changed_recipe
from spikeloom.training.split import validation_split

_KILLED = {"FAIL": "its process was killed"}  # what else fails is pruned, and says why
_DRAWS = 3  # where there is something to draw


@dataclass(frozen=True)
class Trial:
    """One training: what was changed, and how it did.

    accuracy : of one deployed member on the validation split, mean over draws; None where it was not judged
    joules : an image, of the default energy profile
    why : it was not judged
    """

    number: int
    changes: Mapping[str, Any]
    cores: int | None = None
    accuracy: float | None = None
    joules: float | None = None
    why: str | None = None

    @property
    def is_judged(self) -> bool:
        """Whether its recipe fitted the cores and was trained to its end."""
        return self.accuracy is not None and self.joules is not None

    @property
    def told(self) -> str:
        """What was changed, and why it was not judged where it was not."""
        changed = ", ".join(f"{key}={_rounded(value)}" for key, value in self.changes.items())
        return changed if self.why is None else f"{changed}: {self.why}"


def _rounded(value: Any) -> str:
    """Give a value with as many digits as tell trials apart."""
    return f"{value:.4g}" if isinstance(value, float) else as_toml(value)


@dataclass(frozen=True)
class Judged:
    """A trial with what it trained; nothing where it was not judged."""

    trial: Trial
    recipe: Recipe | None = None
    network: LearnedNetwork | None = None


@dataclass(frozen=True)
class TrialJob:
    """The next trial of a study that Optuna's storage holds: whoever does it asks there what to try, and tells it back.

    storage : of trials
    study : its name in the storage
    seed : of the guess
    key : tells it from other jobs of the search
    """

    space: Space
    base: Recipe
    dataset: Dataset
    storage: Path
    study: str
    seed: int
    key: str

    def done(self, threads: int) -> Judged:
        """Try, and give what came of it."""
        optuna = needed("optuna", "spikeloom[frontier]")
        optuna.logging.set_verbosity(optuna.logging.CRITICAL)  # of a trial that is stopped it would print a traceback
        # of several trials at once, each takes those that go on for as bad as any, so that they try different things
        sampler = optuna.samplers.TPESampler(seed=self.seed, constant_liar=True)
        heard: list[Judged] = []
        with opened(self.storage) as storage:
            study = optuna.load_study(study_name=self.study, storage=storage, sampler=sampler)
            try:
                study.optimize(lambda trial: self._judge(trial, heard, threads), n_trials=1)
            except UnboundLocalError as error:  # what Optuna makes of Ctrl-C in its own lines
                raise KeyboardInterrupt from error
        return heard[0]

    def _judge(self, trial: Any, heard: list[Judged], threads: int) -> tuple[float, float]:
        changes = {key: _suggested(trial, key, dimension) for key, dimension in self.space.space.items()}
        trial.set_user_attr("changes", changes)
        try:
            recipe = changed_recipe(self.base, changes)
            recipe.topology(self.dataset.value_shape, self.dataset.n_classes)  # refuse before any training
            network, found = judged(recipe, self.dataset, threads)
        except (FitError, RecipeError, TrainingError) as error:
            trial.set_user_attr("why", str(error))
            heard.append(Judged(Trial(trial.number, changes, why=str(error))))
            raise needed("optuna", "spikeloom[frontier]").TrialPruned(str(error)) from error
        trial.set_user_attr("cores", found.cores)
        joules = found.energy().total
        heard.append(Judged(Trial(trial.number, changes, found.cores, found.accuracy, joules), recipe, network))
        return found.accuracy, joules


def judged(recipe: Recipe, dataset: Dataset, threads: int = 0) -> tuple[LearnedNetwork, Measurement]:
    """Train a recipe, and give the network and what it does on the validation split when it is deployed."""
    from spikeloom.training.fit import train
    from spikeloom.training.reporter import Silent

    network = train(recipe, dataset, threads=threads, reporter=Silent())
    _, validation = validation_split(recipe, dataset)
    return network, evaluate_network(network, validation, {1: draws_that_differ(network, _DRAWS)}, threads=threads)[1]


@contextmanager
def opened(storage: Path) -> Iterator[Any]:
    """Open a file of trials as Optuna's storage, and close its connections in the end, which Optuna leaves open."""
    # whatever the file's name holds: SQLAlchemy and SQLite each take a quoting away
    address = f"sqlite:///file:{quote(quote(str(storage.resolve())))}?uri=true"
    with closing(sqlite3.connect(storage)) as file:  # of what is no database Optuna would leave a connection open
        file.execute("PRAGMA schema_version")
    kept = needed("optuna", "spikeloom[frontier]").storages.RDBStorage(address)
    try:
        yield kept
    finally:
        kept.remove_session()
        kept.engine.dispose()


def told_by(trial: Any) -> Trial:
    """Give a trial as Optuna's storage tells it."""
    accuracy, joules = trial.values or (None, None)
    told = trial.user_attrs
    why = told.get("why", _KILLED.get(trial.state.name))
    return Trial(trial.number, told.get("changes", {}), told.get("cores"), accuracy, joules, why)


def _suggested(trial: Any, key: str, dimension: Dimension) -> Any:
    if dimension.choices:
        return dimension.choices[trial.suggest_int(key, 0, len(dimension.choices) - 1)]
    if isinstance(dimension.low, int) and isinstance(dimension.high, int):
        return trial.suggest_int(key, dimension.low, dimension.high, log=dimension.log)
    return trial.suggest_float(key, dimension.low, dimension.high, log=dimension.log)
