import numpy as np
import pytest

from spikeloom.chip.limits import N_AXONS
from spikeloom.data import mnist
from spikeloom.errors import ArtefactError
from spikeloom.measure.energy import PAPER_PROFILE, energy_per_image, named_profile
from spikeloom.measure.evaluation import evaluate_network
from spikeloom.training.loop import recorded_recipe
from spikeloom.training.recipe import load_recipe
from spikeloom.zoo import load, load_network, zoo_names


@pytest.mark.parametrize("name", ["mnist-5", "mnist-30"])
def test_a_shipped_network_is_the_recipes_topology_and_carries_recipe_seed_and_log(name):
    network = load_network(f"zoo:{name}")
    assert network.topology == load_recipe(name).topology((28, 28, 1), 10)
    training = network.training
    assert training["recipe"]["name"] == name
    assert training["seed"] == 0
    assert len(training["log"]) == training["recipe"]["train"]["epochs"]
    assert set(training["validation"]) == {"training_network", "members_1", "members_4", "members_16", "members_64"}


@pytest.mark.parametrize("name", ["mnist-5", "mnist-30"])
def test_a_shipped_network_has_the_shipped_recipe(name):
    assert recorded_recipe(load_network(f"zoo:{name}")) == load_recipe(name)


def test_every_axon_of_the_shipped_networks_is_fed():
    for name in zoo_names():
        assert all(
            (layer.sources >= 0).sum() == layer.n_cores * N_AXONS for layer in load_network(f"zoo:{name}").layers
        )


def test_the_shipped_five_cores_cost_what_the_paper_says_by_calibration():
    images = mnist(train=False)
    result = evaluate_network(load_network("zoo:mnist-5"), images, {1: 1})[1]
    energy = energy_per_image(named_profile(PAPER_PROFILE), result.cores, 1, result.activity)
    assert energy.total == pytest.approx(0.268e-6, rel=5e-3)
    # a trained network, not a lucky file: far above the paper's 92.7 %
    assert result.accuracy > 0.93


def test_a_network_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(ArtefactError, match="zoo:mnist-7: the zoo has no such network; it has mnist-30, mnist-5"):
        load("zoo:mnist-7")


def test_shipped_probabilities_are_eight_bits():
    probabilities = load_network("zoo:mnist-30").layers[2].probabilities * 255
    assert np.allclose(probabilities, np.round(probabilities), atol=1e-3)
