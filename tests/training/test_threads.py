"""A training takes as many threads as pay off and are free, and goes on with as many as it began with."""

import pytest

from programs import stripes
from spikeloom.training.fit import train
from spikeloom.training.recipe_files import load_recipe
from spikeloom.training.reporter import Silent
from spikeloom.training.threads import training_threads


@pytest.fixture(autouse=True)
def four_processors(monkeypatch):
    monkeypatch.setattr("spikeloom.machine._allowed", lambda: 4)
    monkeypatch.setattr("spikeloom.training.threads.free_processors", lambda: 3)


@pytest.mark.parametrize(
    ("asked", "n_cores", "batch", "expected"),
    [(0, 30, 100, 3), (0, 5, 100, 2), (0, 1, 20, 1), (2, 1, 20, 2), (9, 30, 100, 4)],
)
def test_threads_follow_the_work_and_what_is_free_unless_asked_for(asked, n_cores, batch, expected):
    assert training_threads(asked, n_cores, batch, None) == expected


def test_a_run_goes_on_with_the_threads_it_began_with(tmp_path):
    recipe = load_recipe("quick", ["name=s", "layers=[{window=8}]", "train.epochs=1", "train.batch=20"])
    assert training_threads(0, 1, 20, tmp_path) == 1
    train(recipe, stripes(), tmp_path, threads=2, reporter=Silent())
    assert training_threads(0, 1, 20, tmp_path) == 2
    assert training_threads(1, 1, 20, tmp_path) == 1
