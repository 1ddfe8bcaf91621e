"""The frontier of the zoo: what the validation split picks at every energy, and the spread over training seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spikeloom.errors import ArtefactError
from spikeloom.measure.measurement import Measurement
from spikeloom.zoo.cards import Card


@dataclass(frozen=True)
class Entry:
    """One ensemble of a card: what chose it, and what is known of it on the test set, where that was asked."""

    card: Card
    validation: Measurement
    test: Measurement | None

    @property
    def shown(self) -> Measurement:
        """What is told of cores, ticks and energy."""
        return self.test or self.validation

    @property
    def joules(self) -> float:
        """Of an image of the validation split: what chooses also tells what it costs."""
        return self.validation.energy().total

    @property
    def reported(self) -> Measurement:
        """What the test set says of what was chosen; ArtefactError where it was not asked."""
        if self.test is None:
            raise ArtefactError(f"{self.card.name}: is chosen, but the test set was not asked; pack it with --test")
        return self.test


@dataclass(frozen=True)
class Seeds:
    """The same recipe from several training seeds: mean and standard deviation over them, on both splits.

    joules : an image, mean over them
    """

    recipe: str
    names: tuple[str, ...]
    validation: tuple[float, float]
    test: tuple[float, float]
    joules: float


def entries(cards: Iterable[Card], data: str = "mnist") -> list[Entry]:
    """Give every measured ensemble of a data set, cheapest first, without what is there as another seed alone."""
    found = [
        Entry(card, validation, test)
        for card in cards
        if card.data == data and not card.is_other_seed
        for validation, test in zip(card.validation, card.test or [None] * len(card.validation), strict=True)
    ]
    return sorted(found, key=lambda entry: entry.joules)


def picked(found: Sequence[Entry]) -> list[Entry]:
    """Give those that the validation split picks: each better on it than everything that costs less."""
    best: list[Entry] = []
    for entry in sorted(found, key=lambda entry: (entry.joules, -entry.validation.accuracy)):
        if not best or entry.validation.accuracy > best[-1].validation.accuracy:
            best.append(entry)
    return best


def reported(found: Sequence[Entry]) -> list[Entry]:
    """Give those whose test figure is reported, cheapest first: what validation picks in all, and at one tick an image.

    A network that takes several ticks an image answers fewer images a second, so one tick is a class of its own.
    """
    of_one_tick = [entry for entry in found if entry.validation.ticks_per_image == 1]
    chosen = [*picked(found), *picked(of_one_tick)]
    return [entry for entry in found if entry in chosen]


SEEDED: Mapping[str, tuple[str, ...]] = {
    "mnist": ("mnist-5-deployed", "mnist-5-long", "mnist-13", "mnist-29", "mnist-29-bent"),
    "fashion-mnist": ("fashion-5", "fashion-29"),
}
"""Recipes of which several seeds are shipped, by data set."""


def spreads(cards: Sequence[Card], data: str = "mnist") -> dict[str, Seeds]:
    """Give the spread over seeds of every recipe of which several are shipped."""
    return {recipe: seeds_of(cards, recipe) for recipe in SEEDED[data] if len(_of_recipe(cards, recipe)) > 1}


def _of_recipe(cards: Iterable[Card], recipe: str) -> list[Card]:
    """Give the cards of the networks that this very recipe made and the test set was asked of."""
    return [card for card in cards if card.recipe == recipe and card.test and not card.networks and not card.changes]


def seeds_of(cards: Iterable[Card], recipe: str) -> Seeds:
    """Give the spread over all shipped networks that this very recipe made, whatever their seeds."""
    made = _of_recipe(cards, recipe)
    if len(made) < 2:
        raise ArtefactError(f"recipe {recipe}: the zoo has {len(made)} networks of it; a spread needs two seeds")
    both = [[card.validation[0].accuracy for card in made], [card.test[0].accuracy for card in made]]
    (validation, test) = ((float(np.mean(found)), float(np.std(found, ddof=1))) for found in both)
    joules = float(np.mean([card.test[0].energy().total for card in made]))
    return Seeds(recipe, tuple(card.name for card in made), validation, test, joules)
