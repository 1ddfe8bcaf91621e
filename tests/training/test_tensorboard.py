"""What TensorBoard's own reader finds in a run folder is what metrics.jsonl holds."""

import json
import sys

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from programs import stripes
from spikeloom.errors import PeerError, TrainingError
from spikeloom.training.fit import train
from spikeloom.training.hold import held
from spikeloom.training.recipe_files import load_recipe
from spikeloom.training.reporter import Silent
from spikeloom.training.tensorboard import TensorBoard


def test_tensorboard_reads_every_metric_of_every_epoch(tmp_path):
    recipe = load_recipe("quick", ["name=s", "layers=[{window=8}]", "train.epochs=2", "train.batch=20"])
    train(recipe, stripes(), tmp_path, reporter=TensorBoard(tmp_path, Silent()))
    found = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    kept = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    for name in kept[0].keys() - {"epoch"}:
        scalars = [(scalar.step, scalar.value) for scalar in found.Scalars(name)]
        assert scalars == [(line["epoch"], pytest.approx(line[name])) for line in kept]
    assert set(found.Tags()["scalars"]) == kept[0].keys() - {"epoch"}


def test_without_tensorboard_the_way_to_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(PeerError, match=r"tensorboard: is not installed; pip install 'spikeloom\[tensorboard\]'"):
        TensorBoard(tmp_path, Silent())


def test_a_training_that_is_refused_leaves_no_scalars(tmp_path):
    with held(tmp_path), pytest.raises(TrainingError, match="is in use"):
        recipe = load_recipe("quick", ["name=s", "layers=[{window=8}]", "train.epochs=1", "train.batch=20"])
        train(recipe, stripes(), tmp_path, reporter=TensorBoard(tmp_path, Silent()))
    assert not (tmp_path / "tensorboard").exists()
