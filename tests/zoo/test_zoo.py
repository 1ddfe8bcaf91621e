import re
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from spikeloom.chip.program import ChipProgram
from spikeloom.data import mnist
from spikeloom.errors import ArtefactError
from spikeloom.measure.energy import PAPER_PROFILE
from spikeloom.measure.evaluation import evaluate_network
from spikeloom.packing import measured_again
from spikeloom.training.recipe import Recipe
from spikeloom.training.recipe_files import changes_of, load_recipe, recorded_recipe, shipped_recipes
from spikeloom.zoo import load, load_network, zoo_card, zoo_names


def network_names() -> list[str]:
    """Give the names of the shipped learned networks, without the ensembles made of them."""
    return [name for name in zoo_names() if not zoo_card(name).networks]


def shipped_recipe(name: str) -> Recipe:
    """Give the shipped recipe that a shipped network was trained with: its name without a seed's number."""
    return load_recipe(name if name in shipped_recipes() else name.rpartition("-")[0])


@pytest.mark.parametrize("name", network_names())
def test_a_shipped_network_is_the_recipes_topology_and_carries_recipe_seed_and_log(name):
    network, recipe = load_network(f"zoo:{name}"), shipped_recipe(name)
    assert network.topology == recipe.topology((28, 28, 1), 10)
    made = recorded_recipe(network)
    assert made.name == recipe.name
    assert network.training["seed"] == made.seed == zoo_card(name).seed
    assert changes_of(made) == zoo_card(name).changes
    assert len(network.training["log"]) == made.train.epochs


@pytest.mark.parametrize("name", [name for name in network_names() if name in shipped_recipes()])
def test_a_network_with_the_name_of_a_recipe_was_made_by_it(name):
    assert recorded_recipe(load_network(f"zoo:{name}")) == load_recipe(name)


@pytest.mark.parametrize("name", zoo_names())
def test_a_card_tells_what_loading_gives(name):
    card, model = zoo_card(name), load(f"zoo:{name}")
    assert card.name == name
    assert card.cores == model.n_cores
    assert card.commands[-1].startswith(f"spikeloom pack {'ensemble' if card.networks else 'network'} {name} ")
    assert set(card.networks) <= set(network_names())
    assert card.shown[0].images == (10_000 if card.test else 5_000)
    assert card.shown[0].cores == card.cores * (1 if card.networks else card.members)


@pytest.mark.parametrize("name", [name for name in zoo_names() if zoo_card(name).validation[0].redrawn is None])
def test_a_card_of_what_has_no_chance_holds_what_is_measured_again(name):
    card = zoo_card(name)
    again = measured_again(card, load(f"zoo:{name}"))
    assert (again.validation, again.test) == (card.validation, card.test)


@pytest.mark.parametrize("folder", ["README.md", "docs", "benchmarks", "src"])
def test_every_network_that_is_named_anywhere_is_there(folder):
    root = Path(__file__).parents[2]
    files = (
        [root / folder] if folder.endswith(".md") else [*(root / folder).rglob("*.py"), *(root / folder).rglob("*.md")]
    )
    named = {name for file in files for name in re.findall(r"\bmnist-\d[\w-]*[\w]", file.read_text("utf-8"))}
    assert named <= {*zoo_names(), *shipped_recipes()}


def test_only_a_network_that_samples_says_so():
    for name in network_names():
        network, card = load_network(f"zoo:{name}"), zoo_card(name)
        assert card.method == recorded_recipe(network).method.name
        assert (card.validation[0].redrawn is None) == network.is_certain
        assert (card.method == "probabilities") == (not network.has_certain_synapses)


def test_every_network_fits_in_the_package():
    folder = resources.files("spikeloom.zoo")
    assert sum(len((folder / f"{name}.safetensors").read_bytes()) for name in network_names()) < 20e6


def test_an_ensemble_is_a_program_and_no_network():
    for name in set(zoo_names()) - set(network_names()):
        assert isinstance(load(f"zoo:{name}"), ChipProgram)
        with pytest.raises(ArtefactError, match="is an ensemble of several networks, and one is needed here; name"):
            load_network(f"zoo:{name}")


def test_every_axon_of_the_shipped_networks_is_fed():
    for name in network_names():
        for layer in load_network(f"zoo:{name}").layers:
            fed = (layer.sources >= 0).any(2).sum(1)
            assert (fed >= 196).all(), name  # windows of 14 x 14 pixels


def test_the_shipped_five_cores_cost_what_the_paper_says_by_calibration():
    images = mnist(train=False)
    result = evaluate_network(load_network("zoo:mnist-5"), images, {1: 1})[1]
    assert result.energy(PAPER_PROFILE).total == pytest.approx(0.268e-6, rel=5e-3)
    # a trained network, not a lucky file: far above the paper's 92.7 %
    assert result.accuracy > 0.93


def test_a_network_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(ArtefactError, match="zoo:mnist-7: the zoo has no such network; did you mean .*mnist-5"):
        load("zoo:mnist-7")


def test_shipped_probabilities_are_eight_bits():
    probabilities = load_network("zoo:mnist-30").layers[2].probabilities * 255
    assert np.allclose(probabilities, np.round(probabilities), atol=1e-3)
