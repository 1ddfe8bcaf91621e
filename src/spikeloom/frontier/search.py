"""Search over recipes and topologies for accuracy and energy, on the validation split alone; a search can go on.

A space is a TOML file: a recipe, and for each of its keys a range or a list of choices.

    recipe = "mnist-5-deployed"
    [space]
    "train.learning_rate" = { low = 0.001, high = 0.02, log = true }
    "layers" = { choices = [[{ window = 16, stride = 12 }, { window = 2 }], [{ window = 14, stride = 14 }]] }
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import Field, ValidationError, model_validator

from spikeloom.data.datasets import Dataset
from spikeloom.errors import FitError, RecipeError, TrainingError
from spikeloom.interface.part import Part
from spikeloom.kinds import described
from spikeloom.measure.evaluation import draws_that_differ, evaluate_network
from spikeloom.measure.measurement import Measurement
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.storage import save_learned
from spikeloom.optional import needed
from spikeloom.reading import TEXT_MAX, parse_toml, read_bytes
from spikeloom.training.hold import held
from spikeloom.training.recipe import Recipe
from spikeloom.training.recipe_files import as_toml, changed_recipe, recipe_toml
from spikeloom.training.split import validation_split
from spikeloom.writing import write_atomically

TRIALS_FILE, BEST_FOLDER = "trials.sqlite", "best"
_DRAWS = 3  # where there is something to draw


_Number = Annotated[int, Field(ge=-(2**53), le=2**53)] | float  # whole numbers that floating point holds


class Dimension(Part):
    """What a key may be: a number between two, or one of some choices."""

    low: _Number | None = None
    high: _Number | None = None
    log: bool = False
    choices: tuple[Any, ...] = ()

    @model_validator(mode="after")
    def _is_one_kind(self) -> Dimension:
        if bool(self.choices) == (self.low is not None and self.high is not None):
            raise ValueError("give low and high, or choices")
        if self.choices and {"low", "high", "log"} & self.model_fields_set:
            raise ValueError("low, high and log go with a range, and choices without them")
        if not self.choices:
            assert self.low is not None
            assert self.high is not None
            if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
                raise ValueError(f"low {self.low} and high {self.high}; low must be below high")
            if not math.isfinite(float(self.high) - float(self.low)):
                raise ValueError(f"low {self.low} and high {self.high} are too far apart; take nearer ones")
            if self.log and self.low <= 0:
                raise ValueError(f"low {self.low} on a logarithmic scale; it must be above 0")
        return self


class Space(Part):
    """A recipe, and what may be changed in it."""

    recipe: str
    space: dict[str, Dimension] = Field(min_length=1)


@dataclass(frozen=True)
class Trial:
    """One training: what was changed, and how it did.

    accuracy : of one deployed member on the validation split, mean over draws; None where the recipe did not fit
    joules : an image, of the default energy profile
    """

    number: int
    changes: Mapping[str, Any]
    cores: int | None = None
    accuracy: float | None = None
    joules: float | None = None

    @property
    def fits(self) -> bool:
        """Whether its recipe fitted the cores, so that it was judged."""
        return self.accuracy is not None and self.joules is not None

    @property
    def told(self) -> str:
        """What was changed, as ``--set`` takes it."""
        return ", ".join(f"{key}={_rounded(value)}" for key, value in self.changes.items())


def _rounded(value: Any) -> str:
    """Give a value with as many digits as tell trials apart."""
    return f"{value:.4g}" if isinstance(value, float) else as_toml(value)


def load_space(path: Path) -> Space:
    """Read a space; RecipeError where it is not one."""
    try:
        return Space.model_validate(parse_toml(read_bytes(path, TEXT_MAX).decode("utf-8-sig")))
    except OSError as error:
        raise RecipeError(f"space {path}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        problem = error.errors()[0]
        dotted = problem["type"] == "extra_forbidden" and problem["loc"][0] == "space" and len(problem["loc"]) > 2
        hint = f'; write keys of a recipe in quotes: "{".".join(map(str, problem["loc"][1:]))}"' if dotted else ""
        raise RecipeError(f"space {path}: {described(problem)}{hint}") from error
    except ValueError as error:  # a ValidationError is one, too, and comes first
        raise RecipeError(f"space {path}: is not TOML: {error}") from error


def search(
    space: Space,
    base: Recipe,
    dataset: Dataset,
    folder: Path,
    trials: int,
    hear: Callable[[Trial], None],
    seed: int = 0,
    threads: int = 0,
) -> tuple[list[Trial], list[Trial]]:
    """Train and judge `trials` more changed recipes; give all that the folder holds, and the best of them.

    A trial is judged in two directions, the accuracy of the deployed network on the validation split and its energy;
    the best are those that no other beats in both. Of every number of cores the one with the highest accuracy is kept,
    recipe and network; see `best_files`.

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
    with held(folder):
        return _search(space, base, dataset, folder, trials, hear, seed, threads)


