"""Trainings that begin from another network, that go on for more epochs, and that end early."""

import numpy as np
import pytest

from programs import stripes, tiny_network
from spikeloom.data import from_arrays
from spikeloom.errors import TrainingError
from spikeloom.network.storage import load_learned
from spikeloom.training.best import best_epoch
from spikeloom.training.files import BEST_FILE, CHECKPOINT_FILE, LEARNED_FILE, METRICS_FILE
from spikeloom.training.fit import train
from spikeloom.training.recipe_files import recipe_of
from spikeloom.training.reporter import Silent
from spikeloom.training.resume import begun_in, extend

LAYERS = [{"window": 4, "stride": 4}, {"window": 2, "features": 64}]


def recipe(**keys):
    values = {
        "extends": "deployed", "name": "stripes", "layers": LAYERS, "data": {"validation": 0.2},
        "train": {"epochs": 3, "batch": 20} | keys, "augment": {"rotation": 0.0, "shift": 0.0, "scale": 0.0},
    }  # fmt: skip
    return recipe_of(values, "of the test")


def trained(chosen, run=None, data=None, **options):
    return train(chosen, data or stripes(90), run, reporter=Silent(), threads=1, **options)


def stop_after(epoch, chosen, run, **options):
    """Train until Ctrl-C after an epoch."""

    class Stop(Silent):
        def epoch(self, metrics):
            if metrics["epoch"] == epoch:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(chosen, stripes(90), run, reporter=Stop(), threads=1, **options)


def test_a_training_begins_with_the_given_layers():
    given = trained(recipe())
    again = trained(recipe(epochs=1, learning_rate=1e-9), start=given)
    assert [layer.probabilities.tolist() for layer in again.layers] == [
        layer.probabilities.tolist() for layer in given.layers
    ]


def test_other_classes_get_a_fresh_last_layer_on_the_same_wiring():
    given, data = trained(recipe()), stripes(90)
    halves = from_arrays(data.images, data.labels % 2, ["even", "odd"])
    again = trained(recipe(epochs=1, learning_rate=1e-9), data=halves, start=given)
    first, last = again.layers
    assert np.array_equal(first.probabilities, given.layers[0].probabilities)
    assert np.array_equal(last.sources, given.layers[1].sources)
    assert not np.array_equal(last.probabilities, given.layers[1].probabilities)
    assert again.class_names == ("even", "odd")


def test_another_shape_or_coding_to_begin_from_is_refused_with_both():
    wide = recipe_of({**recipe().model_dump(mode="json", exclude_none=True), "layers": [{"window": 8}]}, "of the test")
    with pytest.raises(TrainingError, match=r"--start: a network of layers \[4, 4\].*the recipe has layers \[8, 8\]"):
        trained(wide, start=trained(recipe()))
    with pytest.raises(TrainingError, match="--start: is coded by bernoulli, the recipe says threshold"):
        trained(recipe(), start=tiny_network())


def test_more_epochs_go_on_from_the_last_with_a_schedule_of_their_own_and_resume_bit_for_bit(tmp_path):
    trained(recipe(), tmp_path)
    longer = extend(tmp_path, recipe(), 6, stripes(90))
    assert longer.train.epochs == 6
    whole = trained(longer, tmp_path)
    assert (len(whole.training["log"]), begun_in(whole)) == (6, 3)
    rates = [metrics["learning_rate"] for metrics in whole.training["log"]]
    assert rates[3] < rates[0]  # a cycle begins low, and this one lower

    other = tmp_path / "stopped"
    trained(recipe(), other)
    extend(other, recipe(), 6, stripes(90))

    stop_after(4, longer, other)
    again = trained(longer, other)
    assert again.layers == whole.layers


def test_the_same_number_of_epochs_asked_again_after_a_stop_goes_on_and_planned_ones_come_first(tmp_path):
    trained(recipe(), tmp_path)
    longer = extend(tmp_path, recipe(), 6, stripes(90))
    assert extend(tmp_path, longer, 6, stripes(90)) == longer  # stopped before its first epoch
    stop_after(4, longer, tmp_path)
    assert extend(tmp_path, longer, 6, stripes(90)) == longer
    with pytest.raises(TrainingError, match="has 4 of 6 epochs; let those come to their end first"):
        extend(tmp_path, longer, 9, stripes(90))


