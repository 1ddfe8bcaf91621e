"""A damaged checkpoint is refused, whatever of it is damaged, before compiled steps see it."""

from __future__ import annotations

import numpy as np
import pytest

from programs import stripes
from spikeloom.artefact import read_artefact, write_artefact
from spikeloom.errors import ArtefactError
from spikeloom.training.files import CHECKPOINT, CHECKPOINT_FILE
from spikeloom.training.fit import train
from spikeloom.training.recipe import Recipe
from spikeloom.training.recipe_files import check_recipe
from spikeloom.training.reporter import Silent


class _StopAfterOne(Silent):
    def epoch(self, metrics):
        raise KeyboardInterrupt


def recipe(optimiser: str) -> Recipe:
    layers = [{"window": 4, "stride": 4}, {"window": 2, "features": 64}]
    settings = {"epochs": 3, "batch": 20, "learning_rate": 0.05, "optimiser": optimiser}
    data = {"path": "unused", "validation": 0.2}
    return check_recipe({"name": "stripes", "data": data, "layers": layers, "train": settings}, "of the test")


@pytest.fixture(scope="module", params=["adam", "sgd"])
def begun(request, tmp_path_factory):
    run = tmp_path_factory.mktemp(request.param)
    with pytest.raises(KeyboardInterrupt):
        train(recipe(request.param), stripes(), run, reporter=_StopAfterOne())
    return recipe(request.param), run, read_artefact(run / CHECKPOINT_FILE, CHECKPOINT)


def refused(begun, change):
    """Change arrays and record of a checkpoint, and see the training refused in one line."""
    chosen, run, (arrays, record) = begun
    arrays, record = dict(arrays), {**record, "optimiser": [dict(group) for group in record["optimiser"]]}
    record["schedule"] = dict(record["schedule"])
    change(arrays, record)
    kept = {key: value for key, value in record.items() if key not in ("format", "version")}
    write_artefact(run / CHECKPOINT_FILE, CHECKPOINT, arrays, kept)
    with pytest.raises(ArtefactError) as told:
        train(chosen, stripes(), run, reporter=Silent())
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 300
    return str(told.value)


DAMAGES = {
    "empty": lambda array: np.zeros(0, np.float32),
    "of one": lambda array: np.zeros(1, np.float32),
    "of a thousand": lambda array: np.zeros(1000, np.float32),
    "turned": lambda array: np.zeros((*array.shape, 1), np.float32),
    "of another type": lambda array: array.astype(np.float64),
    "not a number": lambda array: np.full_like(array, np.nan),
    "endless": lambda array: np.full_like(array, -np.inf),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_every_array_that_is_restored_must_fit(begun, damage):
    names = [name for name in begun[2][0] if name.startswith(("optimiser.", "parameters."))]
    assert len(names) >= 4
    for name in names:
        told = refused(begun, lambda arrays, record, name=name: arrays.update({name: DAMAGES[damage](arrays[name])}))
        assert "its checkpoint is damaged" in told


def test_every_array_that_is_restored_must_be_there(begun):
    for name in [name for name in begun[2][0] if name.startswith(("optimiser.", "parameters."))]:
        refused(begun, lambda arrays, record, name=name: arrays.pop(name))


def test_no_array_more_is_restored(begun):
    name = next(name for name in begun[2][0] if name.startswith("optimiser."))
    for more in ("optimiser.99.step", "optimiser.0.other", "parameters.other", "optimiser.x.step", "optimiser.0"):
        refused(begun, lambda arrays, record, more=more: arrays.update({more: arrays[name]}))


@pytest.mark.parametrize("value", [None, True, "x", [], float(2**70), {"a": 1}])
def test_settings_of_optimiser_and_schedule_are_those_of_the_recipe(begun, value):
    for part in ("optimiser", "schedule"):
        group = begun[2][1][part][0] if part == "optimiser" else begun[2][1][part]
        for key in group:
            if group[key] == value or key in ("lr", "betas", "momentum", "_last_lr", "_get_lr_called_within_step"):
                continue  # what moves has a test of its own

            def change(arrays, record, part=part, key=key):
                (record[part][0] if part == "optimiser" else record[part])[key] = value

            if part == "schedule" and key == "_step_count":
                continue
            refused(begun, change)


def test_a_checkpoint_that_is_whole_goes_on(begun):
    chosen, run, (arrays, record) = begun
    kept = {key: value for key, value in record.items() if key not in ("format", "version")}
    write_artefact(run / CHECKPOINT_FILE, CHECKPOINT, arrays, kept)
    assert len(train(chosen, stripes(), run, reporter=Silent()).training["log"]) == 3


@pytest.mark.parametrize("value", [9.0, -1.0, 0.0, float("inf"), 10**400, [1, 1], None, "x"])
def test_rates_and_momenta_are_those_of_the_schedule(begun, value):
    for key in {"lr", "betas", "momentum"} & set(begun[2][1]["optimiser"][0]):
        if value is None or (isinstance(value, float) and value > 1e300):
            continue  # no file of ours can say so: JSON has no such number
        refused(begun, lambda arrays, record, key=key: record["optimiser"][0].update({key: value}))


@pytest.mark.parametrize("log", [[7], [{"a": 1}], [{"epoch": 2, "loss": 1.0}], 5, None, ["x"]])
def test_a_log_that_is_none_is_refused_before_an_epoch_is_trained(begun, log):
    refused(begun, lambda arrays, record: record.update(log=log))


@pytest.mark.parametrize("history", [{"begun": ["x"]}, {"begun": 5}, {"begun": [9]}, {"resumed": 5}, {"resumed": [1]}])
def test_a_history_that_cannot_be_is_refused(begun, history):
    refused(begun, lambda arrays, record: record.update(training={**record["training"], **history}))