def _search(
    space: Space,
    base: Recipe,
    dataset: Dataset,
    folder: Path,
    trials: int,
    hear: Callable[[Trial], None],
    seed: int,
    threads: int,
) -> tuple[list[Trial], list[Trial]]:
    optuna, storage = needed("optuna", "spikeloom[frontier]"), folder / TRIALS_FILE
    study = _study(space, base, dataset, storage, seed)

    def objective(trial: Any) -> tuple[float, float]:
        changes = {key: _suggested(trial, key, dimension) for key, dimension in space.space.items()}
        trial.set_user_attr("changes", changes)
        try:
            recipe = changed_recipe(base, changes)
            recipe.topology(dataset.value_shape, dataset.n_classes)  # refuse before any training
            network, found = judged(recipe, dataset, threads)
        except (FitError, RecipeError, TrainingError) as error:
            hear(Trial(trial.number, changes))
            raise _pruned(str(error)) from error
        trial.set_user_attr("cores", found.cores)
        joules = found.energy().total
        _keep_best(network, recipe, found, study, folder)
        hear(Trial(trial.number, changes, found.cores, found.accuracy, joules))
        return found.accuracy, joules

    optuna.logging.set_verbosity(optuna.logging.CRITICAL)  # of a trial that is stopped it would print a traceback
    try:
        study.optimize(objective, n_trials=trials)
    except UnboundLocalError as error:  # what Optuna makes of Ctrl-C in its own lines
        raise KeyboardInterrupt from error
    return [_trial(trial) for trial in study.trials], [_trial(trial) for trial in study.best_trials]


def judged(recipe: Recipe, dataset: Dataset, threads: int = 0) -> tuple[LearnedNetwork, Measurement]:
    """Train a recipe, and give the network and what it does on the validation split when it is deployed."""
    from spikeloom.training.fit import train
    from spikeloom.training.reporter import Silent

    network = train(recipe, dataset, threads=threads, reporter=Silent())
    _, validation = validation_split(recipe, dataset)
    return network, evaluate_network(network, validation, {1: draws_that_differ(network, _DRAWS)}, threads=threads)[1]


def best_files(folder: Path, trials: Sequence[Trial]) -> list[Path]:
    """Give the files of the best of these trials of every number of cores: its recipe and its network."""
    sizes = {f"{trial.cores}-cores" for trial in trials if trial.fits}
    return sorted(path for path in (folder / BEST_FOLDER).glob("*-cores.*") if path.stem in sizes)


def _keep_best(network: LearnedNetwork, recipe: Recipe, found: Measurement, study: Any, folder: Path) -> None:
    """Write recipe and network of a trial that is better than every earlier one of this study of as many cores."""
    earlier = [_trial(trial) for trial in study.trials if trial.values]
    if all(found.accuracy > (trial.accuracy or 0) for trial in earlier if trial.cores == found.cores):
        place = folder / BEST_FOLDER / f"{found.cores}-cores.toml"
        save_learned(network, place.with_suffix(".safetensors"))  # first, since it has its recipe in it
        write_atomically(place, recipe_toml(recipe).encode())


def _study(space: Space, base: Recipe, dataset: Dataset, storage: Path, seed: int) -> Any:
    """Give the study that the storage holds of this space, or a new one."""
    optuna = needed("optuna", "spikeloom[frontier]")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage.parent.mkdir(parents=True, exist_ok=True)
    # trials of other data, of another space, or of a recipe that has changed, are another study
    told = json.dumps([base.model_dump(mode="json"), space.model_dump(mode="json"), dataset.fingerprint])
    name = f"{space.recipe} {hashlib.sha256(told.encode()).hexdigest()[:12]}"
    try:
        study = optuna.create_study(
            # as a file's address, since a path could hold what has a meaning in one; SQLAlchemy and SQLite each take
            # one quoting away
            storage=f"sqlite:///file:{quote(quote(str(storage.resolve())))}?uri=true",
            study_name=name,
            directions=["maximize", "minimize"],  # deployed accuracy, joules
            load_if_exists=True,
        )
    except Exception as error:  # whatever the storage raises
        raise RecipeError(f"search: {storage} is no file of trials ({type(error).__name__}); move it away") from error
    for trial in study.get_trials(states=[optuna.trial.TrialState.RUNNING]):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)  # the process that ran it was killed
    # another seed for a search that goes on, so that it does not repeat its first guesses
    study.sampler = optuna.samplers.TPESampler(seed=seed + len(study.trials))
    return study


def _pruned(reason: str) -> Exception:
    pruned: Exception = needed("optuna", "spikeloom[frontier]").TrialPruned(reason)
    return pruned


def _trial(trial: Any) -> Trial:
    accuracy, joules = trial.values or (None, None)
    return Trial(trial.number, trial.user_attrs.get("changes", {}), trial.user_attrs.get("cores"), accuracy, joules)


def _suggested(trial: Any, key: str, dimension: Dimension) -> Any:
    if dimension.choices:
        return dimension.choices[trial.suggest_int(key, 0, len(dimension.choices) - 1)]
    if isinstance(dimension.low, int) and isinstance(dimension.high, int):
        return trial.suggest_int(key, dimension.low, dimension.high, log=dimension.log)
    return trial.suggest_float(key, dimension.low, dimension.high, log=dimension.log)
