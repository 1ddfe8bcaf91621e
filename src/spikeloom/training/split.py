"""What is trained on and what is chosen on: the same images for every seed of a recipe. No torch here."""

from __future__ import annotations

from spikeloom.data.datasets import Dataset, split_validation
from spikeloom.randomness.streams import split_generator
from spikeloom.training.recipe import Recipe


def validation_split(recipe: Recipe, dataset: Dataset) -> tuple[Dataset, Dataset]:
    """Give the training and the validation part that a recipe makes of a training set, the same for every seed.

    So networks of different seeds can be judged together on images that none of them has seen.
    """
    return held_out_of(dataset, recipe.data.validation)


def held_out_of(dataset: Dataset, share: float) -> tuple[Dataset, Dataset]:
    """Give what is left of a training set, and the share of it that is held out."""
    return split_validation(dataset, share, split_generator())
