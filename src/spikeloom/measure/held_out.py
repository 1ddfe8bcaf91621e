"""The images to choose on: what a network's own recipe held out of its training set, which no seed of it has seen."""

from __future__ import annotations

from spikeloom.chip.program import ChipProgram
from spikeloom.data.datasets import Dataset
from spikeloom.data.readers import DataLike
from spikeloom.errors import DataError
from spikeloom.measure.evaluation import interface_of_model, shown_data
from spikeloom.network.learned import LearnedNetwork
from spikeloom.training.recipe_files import recorded_recipe
from spikeloom.training.split import held_out_of


def held_out(network: LearnedNetwork | ChipProgram, dataset: DataLike | None = None) -> Dataset:
    """Give the validation split of a network, the same for every seed of its recipe: choose on it, and report others.

    Parameters
    ----------
    network : LearnedNetwork
        A program is refused: it does not say what was held out.
    dataset : Dataset, (images, labels), or the name or path of a data set, whose training split is taken
        Where the data that it was trained on lie now; by default where they lay.

    Raises
    ------
    DataError
        If it is a program, or the data are others than it was trained on.
    RecipeError
        If it carries no recipe.
    """
    share = share_held_out(network, "validation split")
    interface = interface_of_model(network)
    whole, origin = shown_data(interface, dataset, "train"), interface.data
    if origin is not None and whole.fingerprint != origin.fingerprint:
        there = whole.source or "arrays"
        raise DataError(f"validation split: {there} is other data than the network was trained on; name those")
    _, held = held_out_of(whole, share)
    return held


def share_held_out(model: LearnedNetwork | ChipProgram, name: str) -> float:
    """Give the share of its training set that a network's recipe held out; DataError of a program, by its name."""
    if not isinstance(model, LearnedNetwork):
        raise DataError(f"{name}: a program does not say what was held out when it was trained; take the test split")
    return recorded_recipe(model).data.validation