def test_added_epochs_are_another_number_until_the_first_of_them_is_trained(tmp_path):
    trained(recipe(), tmp_path / "straight")
    whole = trained(extend(tmp_path / "straight", recipe(), 5, stripes(90)), tmp_path / "straight")
    trained(recipe(), tmp_path / "mistaken")
    far = extend(tmp_path / "mistaken", recipe(), 5000, stripes(90))
    again = trained(extend(tmp_path / "mistaken", far, 5, stripes(90)), tmp_path / "mistaken")
    assert again.training == whole.training
    assert again.layers == whole.layers


def test_a_run_goes_on_from_the_network_that_it_was_begun_from_and_from_no_other(tmp_path):
    start, other = (trained(recipe().model_copy(update={"seed": seed})) for seed in (1, 2))
    stop_after(1, recipe(), tmp_path, start=start)
    with pytest.raises(TrainingError, match="was begun from another network, or from chance; choose another folder"):
        trained(recipe(), tmp_path, start=other)
    assert trained(recipe(), tmp_path, start=start).layers == trained(recipe(), start=start).layers


def test_a_best_network_that_is_lost_is_told(tmp_path, caplog):
    early = recipe(epochs=20, learning_rate=1e-9, patience=5)  # so small a rate that the first epoch stays the best
    stop_after(3, early, tmp_path)
    (tmp_path / BEST_FILE).write_bytes(b"damaged")
    trained(early, tmp_path)
    assert "the best network, of epoch 1, is lost" in caplog.text
    assert "epoch 3 stands in for it" in caplog.text


def test_a_training_that_ended_early_goes_on_for_more_epochs(tmp_path):
    early = recipe(epochs=20, learning_rate=1e-9, patience=2)
    trained(early, tmp_path)
    network = trained(extend(tmp_path, early, 25, stripes(90)), tmp_path)
    assert len(network.training["log"]) == 5  # two more without a better one


def test_a_kill_between_checkpoint_and_best_network_loses_no_best_epoch(tmp_path, monkeypatch):
    chosen = recipe(epochs=5, patience=4)
    whole = trained(chosen, tmp_path / "whole")
    # the file of the best network is of an epoch before: as if the run was killed before it was written
    stop_after(best_epoch(whole.training["log"]), chosen, tmp_path / "killed")
    (tmp_path / "killed" / BEST_FILE).unlink()
    assert trained(chosen, tmp_path / "killed").layers == whole.layers


def test_no_more_epochs_than_there_are_is_refused(tmp_path):
    trained(recipe(), tmp_path)
    before = (tmp_path / CHECKPOINT_FILE).read_bytes()
    with pytest.raises(TrainingError, match="has 3 of 3 epochs; --epochs 3 adds none"):
        extend(tmp_path, recipe(), 3, stripes(90))
    assert (tmp_path / CHECKPOINT_FILE).read_bytes() == before


def test_patience_ends_a_training_early_and_keeps_its_best_epoch(tmp_path):
    # so small a rate changes nothing, so that no epoch is better than the first
    network = trained(recipe(epochs=20, learning_rate=1e-9, patience=2), tmp_path)
    assert len((tmp_path / METRICS_FILE).read_text().splitlines()) == 3
    assert (network.training["kept_epoch"], len(network.training["log"])) == (1, 3)
    assert load_learned(tmp_path / LEARNED_FILE).training["kept_epoch"] == 1
    assert len(load_learned(tmp_path / BEST_FILE).training["log"]) == 1


@pytest.mark.parametrize(("accuracies", "best"), [([], 0), ([0.5, 0.7, 0.7, 0.6], 2), ([0.1], 1)])
def test_the_best_epoch_is_the_first_of_the_highest_accuracy(accuracies, best):
    assert best_epoch([{"unsampled_validation_accuracy": accuracy} for accuracy in accuracies]) == best
