"""The search judges on the validation split, keeps its trials, and goes on with them."""

import sqlite3
from contextlib import closing

import pytest

from programs import stripes
from spikeloom.errors import RecipeError
from spikeloom.frontier.search import search
from spikeloom.frontier.space import Dimension, load_space
from spikeloom.frontier.trial import judged
from spikeloom.measure.evaluation import evaluate_network
from spikeloom.network.storage import load_learned
from spikeloom.training.fit import train
from spikeloom.training.recipe_files import changed_recipe, load_recipe
from spikeloom.training.split import validation_split

SPACE = """
recipe = "{recipe}"
[space]
"train.learning_rate" = {{ low = 0.02, high = 0.05, log = true }}
"layers" = {{ choices = [[{{ window = 4, stride = 4 }}, {{ window = 2 }}], [{{ window = 20 }}]] }}
"""
RECIPE = """
extends = "quick"
name = "stripes"
[data]
path = "unused"
validation = 0.2
[[layers]]
window = 4
stride = 4
[train]
epochs = 1
batch = 20
"""


@pytest.fixture
def space(tmp_path):
    (tmp_path / "r.toml").write_text(RECIPE)
    (tmp_path / "s.toml").write_text(SPACE.format(recipe=tmp_path / "r.toml"))
    return load_space(tmp_path / "s.toml")


def test_a_search_goes_on_with_its_trials_and_passes_over_what_does_not_fit(space, tmp_path):
    heard = []
    folder = tmp_path / "found"
    search(space, load_recipe(space.recipe), stripes(), folder, 4, heard.append)
    found = search(space, load_recipe(space.recipe), stripes(), folder, 3, heard.append)
    done, best = found.trials, found.best
    assert [trial.number for trial in heard] == list(range(7))
    fitting = [trial for trial in heard if trial.accuracy is not None]
    assert {trial.cores for trial in fitting} == {5}
    assert len(fitting) < 7  # windows of 20 over 8 x 8 pixels do not fit
    assert done == heard
    assert max(trial.accuracy for trial in best) == max(trial.accuracy for trial in fitting)
    assert min(trial.joules for trial in best) == min(trial.joules for trial in fitting)
    assert all("layer 1" in trial.why for trial in done if not trial.is_judged)
    kept = found.files
    assert [path.name for path in kept] == ["5-cores.safetensors", "5-cores.toml"]
    network, recipe = load_learned(kept[0]), load_recipe(kept[1])
    _, validation = validation_split(recipe, stripes())
    ensembles = {1: 3}
    assert evaluate_network(network, validation, ensembles)[1].accuracy == max(trial.accuracy for trial in fitting)
    for one in best:
        assert not any(other.accuracy > one.accuracy and other.joules < one.joules for other in fitting)


def test_a_trial_is_judged_by_what_is_deployed_and_by_its_energy(space):
    recipe = changed_recipe(load_recipe(space.recipe), {"train.learning_rate": 0.05})
    _, found = judged(recipe, stripes())
    again = evaluate_network(train(recipe, stripes()), validation_split(recipe, stripes())[1], {1: 3})[1]
    assert found == again
    assert found.energy().total == pytest.approx(4 * 49.523e-9, rel=0.1)  # four cores, and few events


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("recipe = 'quick'\n[space]\n", "space = {}: dictionary should have at least 1 item"),
        ("recipe = 'quick'\n[space]\n'train.epochs' = { low = 1 }", "give low and high, or choices"),
        ("recipe = 'quick'\nspaces = 3", "space is missing"),
        ("recipe = 'quick'\n[space]\n'train.x' = { low = 2, high = 1 }", "low must be below high"),
        ("recipe = 'quick'\n[space]\n'train.x' = { low = 0, high = 1, log = true }", "must be above 0"),
        ("recipe =", "is not TOML"),
    ],
)
def test_a_wrong_space_is_refused(tmp_path, text, message):
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(RecipeError, match=message):
        load_space(tmp_path / "s.toml")


def test_a_key_that_no_recipe_has_is_refused(tmp_path, space):
    (tmp_path / "s.toml").write_text(SPACE.format(recipe=tmp_path / "r.toml").replace("train.learning_rate", "train.x"))
    with pytest.raises(RecipeError, match="train.x: there is no such key"):
        search(load_space(tmp_path / "s.toml"), load_recipe(space.recipe), stripes(), tmp_path, 1, print)


def test_a_file_that_holds_no_trials_is_refused(tmp_path, space):
    (tmp_path / "trials.sqlite").write_text("no database")
    with pytest.raises(RecipeError, match="is no file of trials"):
        search(space, load_recipe(space.recipe), stripes(), tmp_path, 1, print)


def test_an_unknown_key_is_refused_before_any_trial(space, tmp_path):
    unknown = space.model_copy(update={"space": {"method.foo": Dimension(low=0, high=1)}})
    with pytest.raises(RecipeError, match="method.foo: there is no such key"):
        search(unknown, load_recipe(unknown.recipe), stripes(), tmp_path, 1, print)
    assert not (tmp_path / "trials.sqlite").exists()


