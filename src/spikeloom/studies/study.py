"""A study: what is measured over and over, written as a TOML file; its jobs, and the fold over their results.

name = "sharpening"
recipes = ["mnist-5", "mnist-5-deployed"]
seeds = [0, 1, 2]
members = [1, 4, 16]
draws = 3
split = "validation"
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from spikeloom.chip.program import ChipProgram
from spikeloom.data import NAMES, Dataset, as_dataset
from spikeloom.data.readers import Split
from spikeloom.data.tonic import PREFIX as TONIC
from spikeloom.deployment.deploy import check_members
from spikeloom.drift.ledger import Stage
from spikeloom.errors import DataError, StudyError
from spikeloom.interface.part import Part, part_in
from spikeloom.measure.evaluation import check_data, draws_that_differ, interface_of_model, measurement_of
from spikeloom.measure.faults import FAULTS
from spikeloom.measure.held_out import share_held_out
from spikeloom.measure.measurement import Measurement
from spikeloom.measure.showings import fold, members_of_draws
from spikeloom.network.digest import digest_of
from spikeloom.network.learned import LearnedNetwork
from spikeloom.randomness.streams import seed_of_draw
from spikeloom.studies.job import DriftJob, Job, Shown, SplitOrHeldOut, TrainingJob, VotesJob, examples
from spikeloom.studies.keep import Hear, kept_or_done, pieces
from spikeloom.training.recipe_files import changed_recipe, load_recipe, with_data
from spikeloom.zoo import PREFIX, load

_JOBS_MAX = 1_000_000  # of a model: what lists of them may take of memory, and anybody's patience

Share = Annotated[float, Field(ge=0, le=1)]


class Study(Part):
    """What is measured: every model, and every recipe trained by every seed, in every way."""

    name: str = Field(pattern=r"^\w[\w.-]*$", description="also the name of its folder")
    models: tuple[Annotated[str, Field(pattern=r"^[^\x00]+$")], ...] = Field(
        default=(), description="files, run folders' networks, or zoo:NAME"
    )
    recipes: tuple[str, ...] = Field(default=(), description="names or files, trained first")
    seeds: tuple[Annotated[int, Field(ge=0, lt=2**32)], ...] = Field(
        default=(0,), min_length=1, description="of trainings"
    )
    set: dict[str, Any] = Field(default={}, description="keys of every recipe that are changed")
    data: str | None = Field(default=None, description="in place of what models were trained on")
    split: SplitOrHeldOut = Field(default="validation", description="on which they are measured")
    images: int | None = Field(default=None, ge=1, description="of the split; all by default")
    members: tuple[Annotated[int, Field(ge=1, le=2**16)], ...] = Field(
        default=(1,), min_length=1, description="of ensembles"
    )
    draws: int = Field(default=1, ge=1, le=2**16, description="of every ensemble")
    faults: dict[str, tuple[Share, ...]] = Field(default={}, description="shares of each that are broken")
    drift: int = Field(default=0, ge=0, description="images of a drift ledger for each network")
    seed: int = Field(default=0, ge=0, lt=2**32, description="root of the draws")

    @model_validator(mode="after")
    def _is_of_something(self) -> Study:
        for key in ("models", "recipes", "seeds", "members"):
            named = getattr(self, key)
            if len(set(named)) < len(named):
                raise ValueError(f"{key}: {max(named, key=named.count)} stands there twice")
        if not self.models and not self.recipes:
            raise ValueError("names no models and no recipes; give one of them at least")
        if max(self.members) * self.draws * len(_ways(self)) > _JOBS_MAX:
            raise ValueError(f"members, draws and faults are over {_JOBS_MAX:,} jobs a model; take fewer")
        unknown = sorted(set(self.faults) - set(FAULTS))
        if unknown:
            raise ValueError(f"faults: '{unknown[0]}' is none; there are {', '.join(FAULTS)}")
        return self


@dataclass(frozen=True)
class Line:
    """One line of a study's table: a model, whole or with a share of it broken, and what was measured of it."""

    model: str
    measurement: Measurement
    fault: str | None = None
    share: float = 0.0

    @property
    def way(self) -> str:
        """What of the model is broken, in words; nothing of a whole one."""
        return "" if self.fault is None else f"{self.fault} {self.share * 100:g} %"


@dataclass(frozen=True)
class Found:
    """What a study found: lines, and a drift ledger for each network where that was asked for."""

    lines: tuple[Line, ...]
    drift: Mapping[str, Sequence[Stage]]


@dataclass(frozen=True)
class _Model:
    """A model by name, of which draws and examples are known."""

    name: str
    source: str
    model: LearnedNetwork | ChipProgram
    digest: str
    shown: Shown
    examples: Dataset


def load_study(path: Path) -> Study:
    """Read a study; StudyError where it is none."""
    return part_in(path, Study, "study", StudyError)


def training_jobs(study: Study) -> list[TrainingJob]:
    """Give the trainings of a study: every recipe by every seed."""
    jobs = []
    for name in study.recipes:
        recipe = with_data(changed_recipe(load_recipe(name), study.set), study.data)
        fingerprint = as_dataset(recipe.data.source, "train", recipe.data.preparation).fingerprint
        for seed in study.seeds:
            jobs.append(TrainingJob(recipe=recipe.model_copy(update={"seed": seed}), fingerprint=fingerprint))
    return jobs


