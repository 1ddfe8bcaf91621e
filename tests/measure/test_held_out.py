import numpy as np
import pytest

from programs import stripes, unsampled_accuracy
from spikeloom.data.datasets import from_arrays
from spikeloom.deployment.deploy import deploy
from spikeloom.errors import DataError, RecipeError
from spikeloom.measure.held_out import held_out
from spikeloom.training.fit import train
from spikeloom.training.recipe_files import load_recipe, recorded_recipe
from spikeloom.training.reporter import Silent
from spikeloom.training.split import validation_split

DATA = stripes(60)


def trained(seed: int = 0):
    changes = ["train.epochs=1", "train.batch=10", "data.validation=0.25"]
    layers = "layers=[{window=4,stride=4},{window=2,stride=1,features=64}]"
    recipe = load_recipe("quick", [*changes, layers]).model_copy(update={"seed": seed})
    return train(recipe, DATA, reporter=Silent(), threads=1)


def test_a_quarter_was_held_out_the_same_for_every_seed_and_never_trained_on():
    one, other = (held_out(trained(seed), DATA) for seed in (0, 1))
    assert len(one) == 15
    assert np.array_equal(one.images, other.images)
    seen, _ = validation_split(recorded_recipe(trained()), DATA)
    assert len(seen) == 45
    assert not {image.tobytes() for image in one.images} & {image.tobytes() for image in seen.images}


def test_what_a_training_says_of_its_validation_split_is_of_these_images():
    network = trained()
    told = network.training["log"][-1]["unsampled_validation_accuracy"]
    assert unsampled_accuracy(network, held_out(network, DATA)) == told


def test_other_data_and_programs_and_networks_without_a_recipe_are_refused():
    network = trained()
    with pytest.raises(DataError, match="arrays is other data than the network was trained on"):
        held_out(network, from_arrays(255 - DATA.images, DATA.labels))
    with pytest.raises(DataError, match="validation split: a program does not say what was held out"):
        held_out(deploy(network), DATA)
    network.training.clear()
    with pytest.raises(RecipeError):
        held_out(network, DATA)