def test_choices_that_do_not_go_together_are_passed_over(space, tmp_path):
    dimensions = {"interface.coding": Dimension(choices=("fax", "threshold")), "train.epochs": Dimension(choices=(1,))}
    heard = []
    search(
        space.model_copy(update={"space": dimensions}),
        load_recipe(space.recipe),
        stripes(),
        tmp_path / "trials.sqlite",
        8,
        heard.append,
    )
    assert {trial.accuracy is None for trial in heard} == {True, False}


def test_any_name_of_a_folder_holds_its_trials(space, tmp_path):
    folder = tmp_path / "q?m=1&x"
    search(space, load_recipe(space.recipe), stripes(), folder, 1, lambda trial: None)
    assert (folder / "trials.sqlite").exists()
    assert [place.name for place in tmp_path.iterdir() if place.name.startswith("q")] == [folder.name]


def test_a_trial_whose_process_was_killed_has_failed_and_the_search_goes_on(space, tmp_path, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("spikeloom.frontier.trial.judged", killed)
    with pytest.raises(KeyboardInterrupt):
        search(space, load_recipe(space.recipe), stripes(), tmp_path / "found", 9, lambda trial: None)
    monkeypatch.undo()
    done = search(space, load_recipe(space.recipe), stripes(), tmp_path / "found", 1, lambda trial: None).trials
    assert not done[-2].is_judged
    assert done[-2].why == "its process was killed"
    assert not optuna_states(tmp_path / "found") & {"RUNNING", "WAITING"}


def optuna_states(folder):
    with closing(sqlite3.connect(folder / "trials.sqlite")) as trials:
        return {state for (state,) in trials.execute("select state from trials")}


@pytest.mark.parametrize(
    "text",
    [
        "low = -1e308\nhigh = 1e308",
        "low = true\nhigh = 2",
        f"low = 1\nhigh = {10**400}",
        "low = 1\nlog = true\nchoices = [1, 2]",
    ],
)
def test_a_dimension_without_end_or_of_truth_values_is_refused(tmp_path, text):
    (tmp_path / "s.toml").write_text(f'recipe = "mnist-5"\n[space."train.learning_rate"]\n{text}\n')
    with pytest.raises(RecipeError):
        load_space(tmp_path / "s.toml")


def test_trials_of_another_space_are_another_search(space, tmp_path):
    base = load_recipe(space.recipe)
    search(space, base, stripes(), tmp_path, 1, lambda trial: None)
    wider = space.model_copy(update={"space": {"train.learning_rate": Dimension(low=0.01, high=0.3)}})
    kept = {path: path.read_bytes() for path in tmp_path.glob("best/*/*")}
    found = search(wider, base, stripes(), tmp_path, 1, lambda trial: None)
    assert [trial.number for trial in found.trials] == [0]
    assert set(found.trials[0].changes) == {"train.learning_rate"}
    assert len(found.files) == 2
    assert not set(found.files) & set(kept)
    assert {path: path.read_bytes() for path in kept} == kept


def test_a_fault_in_training_is_not_told_as_trials_of_another_space(space, tmp_path, monkeypatch):
    def faulty(*_):
        raise ValueError("a fault")

    monkeypatch.setattr("spikeloom.frontier.trial.judged", faulty)
    rates = space.model_copy(update={"space": {"train.learning_rate": Dimension(low=0.01, high=0.3)}})
    with pytest.raises(ValueError, match="^a fault$"):
        search(rates, load_recipe(space.recipe), stripes(), tmp_path, 1, print)


@pytest.mark.parametrize("key", ["data.path", "data.validation", "data"])
def test_data_are_nothing_to_search_over(space, tmp_path, key):
    other = space.model_copy(update={"space": {key: Dimension(choices=("/etc/passwd",))}})
    with pytest.raises(RecipeError, match=f"space: {key}: trials are compared on the same data"):
        search(other, load_recipe(space.recipe), stripes(), tmp_path, 1, print)


def test_several_workers_try_at_once_and_all_trials_are_in_one_storage(space, tmp_path):
    heard = []
    folder = tmp_path / "found"
    found = search(space, load_recipe(space.recipe), stripes(), folder, 6, heard.append, workers=2)
    done, best = found.trials, found.best
    assert sorted(trial.number for trial in heard) == list(range(6))
    assert sorted(heard, key=lambda trial: trial.number) == done
    fitting = [trial for trial in done if trial.is_judged]
    top = max(trial.accuracy for trial in fitting)
    assert max(trial.accuracy for trial in best) == top
    network = load_learned(found.files[0])
    assert (
        evaluate_network(network, validation_split(load_recipe(space.recipe), stripes())[1], {1: 3})[1].accuracy == top
    )
    assert not optuna_states(folder) & {"RUNNING", "WAITING"}
