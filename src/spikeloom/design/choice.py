"""Which coding a data set gets: the one that decides most of the validation split after a short training."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from spikeloom.data import DataLike, Dataset, as_dataset, load_dataset
from spikeloom.design.codings import codings_for
from spikeloom.design.recipe import recipe_values
from spikeloom.design.topologies import Design, designs
from spikeloom.errors import FitError
from spikeloom.interface import Preparation
from spikeloom.training.recipe import Recipe
from spikeloom.training.recipe_files import recipe_of

TRIAL_EPOCHS = 1 / 10  # of the epochs, when codings are compared


def design_recipe(data: DataLike, cores: int, *, preparation: Preparation = Preparation(), threads: int = 0) -> Recipe:
    """Give a recipe for data and a budget of cores; the validation split chooses the coding, by short trainings.

    Parameters
    ----------
    data : Dataset, (images, labels), or the name or path of a data set, whose training split is taken
    preparation : Preparation, optional
        Of a name or path: size and colours of pictures, sensor and ticks of recordings.

    Raises
    ------
    FitError
        If nothing fits; the message says what would.
    """
    # arrays stay what they are; a source can be read in grey, and the recipe then says so
    named = isinstance(data, str | Path)
    dataset, design = choose(as_dataset(data, "train", preparation), cores, threads=threads, in_grey=named)
    return recipe_of(recipe_values(dataset, design), "of the design")


def choose(
    dataset: Dataset,
    cores: int,
    delays: Sequence[int] | None = None,
    ticks: int = 1,
    voting: int | None = None,
    *,
    threads: int = 0,
    hear: Callable[[Design, float, int], None] = lambda design, accuracy, epochs: None,
    in_grey: bool = True,
) -> tuple[Dataset, Design]:
    """Give the largest design under the coding that decides most of the validation split after a short training.

    Pictures of colours are tried in grey too, whose neurons see three times as many pixels; so the data come back as
    they are to be read.

    Parameters
    ----------
    delays, ticks, voting
        As of `designs`.
    hear : callable
        Hears each design, its validation accuracy and the epochs of its training.
    in_grey : bool
        Whether the data may be read anew, in grey: they are the whole training set of their source.
    """
    candidates = []
    for data in (dataset, *(_in_grey(dataset) if in_grey else [])):
        for coding in codings_for(data):
            with suppress(FitError):  # more lines than the budget can see
                candidates.append((data, designs(data, cores, coding, delays, ticks, voting)[-1]))
    if not candidates:  # the refusal says what would fit
        return dataset, designs(dataset, cores, None, delays, ticks, voting)[-1]
    if len(candidates) == 1:
        return candidates[0]
    accuracies = []
    for data, design in candidates:
        accuracy, epochs = _tried(data, design, ticks, threads)
        accuracies.append(accuracy)
        hear(design, accuracy, epochs)
    return candidates[int(np.argmax(accuracies))]


def _in_grey(dataset: Dataset) -> list[Dataset]:
    """Give pictures of colours read in grey, where nothing was said of colours."""
    asked = dataset.preparation
    if dataset.source is None or dataset.is_sequences or dataset.value_shape[2] != 3 or asked.colours != "kept":
        return []
    return [load_dataset(dataset.source, "train", asked.model_copy(update={"colours": "grey"}))]


def _tried(dataset: Dataset, design: Design, ticks: int, threads: int) -> tuple[float, int]:
    """Give the validation accuracy of a design after a short training, and its epochs."""
    from spikeloom.training.fit import train
    from spikeloom.training.reporter import Silent

    values = recipe_values(dataset, design, ticks=ticks)
    epochs = max(math.ceil(values["train"]["epochs"] * TRIAL_EPOCHS), 2)
    values["train"]["epochs"] = epochs
    network = train(recipe_of(values, str(values["name"])), dataset, threads=threads, reporter=Silent())
    return network.training["log"][-1]["unsampled_validation_accuracy"], epochs
