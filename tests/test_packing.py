"""A run becomes a small file and a card of what was measured of that file; provenance goes with it."""

from dataclasses import replace

import numpy as np
import pytest

from programs import stripes, tiny_network
from spikeloom.errors import ArtefactError, DataError, RecipeError
from spikeloom.network.storage import load_learned
from spikeloom.packing import _commands, pack_ensemble, pack_network
from spikeloom.provenance import provenance_of
from spikeloom.training.fit import train
from spikeloom.training.recipe_files import check_recipe, load_recipe
from spikeloom.zoo import zoo_card
from spikeloom.zoo.cards import card


@pytest.fixture
def run(tmp_path, monkeypatch):
    train_set, test_set = stripes(90), stripes(30, seed=1)
    np.savez(
        tmp_path / "s.npz",
        x_train=train_set.images, y_train=train_set.labels, x_test=test_set.images, y_test=test_set.labels,
        class_names=train_set.class_names,
    )  # fmt: skip
    values = {
        "name": "own", "data": {"path": str(tmp_path / "s.npz"), "validation": 0.2}, "method": "deployed",
        "layers": [{"window": 4, "stride": 4}, {"window": 2}], "train": {"epochs": 1, "batch": 20},
        "interface": {"coding": "threshold"},
    }  # fmt: skip
    train(check_recipe(values, "of the test"), train_set, tmp_path / "run")
    return tmp_path / "run"


def test_a_card_is_of_the_file_that_is_shipped_and_says_where_it_comes_from(run, tmp_path):
    made = pack_network("own", run, tmp_path / "zoo", ["train it so"])
    assert card(tmp_path / "zoo" / "own.json") == made
    shipped = load_learned(tmp_path / "zoo" / "own.safetensors")
    assert made.trained.model_dump(mode="json") == shipped.training["provenance"]
    assert (made.method, made.cores, made.seed, made.commands) == ("deployed", 5, 0, ("train it so",))
    assert (made.validation[0].images, made.test[0].images) == (18, 30)
    assert made.measured.data == stripes(30, seed=1).fingerprint
    assert made.trained.data == stripes(90).fingerprint


def test_a_card_of_what_is_there_to_be_chosen_among_has_no_test_figure(run, tmp_path):
    made = pack_network("own", run, tmp_path / "zoo", ["train it so"], with_test=False)
    assert made.test == ()
    assert made.shown == made.validation
    recipe = load_recipe("mnist-5-deployed", ["seed=3", "train.epochs=1"]).model_dump(mode="json")
    trained = replace(tiny_network(), training={"recipe": recipe, "seed": 3})
    assert _commands("own", trained, with_test=False) == (
        "spikeloom train mnist-5-deployed --seed 3 --set train.epochs=1 --out runs/own",
        "spikeloom pack network own runs/own --no-test",
    )


@pytest.mark.parametrize(("part", "value"), [("start", "0" * 64), ("begun", [3]), ("processes", 2)])
def test_a_network_that_its_recipe_alone_does_not_make_needs_the_commands(part, value):
    recipe = load_recipe("mnist-5-deployed").model_dump(mode="json")
    trained = replace(tiny_network(), training={"recipe": recipe, "seed": 0, part: value})
    with pytest.raises(RecipeError, match=f"own: its training has {part}, so no recipe alone makes it"):
        _commands("own", trained, with_test=False)


def test_a_run_of_other_data_than_its_recipe_names_is_not_measured_on_those(run, tmp_path):
    other = stripes(90, seed=5)
    np.savez(tmp_path / "s.npz", x_train=other.images, y_train=other.labels, x_test=other.images, y_test=other.labels,
             class_names=other.class_names)  # fmt: skip
    with pytest.raises(DataError, match="is other data than the network was trained on"):
        pack_network("own", run, tmp_path / "zoo", ["train it so"])


def test_an_ensemble_is_of_shipped_networks(tmp_path):
    with pytest.raises(ArtefactError, match=r"both: runs/own is no zoo:NAME; .*pack it first"):
        pack_ensemble("both", ["zoo:mnist-5", "runs/own"], tmp_path)
    made = pack_ensemble("both", ["zoo:mnist-5-frugal"], tmp_path, with_test=False)
    assert made.test == ()
    assert made.validation == zoo_card("mnist-5-frugal").validation
    assert made.commands[0].endswith("--no-test")


def test_provenance_names_version_libraries_machine_device_and_data():
    found = provenance_of("cpu", 2, "abc")
    assert {"numpy", "torch", "numba", "scipy"} <= set(found.libraries)
    assert (found.device, found.threads, found.data) == ("cpu", 2, "abc")
    assert found.version[0].isdigit()


@pytest.mark.parametrize("name", ["../../evil", "", "a/b", ".hidden", "a b"])
def test_a_name_that_leads_out_of_its_folder_is_refused(run, tmp_path, name):
    with pytest.raises(ArtefactError, match="letters, digits, points and dashes are allowed"):
        pack_network(name, run, tmp_path / "zoo", ["x"])
    assert not (tmp_path / "zoo").exists()


def test_what_cannot_be_packed_leaves_the_earlier_one_whole(run, tmp_path):
    (tmp_path / "zoo").mkdir()
    (tmp_path / "zoo" / "n.safetensors").write_bytes(b"earlier")
    with pytest.raises(RecipeError, match="is not shipped"):
        pack_network("n", run, tmp_path / "zoo")
    assert (tmp_path / "zoo" / "n.safetensors").read_bytes() == b"earlier"
