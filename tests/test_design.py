"""Designs fit, follow the data, and write recipes that train takes; refusals name what fits, and following works."""

import numpy as np
import pytest

from programs import stripes
from spikeloom.data import from_arrays, load_dataset
from spikeloom.design import choose, codings_for, delays_for, design_recipe, designs, recipe_text, recipe_values
from spikeloom.design import training_for as training
from spikeloom.errors import DataError, FitError
from spikeloom.network.proposals import example_that_fits, propose
from spikeloom.training.fit import train
from spikeloom.training.recipe import Layer
from spikeloom.training.recipe_files import load_recipe
from spikeloom.training.reporter import Silent

SHAPES = [
    ((28, 28, 1), 10, 5), ((28, 28, 3), 10, 30), ((32, 32, 3), 3, 20), ((1, 100, 8), 4, 30), ((64, 64, 3), 2, 60),
    ((34, 34, 4), 10, 60), ((5, 5, 1), 2, 1), ((9, 40, 2), 7, 12),
]  # fmt: skip


@pytest.mark.parametrize(("shape", "classes", "cores"), SHAPES)
def test_every_proposal_fits_the_budget_and_promises_more_than_cheaper_ones(shape, classes, cores):
    found = propose(shape, classes, cores)  # building a topology checks that it fits
    assert all(proposal.cores <= cores and proposal.axons_used <= 1 for proposal in found)
    assert [proposal.cores for proposal in found] == sorted({proposal.cores for proposal in found})
    assert [proposal.promise for proposal in found] == sorted(proposal.promise for proposal in found)


def test_the_papers_five_cores_are_what_five_cores_get():
    (proposal,) = propose((28, 28, 1), 10, 5)
    first, second = proposal.topology.layers
    assert (first.size, first.stride, second.size) == ((16, 16), (12, 12), (2, 2))


def test_the_cores_that_vote_can_be_bounded():
    found = propose((28, 28, 1), 10, 30, voting=1)
    assert found[-1].cores > 5
    assert all(proposal.topology.grids[-1] == (1, 1) for proposal in found)


def test_axons_used_are_counted_by_hand():
    (proposal,) = propose((28, 28, 1), 10, 5)
    assert (proposal.axons_used, proposal.voters) == (1.0, 250)  # all 5 x 256 axons; 25 of 256 neurons a class


def test_what_does_not_fit_names_a_budget_that_does():
    with pytest.raises(FitError, match=r"28 x 28 positions of 1 lines do not fit 2 cores; --cores 5 fits"):
        propose((28, 28, 1), 10, 2)
    assert propose((28, 28, 1), 10, 5)
    with pytest.raises(FitError, match=r"300 lines a position; a core has 256 axons; take fewer channels"):
        propose((4, 4, 300), 2, 100)
    with pytest.raises(FitError, match="bring the data to a smaller size, with --size"):
        propose((500, 500, 3), 2, 30)


@pytest.mark.parametrize("layers", [[{"window": 20}], [{"window": 8, "stride": 5}], [{"window": 8, "stride": 4}] * 4])
def test_a_refused_shape_names_one_that_fits_and_following_it_works(layers):
    recipe = load_recipe("deployed", [f"layers=[{', '.join('{' + _toml(layer) + '}' for layer in layers)}]"])
    with pytest.raises(FitError) as refused:
        recipe.topology((32, 32, 3), 10)
    named = str(refused.value).partition("for example layers of ")[2]
    assert example_that_fits((32, 32, 3), 10).partition("layers of ")[2] == named
    followed = [_followed(words) for words in named.partition(" fit (")[0].split(", then ")]
    fitting = recipe.model_copy(update={"layers": tuple(Layer(**layer) for layer in followed)})
    assert fitting.topology((32, 32, 3), 10).n_cores == 17


def _toml(layer):
    return ", ".join(f"{key} = {value}" for key, value in layer.items())


def _followed(words):
    """Give the keys that words such as 'window [8, 8], stride [8, 8], features 16' name."""
    import re

    return {key: eval(value) for key, value in re.findall(r"(\w+) (\[[^]]*\]|\d+)", words)}


def test_dark_and_light_values_get_a_threshold_and_grey_ones_several_codings():
    assert [coding.name for coding in codings_for(load_dataset("mnist"))] == ["threshold"]
    grey = from_arrays(np.random.default_rng(0).integers(0, 256, (50, 8, 8), dtype=np.uint8), np.arange(50) % 2)
    names = [coding.name for coding in codings_for(grey)]
    assert names == ["thermometer", "dithered", "threshold"]
    assert codings_for(grey)[0].thresholds == pytest.approx((1 / 6, 1 / 2, 5 / 6), abs=0.02)


