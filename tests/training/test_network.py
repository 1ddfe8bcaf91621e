import math

import numpy as np
import pytest
import torch

from programs import tiny_network
from spikeloom.training.network import TrainingNetwork, decide, population_loss
from spikeloom.training.recipe import Probabilities


def normal(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def test_the_population_loss_worked_by_hand():
    # 4 voters a class: means 3 and 1 votes, variances 0.999 and 0.249 with the floor of 0.001 give 1 and 0.25
    mean, variance = torch.tensor([[3.0], [1.0]]), torch.tensor([[0.999], [0.249]])
    voters = torch.tensor([[4.0], [4.0]])
    passing = (3 - 2) / 1, (1 - 2) / 0.5
    for label, other in ((0, 1), (1, 0)):
        expected = -math.log(normal(passing[label])) - math.log(1 - normal(passing[other]))
        got = population_loss(mean, variance, voters, torch.tensor([label])).item()
        assert got == pytest.approx(expected, rel=1e-5)


def test_the_loss_stays_finite_where_every_voter_is_certain_and_wrong():
    mean = torch.tensor([[0.0], [25.0]], requires_grad=True)
    loss = population_loss(mean, torch.zeros(2, 1), torch.full((2, 1), 25.0), torch.tensor([0]))
    loss.backward()
    assert math.isfinite(loss.item())
    assert mean.grad is not None
    assert torch.isfinite(mean.grad).all()


def test_ties_go_to_the_lowest_class_and_scores_are_means():
    assert decide(torch.tensor([[5.0], [5.0], [4.0]]), torch.tensor([[10.0], [10.0], [10.0]])).tolist() == [0]
    assert decide(torch.tensor([[5.0], [4.0]]), torch.tensor([[10.0], [5.0]])).tolist() == [1]


def test_dropout_drops_hidden_spikes_without_rescaling_the_rest():
    network = TrainingNetwork(tiny_network(), Probabilities(dropout=0.5))
    seen: list[torch.Tensor] = []
    network.layers[1].register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    values = torch.rand(64, 40)
    network.moments(values)
    network.moments(values, torch.Generator().manual_seed(0))
    whole, dropped = seen
    kept = dropped > 0
    assert torch.equal(dropped[kept], whole[kept])
    assert kept[whole > 0].float().mean().item() == pytest.approx(0.5, abs=0.02)


def test_an_untouched_network_comes_back_unchanged():
    start = tiny_network()
    back = TrainingNetwork(start).learned(start)
    for before, after in zip(start.layers, back.layers, strict=True):
        assert np.array_equal(before.probabilities, after.probabilities)
        assert np.array_equal(before.biases, after.biases)


def test_trained_values_land_on_their_own_synapses():
    start = tiny_network()
    network = TrainingNetwork(start)
    group = network.layers[0].groups[0]
    cores, axons, neurons = (np.broadcast_to(index, group.probabilities.shape)[2, 9, 5] for index in group.place)
    with torch.no_grad():
        group.probabilities[2, 9, 5] = 0.125
        group.biases[2, 5] = -7
    layer = network.learned(start).layers[0]
    assert layer.probabilities[cores, axons, neurons] == 0.125
    assert layer.biases[cores, neurons] == -7
    changed = layer.probabilities != start.layers[0].probabilities
    assert changed.sum() == 1
