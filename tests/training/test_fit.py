import json
from pathlib import Path

import numpy as np
import pytest

from programs import stripes, unsampled_accuracy
from spikeloom.artefact import read_artefact, write_artefact
from spikeloom.errors import ArtefactError, FitError, TrainingError
from spikeloom.measure.evaluation import simulate
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.storage import load_learned
from spikeloom.provenance import provenance_of
from spikeloom.training import fit
from spikeloom.training.checkpoint import load_checkpoint
from spikeloom.training.files import CHECKPOINT
from spikeloom.training.fit import train
from spikeloom.training.recipe import Probabilities, Recipe
from spikeloom.training.recipe_files import check_recipe, recorded_recipe
from spikeloom.training.reporter import Silent
from spikeloom.training.split import validation_split


def recipe(**train_settings: object) -> Recipe:
    settings = {"epochs": 3, "batch": 20, "learning_rate": 0.05} | train_settings
    return check_recipe(
        {
            "name": "stripes",
            "data": {"path": "unused", "validation": 0.2},
            "layers": [{"window": 4, "stride": 4}, {"window": 2, "features": 64}],
            "train": settings,
            "augment": {"shift": 0.5, "rotation": 5.0},
        },
        "of the test",
    )


def same(one: LearnedNetwork, other: LearnedNetwork) -> bool:
    return all(
        np.array_equal(a.probabilities, b.probabilities) and np.array_equal(a.biases, b.biases)
        for a, b in zip(one.layers, other.layers, strict=True)
    )


class StopAfter(Silent):
    """Stands for Ctrl-C: interrupts after some epochs, or in the middle of one."""

    def __init__(self, epochs: int, *, inside: bool = False) -> None:
        self.epochs, self.inside = epochs, inside

    def step(self, epoch: int, done: int, total: int, loss: float) -> None:
        if self.inside and epoch == self.epochs:
            raise KeyboardInterrupt

    def epoch(self, metrics: dict) -> None:
        if not self.inside and metrics["epoch"] == self.epochs:
            raise KeyboardInterrupt


def test_a_network_learns_and_its_deployed_members_know_it_too():
    learned = train(recipe(epochs=6), stripes(300))
    test = stripes(120, seed=9)
    assert unsampled_accuracy(learned, test) > 0.95
    assert simulate(learned, test, members=8).accuracy > 0.9


STEPPED = {"name": "stepped", "epochs": 1}