def test_a_threshold_lies_between_what_is_dark_and_what_is_light():
    values = np.full((40, 8, 8), 0.3, np.float32)
    values[:, :4] = 0.6
    assert 0.3 < codings_for(from_arrays(values, np.arange(40) % 2))[-1].at <= 0.6


@pytest.mark.parametrize(("dark", "light"), [(128, 128), (0, 0), (120, 126), (0, 16), (10, 100), (255, 255)], ids=str)
def test_values_of_any_range_get_a_coding_that_parts_them_where_they_differ(dark, light):
    values = np.full((40, 8, 8), dark, np.uint8)
    values[:, :1, :2] = light
    (coding,) = {coding.at: coding for coding in codings_for(from_arrays(values, np.arange(40) % 2))}.values()
    assert coding.at <= light / 255 or light in (0, dark)
    assert coding.at > dark / 255 or light == dark


def test_sequences_are_seen_a_quarter_of_an_example_ago_too():
    clips = from_arrays(np.zeros((6, 8, 4, 4, 1), np.uint8), np.arange(6) % 2)
    assert (delays_for(clips), delays_for(stripes(6))) == ((0, 2), (0,))


@pytest.mark.parametrize(("examples", "epochs", "batch"), [(240, 150, 8), (2_000, 150, 50), (55_000, 40, 100)])
def test_small_data_are_seen_more_often_in_smaller_steps(examples, epochs, batch):
    found = training(examples, 30)
    assert (found["epochs"], found["batch"]) == (epochs, batch)


def test_delays_of_single_images_are_refused():
    with pytest.raises(DataError, match=r"single images; delays \[0, 2\] are for sequences of frames"):
        designs(stripes(60), 5, delays=(0, 2))


def test_a_refusal_of_many_classes_names_cores_for_them():
    with pytest.raises(FitError, match=r"of 1 lines for 300 classes do not fit 5 cores; --cores \d+ fits") as refused:
        propose((28, 28, 1), 300, 5)
    assert propose((28, 28, 1), 300, int(str(refused.value).split("--cores ")[1].split()[0]))


def test_the_coding_that_tells_the_classes_apart_is_chosen(monkeypatch):
    # classes differ in a grey level that a threshold between dark and light does not see
    rng = np.random.default_rng(0)
    values = rng.choice([0.05, 0.95], (240, 8, 8)).astype(np.float32)
    labels = np.arange(240) % 2
    values[:, 2:6, 2:6] = np.where(labels, 0.3, 0.15)[:, None, None] + rng.random((240, 4, 4)) * 0.02
    heard = []
    _, design = choose(from_arrays(values, labels), 5, hear=lambda *told: heard.append(told))
    accuracies = [accuracy for _, accuracy, _ in heard]
    assert [found.coding.name for found, _, _ in heard] == ["thermometer", "dithered", "threshold"]
    assert design.coding == heard[int(np.argmax(accuracies))][0].coding
    assert max(accuracies) > accuracies[2]


def test_a_recipe_for_arrays_of_colours_trains_on_those_arrays():
    data = stripes(60, shape=(8, 8, 3))
    recipe = design_recipe(data, 5)
    short = recipe.model_copy(update={"train": recipe.train.model_copy(update={"epochs": 1})})
    assert train(short, data, reporter=Silent()).interface.value_shape == (8, 8, 3)


def test_a_written_recipe_is_read_as_it_was_designed(tmp_path):
    data = stripes(300, shape=(16, 16))
    np.savez(tmp_path / "d.npz", x_train=data.images, y_train=data.labels)
    dataset = load_dataset(tmp_path / "d.npz")
    design = designs(dataset, 6)[-1]
    (tmp_path / "r.toml").write_text(recipe_text(recipe_values(dataset, design), ["why"]))
    recipe = load_recipe(tmp_path / "r.toml")
    assert recipe.topology(dataset.value_shape, dataset.n_classes) == design.proposal.topology
    assert (recipe.interface.coding, recipe.data.path) == (design.coding, str(tmp_path / "d.npz"))


def test_trials_of_codings_keep_to_the_cores_that_may_vote(monkeypatch):
    monkeypatch.setattr("spikeloom.design.choice.TRIAL_EPOCHS", 0.0)
    grey = np.random.default_rng(0).random((60, 16, 16), np.float32)
    heard = []
    choose(from_arrays(grey, np.arange(60) % 2), 12, voting=1, hear=lambda design, *_: heard.append(design))
    assert len(heard) == 3
    assert all(design.proposal.topology.grids[-1] == (1, 1) for design in heard)
