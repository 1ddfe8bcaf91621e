"""What was decided of every image of a data set: class, votes, ties and energy, and what follows from all together."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.data import DataLike
from spikeloom.deployment.deploy import deploy
from spikeloom.measure.accuracy import confusion_of
from spikeloom.measure.energy import PAPER_PROFILE, energy_per_image, named_profile
from spikeloom.measure.evaluation import check_data, interface_of_model, shown_data
from spikeloom.measure.votes import Progress, count_votes
from spikeloom.network.learned import LearnedNetwork
from spikeloom.value import Value


@dataclass(frozen=True, eq=False, repr=False)
class ByImage(Value):
    """Every image of a data set, in its order.

    labels, decided : (n_images,) int64
    shares : (n_images, n_classes) float64
        Votes of each class, of the most that it can have.
    tied : (n_images,) bool
    joules : (n_images,) float64
        Under the default profile.
    """

    class_names: tuple[str, ...]
    labels: np.ndarray
    decided: np.ndarray
    shares: np.ndarray
    tied: np.ndarray
    joules: np.ndarray

    @property
    def accuracy(self) -> float:
        """Share of images that were decided right."""
        return float((self.labels == self.decided).mean())

    @property
    def confusion(self) -> np.ndarray:
        """How often each label was decided as which class, (n_classes, n_classes) int64."""
        return confusion_of(self.labels, self.decided, len(self.class_names))

    @property
    def class_accuracy(self) -> dict[str, float]:
        """Accuracy of each class that has images."""
        counts = self.confusion
        images = counts.sum(1)
        return {name: float(counts[k, k] / images[k]) for k, name in enumerate(self.class_names) if images[k]}

    @property
    def costs(self) -> np.ndarray:
        """How far the decided class was above the right one, in shares of votes, (n_images,): 0 where it was right."""
        rows = np.arange(len(self.labels))
        return self.shares[rows, self.decided] - self.shares[rows, self.labels]

    def to_csv(self) -> str:
        """Give a table: image, label, decided class, tie, energy in joules, and the votes of each class."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(["image", "label", "decided", "tied", "joules", *(f"votes {name}" for name in self.class_names)])
        for image, shares in enumerate(self.shares):
            label, decided = (self.class_names[int(which[image])] for which in (self.labels, self.decided))
            row = [image, label, decided, int(self.tied[image]), f"{self.joules[image]:.6g}"]
            table.writerow([*row, *(f"{share:.6g}" for share in shares)])
        return text.getvalue()


def by_image(
    model: LearnedNetwork | ChipProgram,
    dataset: DataLike | None = None,
    members: int | None = None,
    *,
    seed: int = 0,
    backend: str = "fast",
    threads: int = 0,
    progress: Progress | None = None,
) -> ByImage:
    """Decide every image of a data set, as `simulate` does in its draw 0, and keep each.

    Parameters
    ----------
    dataset : Dataset, (images, labels), or the name or path of a data set, whose test split is taken
        By default what the model was trained on.
    members : int, optional
        Of a learned network, 1 by default.

    Raises
    ------
    DataError
        If the data do not have the shape or the classes of the model.
    ProgramError
        If members are asked of a program.
    """
    interface = interface_of_model(model)
    images = shown_data(interface, dataset)
    check_data(interface, images)
    program = deploy(model, members, seed)
    counted = count_votes(program, images.values, seed, backend=backend, threads=threads, progress=progress, each=True)
    decisions, (_, *costly) = counted.decisions, counted.by_example.T
    profile, ticks = named_profile(PAPER_PROFILE), interface.period
    costs = (energy_per_image(profile, program.n_cores, ticks, *counts) for counts in zip(*costly, strict=True))
    joules = np.array([cost.total for cost in costs])
    return ByImage(interface.class_names, images.labels, decisions.classes, decisions.shares, decisions.tied, joules)
