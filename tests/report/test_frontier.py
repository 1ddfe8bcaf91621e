"""The validation split draws the frontier, whatever the test set says; the docs say what the cards say."""

import subprocess
import sys
from pathlib import Path

import pytest

from spikeloom.errors import ArtefactError
from spikeloom.measure.measurement import Measurement
from spikeloom.plot.theme import LIGHT
from spikeloom.provenance import provenance_of
from spikeloom.report.figures import frontier_figure
from spikeloom.report.frontier import entries, picked, reported, seeds_of, spreads
from spikeloom.report.markdown import TABLES, energy
from spikeloom.zoo import zoo_card, zoo_names
from spikeloom.zoo.cards import Card

ROOT = Path(__file__).parents[2]


def measured(cores: int, accuracy: float, ticks: int = 1) -> Measurement:
    return Measurement(
        members=1, cores=cores, ticks_per_image=ticks, latency_ticks=2, decided_ticks=2, redrawn=None, images=1000,
        accuracies=(accuracy,), tie_rate=0, spikes_per_image=1, events_per_image=1, hops_per_image=1, path="streaming",
    )  # fmt: skip


def card(
    name: str, cores: int, validation: float, test: float, ticks: int = 1, seed: int = 0, recipe: str = ""
) -> Card:
    return Card(
        name=name, cores=cores, members=1, method="deployed", recipe=recipe or name, seed=seed, ticks=ticks,
        validation=(measured(cores, validation, ticks),), test=(measured(cores, test, ticks),), commands=("make it",),
        measured=provenance_of("cpu", 1, "none"),
    )  # fmt: skip


CARDS = [
    card("small", 5, 0.90, 0.91),
    card("lucky", 10, 0.89, 0.99),  # best on the test set, and not picked
    card("long", 12, 0.95, 0.94, ticks=5),
    card("wide", 80, 0.94, 0.95),
    card("other seed", 5, 0.99, 0.99, seed=3, recipe="small"),
]


def names(found):
    return [entry.card.name for entry in found]


def test_the_line_runs_through_what_is_better_on_the_validation_split_than_all_that_costs_less():
    assert names(entries(CARDS)) == ["small", "lucky", "long", "wide"]
    assert names(picked(entries(CARDS))) == ["small", "long"]


def test_one_tick_an_image_is_a_class_of_its_own():
    assert names(reported(entries(CARDS))) == ["small", "long", "wide"]


def test_the_figure_shows_no_test_figure_of_what_was_not_picked():
    (axes,) = frontier_figure(LIGHT, entries(CARDS), {}).axes
    shown = [y for line in axes.lines for y in line.get_ydata()]
    assert 91.0 in shown
    assert 99.0 not in shown


def test_of_neighbours_on_the_line_the_one_that_validation_picks_has_the_label():
    beside = [card("cheaper", 10, 0.90, 0.99), card("picked", 11, 0.95, 0.94)]
    (axes,) = frontier_figure(LIGHT, entries(beside), {}).axes
    labels = [text.get_text() for text in axes.texts]
    assert "11 cores\n94.00 %" in labels
    assert not any("99.00 %" in label for label in labels)


def test_a_row_of_what_was_passed_over_tells_nothing_of_the_test_set():
    (row,) = (line for line in TABLES["frontier"]().splitlines() if line.startswith("| `mnist-13` |"))
    of_card = zoo_card("mnist-13")
    assert row.endswith(f"|  |  | {energy(of_card.validation[0])} |")
    assert energy(of_card.validation[0]) != energy(of_card.test[0])


def test_what_validation_picks_must_have_asked_the_test_set_and_the_rest_need_not():
    passed_over, better = (card(name, 20, accuracy, 0.5) for name, accuracy in (("worse", 0.1), ("better", 0.999)))
    not_asked = [found.model_copy(update={"test": ()}) for found in (passed_over, better)]
    frontier_figure(LIGHT, entries([*CARDS, not_asked[0]]), {})
    with pytest.raises(ArtefactError, match="better: is chosen, but the test set was not asked; pack it with --test"):
        frontier_figure(LIGHT, entries([*CARDS, not_asked[1]]), {})


def test_a_spread_is_over_the_seeds_of_the_very_recipe():
    found = seeds_of(CARDS, "small")
    assert found.names == ("small", "other seed")
    assert found.test == (pytest.approx(0.95), pytest.approx(0.0565685, rel=1e-4))
    with pytest.raises(ArtefactError, match="recipe long: the zoo has 1 networks of it; a spread needs two seeds"):
        seeds_of(CARDS, "long")


def test_headline_recipes_have_three_seeds():
    found = spreads([zoo_card(name) for name in zoo_names()])
    assert {"mnist-5-deployed", "mnist-5-long", "mnist-13", "mnist-29", "mnist-29-bent"} == set(found)
    assert all(len(seeds.names) >= 3 for seeds in found.values())


def test_tables_in_readme_and_docs_are_what_the_cards_say():
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "documents.py", "--check"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
