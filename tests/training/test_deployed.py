"""Training of the deployed network: its forward pass is the chip's, its gradients go straight through."""

import numpy as np
import pytest
import torch

from programs import stripes, tiny_network
from spikeloom.deployment.deploy import deploy
from spikeloom.measure.votes import count_votes
from spikeloom.network.forward import class_means
from spikeloom.network.topology import Topology, Windows
from spikeloom.training.deployed import DeployedNetwork
from spikeloom.training.fit import train
from spikeloom.training.recipe import Deployed
from spikeloom.training.recipe_files import check_recipe

SHARED = Topology((8, 8, 1), 3, (Windows((4, 4), (4, 4)), Windows((2, 2), (1, 1), 64, shared=True)))
ONE_LAYER = Topology((8, 8, 1), 3, (Windows((4, 4), (4, 4)),))
REPEATED = Topology((8, 8, 1), 3, (Windows((4, 4), (4, 4), repeats=3),))


def recipe(**changes):
    values = {
        "name": "stripes",
        "data": {"path": "unused", "validation": 0.2},
        "layers": [{"window": 4, "stride": 4}, {"window": 2, "features": 64, "shared": True}],
        "method": "deployed",
        "train": {"epochs": 4, "batch": 20, "learning_rate": 0.02},
        "interface": {"coding": "threshold"},
    }
    return check_recipe(values | changes, "of the test")


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("topology", [SHARED, ONE_LAYER, REPEATED])
def test_the_training_network_decides_what_its_chip_program_decides(topology, precision):
    start = tiny_network(topology=topology, coding="threshold")
    network = DeployedNetwork(start, Deployed(), precision)
    learned = network.learned(start)
    values = np.random.default_rng(1).random((60, 64), np.float32)
    decided = network.decide(torch.from_numpy((values.T >= 0.5).astype(np.float32)))
    votes = count_votes(deploy(learned, seed=5), values)
    assert decided.tolist() == votes.decisions.classes.tolist()
    assert np.allclose(class_means(learned, values), votes.votes / votes.voters, atol=1e-5)


def test_what_is_trained_is_what_is_deployed_and_no_draw_changes_it(tmp_path):
    learned = train(recipe(), stripes(300), tmp_path)
    assert all(set(np.unique(layer.probabilities)) <= {0, 1} for layer in learned.layers)
    assert all((layer.biases == np.rint(layer.biases)).all() for layer in learned.layers)
    test = stripes(60, seed=7)
    first, second = (count_votes(deploy(learned, seed=seed), test.values, seed).votes for seed in (0, 1))
    assert np.array_equal(first, second)
    assert (first.argmax(1) == test.labels).mean() > 0.9


def test_the_events_that_cost_are_those_that_the_simulator_counts():
    start = tiny_network(topology=SHARED, coding="threshold")
    start.layers[1].probabilities[0, :, 255] = 0  # the voter that no class wants is switched off when it is deployed
    values, labels = torch.rand(64, 60, generator=torch.Generator().manual_seed(2)), torch.zeros(60, dtype=torch.int64)
    shown = (values >= 0.5).float()
    free, costly = (
        DeployedNetwork(start, Deployed(event_cost=cost))(shown, labels, torch.Generator(), 0.0)[0].item()
        for cost in (0.0, 1000.0)
    )
    network = DeployedNetwork(start, Deployed())
    counted = count_votes(deploy(network.learned(start)), values.T.contiguous().numpy()).activity
    assert (costly - free) / 1000 * 65_536 == pytest.approx(counted.events_per_image, rel=1e-3)


def test_an_event_cost_saves_events_and_the_network_still_learns():
    frugal = train(recipe(method={"name": "deployed", "event_cost": 0.5}), stripes(300))
    free = train(recipe(), stripes(300))
    test = stripes(60, seed=7)
    votes = [count_votes(deploy(learned), test.values) for learned in (frugal, free)]
    assert votes[0].activity.events_per_image < 0.8 * votes[1].activity.events_per_image
    assert (votes[0].votes.argmax(1) == test.labels).mean() > 0.9


def test_strengths_are_learned_unless_their_rate_is_zero():
    kept = train(recipe(method={"name": "deployed", "strength_rate": 0}), stripes(90))
    learned = train(recipe(method={"name": "deployed", "strength_rate": 20}), stripes(90))
    assert {tuple(sorted(row)) for row in kept.layers[0].strengths[0].tolist()} == {(-2, -1, 1, 2)}
    assert any((a.strengths != b.strengths).any() for a, b in zip(learned.layers, kept.layers, strict=True))


def test_a_stopped_training_goes_on_bit_for_bit(tmp_path):
    class Stop(Exception):
        pass

    class StopAfterTwo:
        def step(self, *_):
            pass

        def epoch(self, metrics):
            if metrics["epoch"] == 2:
                raise Stop

    whole = train(recipe(), stripes(), tmp_path / "whole")
    with pytest.raises(Stop):
        train(recipe(), stripes(), tmp_path / "stopped", reporter=StopAfterTwo())
    resumed = train(recipe(), stripes(), tmp_path / "stopped")
    for a, b in zip(whole.layers, resumed.layers, strict=True):
        assert np.array_equal(a.probabilities, b.probabilities)
        assert np.array_equal(a.strengths, b.strengths)
        assert np.array_equal(a.biases, b.biases)
