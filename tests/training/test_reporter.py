"""A training shows a bar where one can be seen, writes lines elsewhere, and tells the user's own reporter."""

import pytest

from programs import stripes
from spikeloom.training.fit import train
from spikeloom.training.recipe_files import load_recipe
from spikeloom.training.reporter import Bar, Lines, Silent, telling

METRICS = {"epoch": 2, "loss": 0.25, "unsampled_validation_accuracy": 0.9, "seconds": 1.5}


@pytest.fixture
def recipe():
    return load_recipe("quick", ["name=s", "layers=[{window=8}]", "train.epochs=2", "train.batch=20"])


def test_a_log_file_gets_a_line_an_epoch(recipe, capsys):
    train(recipe, stripes())
    told = capsys.readouterr()
    assert told.out == ""
    first, second = told.err.splitlines()
    assert first.startswith("s: epoch 1/2  loss ")
    assert second.startswith("s: epoch 2/2  loss ")
    assert " %  " in second


def test_a_silent_reporter_says_nothing(recipe, capsys):
    train(recipe, stripes(), reporter=Silent())
    assert capsys.readouterr() == ("", "")


def test_the_bar_ends_with_the_accuracy_of_the_last_epoch():
    shown = []
    bar = Bar(2, lambda amount, detail="": shown.append((amount, detail)))
    bar.step(1, 1, 2, 0.5)
    bar.epoch(METRICS)
    assert sum(amount for amount, _ in shown) == 2
    assert shown[-1][1] == "epoch 2/2  loss 0.500  valid. 90.00 %"


@pytest.mark.parametrize(("seen", "kind"), [(True, Bar), (False, Lines)])
def test_a_bar_is_for_terminals_and_notebooks(monkeypatch, seen, kind):
    monkeypatch.setattr("spikeloom.training.reporter.bars_are_seen", lambda: seen)
    with telling(None, "s", 2) as reporter:
        assert isinstance(reporter, kind)
    own = Silent()
    with telling(own, "s", 2) as reporter:
        assert reporter is own
