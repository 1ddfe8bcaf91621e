"""One measured ensemble: accuracy over draws, and what an image cost in spikes, events, hops and crossings."""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from spikeloom.measure.accuracy import interval_95
from spikeloom.measure.energy import PAPER_PROFILE, Energy, Profile, energy_per_image, named_profile, shipped_profiles
from spikeloom.notebook import facts_html, plural


class Measurement(BaseModel):
    """What was measured of a program or of samples of a network, on one data set.

    members, cores : of the whole ensemble
    ticks_per_image : from one image to the next
    decided_ticks : from the first tick of an image to its decision, both included
    redrawn : what differs between draws, "synapses and inputs", "synapses" or "inputs"; None where nothing is drawn
    images : of the data set
    accuracies : one a draw
    tie_rate : share of images on which classes tied, mean over draws
    path : how the simulator ran, "streaming" or "general"
    confusion : how often each label was decided as which class, over all draws; empty where it was not kept
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    members: int = Field(ge=1)
    cores: int = Field(ge=1)
    ticks_per_image: int = Field(ge=1)
    latency_ticks: int = Field(ge=1)
    decided_ticks: int = Field(ge=1)
    redrawn: str | None
    images: int = Field(ge=1)
    accuracies: tuple[float, ...] = Field(min_length=1)
    tie_rate: float
    spikes_per_image: float
    events_per_image: float
    hops_per_image: float
    crossings_per_image: float = 0.0
    path: str
    confusion: tuple[tuple[int, ...], ...] = ()

    def __repr__(self) -> str:
        """Give one line: accuracy, energy, and of what."""
        low, high = self.interval
        return (
            f"Measurement({self.accuracy:.2%} ({low:.2%} to {high:.2%}) of {plural(self.images, 'image')}, "
            f"{plural(self.draws, 'draw')}, "
            f"{self.energy().total * 1e6:.3g} uJ an image, "
            f"{plural(self.cores, 'core')} of {plural(self.members, 'member')})"
        )

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        (low, high), (least, most) = self.interval, self.energy_range
        facts = {
            "accuracy": f"{self.accuracy:.2%}, 95 % interval {low:.2%} to {high:.2%}",
            "images": f"{self.images:,}",
            "draws": f"{self.draws} of {self.redrawn}" if self.redrawn else "1, since nothing is drawn",
            "energy an image": f"{self.energy().total * 1e6:.3g} uJ ({least * 1e6:.3g} to {most * 1e6:.3g}), modelled",
            "cores, members": f"{self.cores:,}, {self.members}",
        }
        return facts_html("Measurement", facts)

    @property
    def figures(self) -> Measurement:
        """The same without the table of classes, as cards keep it."""
        return self.model_copy(update={"confusion": ()})

    @property
    def class_accuracy(self) -> tuple[float | None, ...]:
        """Accuracy of each class over all draws; None where it has no images, and of nothing where it was not kept."""
        return tuple(row[label] / sum(row) if sum(row) else None for label, row in enumerate(self.confusion))

    @property
    def draws(self) -> int:
        """Draws that were measured."""
        return len(self.accuracies)

    @property
    def accuracy(self) -> float:
        """Mean accuracy over the draws."""
        return float(np.mean(self.accuracies))

    @property
    def accuracy_std(self) -> float | None:
        """Standard deviation over the draws; None of a single one."""
        return float(np.std(self.accuracies, ddof=1)) if self.draws > 1 else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the mean accuracy, for the images that were drawn into the data set."""
        return interval_95(self.accuracy, self.images)

    def energy(self, profile: str | Profile = PAPER_PROFILE) -> Energy:
        """Energy of one image in joules under a profile, or a shipped one by name; DataError where there is none."""
        chosen = named_profile(profile) if isinstance(profile, str) else profile
        counted = (self.events_per_image, self.hops_per_image, self.crossings_per_image)
        return energy_per_image(chosen, self.cores, self.ticks_per_image, *counted)

    @property
    def energy_range(self) -> tuple[float, float]:
        """Least and most joules of an image under the shipped profiles: how far the model itself is unsure."""
        totals = [self.energy(profile).total for profile in shipped_profiles().values()]
        return min(totals), max(totals)
