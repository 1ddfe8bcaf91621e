"""Training of the deployed network: its forward pass is the chip's, its gradients go straight through."""

import math

import numpy as np
import pytest
import torch

from programs import stripes, tiny_network
from spikeloom.deployment.deploy import deploy
from spikeloom.measure.votes import count_votes
from spikeloom.network.forward import class_means
from spikeloom.network.learned import Convention
from spikeloom.network.topology import Topology, Windows
from spikeloom.training.deployed import DeployedNetwork, Spike, Switch
from spikeloom.training.loop import train
from spikeloom.training.recipe import Deployed, check_recipe

SHARED = Topology((8, 8, 1), 3, (Windows((4, 4), (4, 4)), Windows((2, 2), (1, 1), 64, shared=True)))
THRESHOLD = Convention(coding="threshold")


def recipe(**changes):
    values = {
        "name": "stripes",
        "data": {"path": "unused", "validation": 0.2},
        "layers": [{"window": 4, "stride": 4}, {"window": 2, "features": 64, "shared": True}],
        "train": {"method": "deployed", "epochs": 4, "batch": 20, "learning_rate": 0.02},
        "reading": {"coding": "threshold"},
    }
    return check_recipe(values | changes, "of the test")


def test_a_synapse_is_on_above_one_half_and_its_gradient_goes_straight_through():
    latent = torch.tensor([0.2, 0.5, 0.51, 1.0], requires_grad=True)
    on = Switch.apply(latent)
    on.backward(torch.tensor([1.0, 2.0, 3.0, 4.0]))
    assert on.tolist() == [0, 0, 1, 1]
    assert latent.grad.tolist() == [1, 2, 3, 4]


def test_a_spike_needs_a_potential_of_1_and_its_slope_is_a_bell_worked_by_hand():
    potential = torch.tensor([[0.0, 1.0, 2.5]], requires_grad=True)
    spikes = Spike.apply(potential, torch.tensor([[2.0]]))
    spikes.sum().backward()
    assert spikes.tolist() == [[0, 1, 1]]
    expected = [math.exp(-0.5 * z * z) / (2 * 2) for z in (-0.25, 0.25, 1.0)]
    assert potential.grad[0].tolist() == pytest.approx(expected)


@pytest.mark.parametrize("topology", [SHARED, SHARED.__class__((8, 8, 1), 3, (Windows((4, 4), (4, 4)),))])
def test_the_training_network_decides_what_its_chip_program_decides(topology):
    start = tiny_network(topology=topology, convention=THRESHOLD)
    network = DeployedNetwork(start, Deployed())
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


def test_strengths_are_learned_unless_their_rate_is_zero():
    kept = train(recipe(deployed={"strength_rate": 0}), stripes(90))
    learned = train(recipe(deployed={"strength_rate": 20}), stripes(90))
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
