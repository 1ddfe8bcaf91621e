"""Jobs: plain pieces of a study that say by name what they need, so that any process or machine gives the same result.

A job is small. It names its model and data, which a worker loads once and keeps; both are checked by what they hold, so
that a worker that finds others in their place refuses.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from spikeloom.chip.program import ChipProgram
from spikeloom.data import Dataset, as_dataset
from spikeloom.deployment.deploy import deploy_members
from spikeloom.drift.ledger import Stage, drift_ledger
from spikeloom.errors import StudyError
from spikeloom.interface.part import Part
from spikeloom.interface.preparation import Preparation
from spikeloom.measure.faults import Fault
from spikeloom.measure.showings import Showing, votes_of
from spikeloom.measure.votes import Votes
from spikeloom.network.digest import digest_of
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.storage import load_learned, save_learned
from spikeloom.provenance import installed_version
from spikeloom.studies.pieces import load_ledger, load_votes, save_ledger, save_votes
from spikeloom.training.recipe import Recipe
from spikeloom.training.split import held_out_of
from spikeloom.zoo import load

SplitOrHeldOut = Literal["test", "train", "validation"]


class Shown(Part):
    """Which examples a model is shown.

    source : a known name, or the whole path of a folder or file
    split, held_out : "validation" is the share that the model's own recipe held out of the training set
    images : the first so many; all by default
    fingerprint : of the data set, which a worker compares
    """

    source: str
    preparation: Preparation = Preparation()
    split: SplitOrHeldOut = "test"
    held_out: float | None = None
    images: int | None = Field(default=None, ge=1)
    fingerprint: str


_PLACES: Any = {"model": True, "shown": {"source"}}  # digests say what lies there


class Job(Part):
    """A piece of a study, told apart from every other by its key."""

    version: str = Field(default_factory=installed_version)

    @property
    def key(self) -> str:
        """Give a name of letters and digits that no other job has, wherever its model and what that is shown lie."""
        told = f"{type(self).__name__} {self.model_dump_json(exclude=_PLACES)}"
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    @abstractmethod
    def done(self, threads: int) -> Any:
        """Give the result, which no number of threads changes."""

    @abstractmethod
    def keep(self, result: Any, path: Path) -> None:
        """Write a result, atomically."""

    @abstractmethod
    def kept(self, path: Path) -> Any:
        """Read a result; ArtefactError where it is damaged."""


class VotesJob(Job):
    """Votes of one member of a network, of a program, or of a whole ensemble with a fault.

    model : ``zoo:NAME`` or the whole path of a file
    digest : of what it holds
    seed : root of everything that is drawn
    member : of a network; None of a program
    members : of a network that is broken: its parts are drawn over all of them together
    """

    model: str
    digest: str
    shown: Shown
    seed: int
    member: int | None = None
    members: int = 1
    fault: str | None = None
    share: float = 0.0

    def done(self, threads: int) -> Votes:
        """Show the examples."""
        model = model_at(self.model, self.digest)
        values = examples(self.shown).values
        if self.fault is None:
            return votes_of(Showing(model, values, self.seed, self.member), threads=threads)
        whole = deploy_members(model, range(self.members), self.seed) if isinstance(model, LearnedNetwork) else model
        return votes_of(Showing(whole, values, self.seed, fault=Fault(self.fault, self.share)), threads=threads)

    def keep(self, result: Votes, path: Path) -> None:
        """Write the votes."""
        save_votes(result, path)

    def kept(self, path: Path) -> Votes:
        """Read the votes."""
        return load_votes(path)


class TrainingJob(Job):
    """A training of one recipe; of one thread, since their number changes what is learned by rounding."""

    recipe: Recipe
    fingerprint: str

    def done(self, threads: int) -> LearnedNetwork:
        """Train."""
        from spikeloom.training.fit import train
        from spikeloom.training.reporter import Silent

        dataset = as_dataset(self.recipe.data.source, "train", self.recipe.data.preparation)
        check_fingerprint(self.recipe.data.source, dataset, self.fingerprint)
        return train(self.recipe, dataset, threads=1, reporter=Silent())

    def keep(self, result: LearnedNetwork, path: Path) -> None:
        """Write the learned network."""
        save_learned(result, path)

    def kept(self, path: Path) -> LearnedNetwork:
        """Read the learned network."""
        return load_learned(path)


class DriftJob(Job):
    """The drift ledger of one network; see `spikeloom.drift.ledger`."""

    model: str
    digest: str
    shown: Shown
    seed: int

    def done(self, threads: int) -> list[Stage]:
        """Compare every stage."""
        network = model_at(self.model, self.digest)
        if not isinstance(network, LearnedNetwork):
            raise StudyError(f"{self.model}: is a program; drift begins with a learned network")
        shown = examples(self.shown)
        return list(drift_ledger(network, shown, seed=self.seed))

    def keep(self, result: list[Stage], path: Path) -> None:
        """Write the ledger."""
        save_ledger(result, path)

    def kept(self, path: Path) -> list[Stage]:
        """Read the ledger."""
        return load_ledger(path)


@lru_cache(maxsize=4)
def model_at(source: str, digest: str) -> LearnedNetwork | ChipProgram:
    """Give a model that holds what its digest says; StudyError where another lies there."""
    model = load(source)
    if digest_of(model) != digest:
        raise StudyError(f"{source}: is not the model that the study began with; put that one back, or begin another")
    return model


@lru_cache(maxsize=2)
def examples(shown: Shown) -> Dataset:
    """Give the examples of a job; errors as in `spikeloom.data.load_dataset`, StudyError where they are others."""
    whole = as_dataset(shown.source, "test" if shown.split == "test" else "train", shown.preparation)
    check_fingerprint(shown.source, whole, shown.fingerprint)
    if shown.held_out is not None:
        _, whole = held_out_of(whole, shown.held_out)
    return whole if shown.images is None else whole.take(slice(shown.images))


def check_fingerprint(source: str, dataset: Dataset, expected: str) -> None:
    """Refuse other data than a study began with."""
    if dataset.fingerprint != expected:
        raise StudyError(f"{source}: holds other data than when the study began; put those back, or begin another")