@pytest.mark.parametrize(("optimiser", "schedule"), [("adam", "one-cycle"), ("sgd", STEPPED)])
@pytest.mark.parametrize("inside", [False, True])
def test_a_stopped_training_goes_on_bit_for_bit(tmp_path, optimiser, schedule, inside):
    chosen = recipe(optimiser=optimiser, schedule=schedule).model_copy(update={"method": Probabilities(dropout=0.2)})
    whole = train(chosen, stripes(), tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(chosen, stripes(), tmp_path / "stopped", reporter=StopAfter(1, inside=inside))
    resumed = train(chosen, stripes(), tmp_path / "stopped")
    assert same(whole, resumed)
    files = [Path(tmp_path / run / "learned.safetensors") for run in ("whole", "stopped")]
    assert same(load_learned(files[0]), load_learned(files[1]))


def test_a_training_that_goes_on_elsewhere_says_where(tmp_path, monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        train(recipe(), stripes(), tmp_path, reporter=StopAfter(1, inside=False))
    began = load_checkpoint(tmp_path / "checkpoint.safetensors").network.training["provenance"]
    elsewhere = provenance_of("cpu", 63, stripes().fingerprint)
    monkeypatch.setattr(fit, "provenance_of", lambda *_: elsewhere)
    training = train(recipe(), stripes(), tmp_path).training
    assert training["provenance"] == began
    assert training["resumed"] == [elsewhere.model_dump(mode="json")]
    monkeypatch.setattr(fit, "provenance_of", lambda *_: provenance_of("cpu", 64, stripes().fingerprint))
    assert train(recipe(), stripes(), tmp_path).training["resumed"] == training["resumed"]  # nothing was left to train


def test_a_run_folder_tells_every_epoch(tmp_path):
    learned = train(recipe(), stripes(), tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert set(rows[0]) == {
        "epoch",
        "learning_rate",
        "loss",
        "training_accuracy",
        "unsampled_validation_accuracy",
        "seconds",
    }
    # no times in what the same seed is to give again byte for byte
    assert learned.training["log"] == [{key: row[key] for key in row if key != "seconds"} for row in rows]
    assert recorded_recipe(learned) == recipe()


def test_the_recorded_validation_accuracy_is_that_of_the_held_out_examples(tmp_path):
    learned = train(recipe(), stripes())
    _, validation = validation_split(recipe(), stripes())
    expected = unsampled_accuracy(learned, validation)
    assert learned.training["log"][-1]["unsampled_validation_accuracy"] == pytest.approx(expected)


def test_the_split_is_the_same_for_every_seed_so_that_no_network_has_seen_what_an_ensemble_is_judged_on():
    parts = [validation_split(recipe().model_copy(update={"seed": seed}), stripes())[1] for seed in (0, 7)]
    assert np.array_equal(parts[0].images, parts[1].images)


def test_the_stepped_rate_falls_by_ten(tmp_path):
    learned = train(recipe(optimiser="sgd", schedule=STEPPED, learning_rate=1.0), stripes())
    assert [row["learning_rate"] for row in learned.training["log"]] == pytest.approx([1.0, 0.1, 0.01])


def test_a_run_of_another_recipe_is_left_alone(tmp_path):
    train(recipe(), stripes(), tmp_path)
    before = (tmp_path / "checkpoint.safetensors").read_bytes()
    with pytest.raises(TrainingError, match="holds a training of another recipe"):
        train(recipe(epochs=4), stripes(), tmp_path)
    with pytest.raises(TrainingError, match="was trained on data of another shape"):
        train(recipe(), stripes(shape=(8, 8, 2)), tmp_path)
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == before


def test_a_damaged_checkpoint_is_refused_by_name(tmp_path):
    train(recipe(), stripes(), tmp_path)
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ArtefactError, match=r"checkpoint\.safetensors: cannot be read"):
        train(recipe(), stripes(), tmp_path)


def test_data_that_do_not_fit_the_recipe_are_refused_before_any_work(tmp_path):
    with pytest.raises(FitError, match="layer 1: windows of 4 rows with stride 4 leave 2 of 10 rows uncovered"):
        train(recipe(), stripes(shape=(10, 8)), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_device_is_named():
    with pytest.raises(TrainingError, match="device 'tpu': is not known; cpu and cuda are"):
        train(recipe(), stripes(), device="tpu")


def test_a_loss_that_is_no_number_stops_the_training_with_a_way_out(tmp_path, monkeypatch):
    monkeypatch.setattr("spikeloom.training.network.VOTE_VARIANCE_FLOOR", float("nan"))
    with pytest.raises(TrainingError, match=r"epoch 1: the loss is nan; start again with a train\.learning_rate below"):
        train(recipe(), stripes(), tmp_path)


def test_colour_images_of_any_number_of_classes_train():
    learned = train(recipe(epochs=1), stripes(90, shape=(8, 8, 3)))
    assert learned.topology.input_shape == (8, 8, 3)
    assert (learned.layers[0].sources[0] >= 0).sum() == 48


def test_a_run_is_not_gone_on_with_when_its_data_changed(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train(recipe(), stripes(), tmp_path, reporter=StopAfter(1))
    with pytest.raises(TrainingError, match="the data have changed since it was started"):
        train(recipe(), stripes(120), tmp_path)
    with pytest.raises(TrainingError, match="the data have changed since it was started"):
        train(recipe(), stripes(seed=5), tmp_path)


@pytest.mark.parametrize("spoil", ["optimiser", "schedule", "log", "parameters"])
def test_a_damaged_checkpoint_is_refused_with_a_message(tmp_path, spoil):
    with pytest.raises(KeyboardInterrupt):
        train(recipe(), stripes(), tmp_path, reporter=StopAfter(2))
    arrays, record = read_artefact(tmp_path / "checkpoint.safetensors", CHECKPOINT)
    if spoil == "parameters":
        arrays = {name: array for name, array in arrays.items() if not name.startswith("parameters.")}
    else:
        record[spoil] = record[spoil][:1] if spoil == "log" else ([] if spoil == "optimiser" else {})
    del record["format"], record["version"]
    write_artefact(tmp_path / "checkpoint.safetensors", CHECKPOINT, arrays, record)
    with pytest.raises(ArtefactError, match="its checkpoint is damaged"):
        train(recipe(), stripes(), tmp_path)