def run(study: Study, folder: Path, hear: Hear, *, workers: int = 0, dask: str | None = None) -> Found:
    """Do what a study asks for and is not done yet, and give what all of it found.

    Parameters
    ----------
    folder : Path
        Keeps the result of every job; another call goes on with them.
    hear : callable
        Hears of each job that is done.
    workers, dask
        As in `spikeloom.studies.workers.done`; whichever they are, what is found is the same.

    Raises
    ------
    StudyError
        If the workers are lost, or have other models or data in the places that are named.
    """
    folder = folder.resolve()  # workers may run elsewhere
    trainings = training_jobs(study)
    trained = pieces("training", trainings, folder, hear, workers=workers, dask=dask)
    labels = [f"{name.removesuffix('.toml')}, seed {seed}" for name in study.recipes for seed in study.seeds]
    sources = [(label, str(place)) for label, place in zip(labels, trained, strict=True)]
    sources += [(name, name if name.startswith(PREFIX) else os.path.realpath(name)) for name in study.models]
    models = [_prepared(study, name, source) for name, source in sources]
    jobs = [job for each in models for job in _jobs(study, each)]
    found = kept_or_done("measuring", jobs, folder, hear, workers=workers, dask=dask)
    lines, drift = [], {}
    for each in models:
        lines += [line for way in _ways(study) for line in _lines(study, each, way, found)]
        if _drifts(study, each):
            drift[each.name] = next(found)
    return Found(tuple(lines), drift)


def _prepared(study: Study, name: str, source: str) -> _Model:
    """Load a model and what it is shown, and refuse what does not go together before any work."""
    model = load(source)
    interface, told = interface_of_model(model), digest_of(model)
    origin = _whole(study.data) if study.data else interface.data.source if interface.data else None
    if origin is None:
        raise DataError(f"{name}: does not say what it was trained on; name data in the study")
    split: Split = "test" if study.split == "test" else "train"
    fingerprint = as_dataset(origin, split, interface.preparation).fingerprint
    held_out = share_held_out(model, name) if study.split == "validation" else None
    shown = Shown(
        source=origin, preparation=interface.preparation, split=study.split, held_out=held_out, images=study.images,
        fingerprint=fingerprint,
    )  # fmt: skip
    there = examples(shown)
    check_data(interface, there)
    if study.faults and isinstance(model, LearnedNetwork):
        check_members(model, max(study.members))  # a fault is drawn over all of them together
    return _Model(name, source, model, told, shown, there)


def _whole(source: str) -> str:
    """Give data by a path that holds in any folder; a name as it is."""
    return source if source in NAMES or source.startswith(TONIC) else os.path.realpath(source)


def _ways(study: Study) -> list[tuple[str | None, float]]:
    """Give every fault and share; the whole model first."""
    return [(None, 0.0), *((fault, share) for fault, shares in study.faults.items() for share in shares)]


def _jobs(study: Study, each: _Model) -> Iterator[Job]:
    """Give a model's jobs: for every draw its members, or, where it is broken, for every size its draws; and drift."""
    is_network = isinstance(each.model, LearnedNetwork)
    job = partial(VotesJob, model=each.source, digest=each.digest, shown=each.shown)
    for fault, share in _ways(study):
        ensembles = _ensembles(study, each, fault)
        if fault is None:
            for draw, n_members in enumerate(members_of_draws(ensembles)):
                for member in range(n_members):
                    seed = seed_of_draw(study.seed, draw)
                    yield job(seed=seed, member=member if is_network else None)
            continue
        for size, draws in ensembles.items():
            for draw in range(draws):
                seed = seed_of_draw(study.seed, draw)
                yield job(seed=seed, members=size, fault=fault, share=share)
    if _drifts(study, each):
        shown = each.shown.model_copy(update={"images": min(study.drift, len(each.examples))})
        yield DriftJob(model=each.source, digest=each.digest, shown=shown, seed=study.seed)


def _lines(study: Study, each: _Model, way: tuple[str | None, float], votes: Iterator[Any]) -> Iterator[Line]:
    """Put together the votes of one way of a model, which come in the order of its jobs."""
    ensembles = _ensembles(study, each, way[0])
    whole = fold(votes, ensembles) if way[0] is None else {}
    for size, draws in ensembles.items():
        counted = whole[size] if way[0] is None else list(islice(votes, draws))
        members = size if isinstance(each.model, LearnedNetwork) else len(each.model.members)
        yield Line(each.name, measurement_of(each.model, counted, members, each.examples), *way)


def _ensembles(study: Study, each: _Model, fault: str | None) -> dict[int, int]:
    """Give the draws of every size; a program has one size, and what has no chance in it one draw while it is whole."""
    draws = study.draws if fault is not None else draws_that_differ(each.model, study.draws)
    return dict.fromkeys(study.members if isinstance(each.model, LearnedNetwork) else (1,), draws)


def _drifts(study: Study, each: _Model) -> bool:
    return study.drift > 0 and isinstance(each.model, LearnedNetwork)
