"""The layer's mathematics against values worked by hand, numerical gradients and brute force."""

import math

import numpy as np
import pytest
import torch

from programs import stripes, tiny_network
from spikeloom.network.forward import class_means, spike_probabilities
from spikeloom.network.learned import Convention
from spikeloom.training.layer import SpikeProbability, gather
from spikeloom.training.network import TrainingNetwork

FLOOR = 0.01


def probability(x, c, s, b, boundary=0.5, floor=FLOOR):
    return SpikeProbability.apply(x, c, s, b, Convention(boundary=boundary, variance_floor=floor))


def random_core(generator: torch.Generator, n_axons: int = 12, n_neurons: int = 5, n_examples: int = 3):
    """Give x, c, s, b of two cores in float64."""
    x = torch.rand(2, n_axons, n_examples, generator=generator, dtype=torch.float64)
    c = torch.rand(2, n_axons, n_neurons, generator=generator, dtype=torch.float64)
    s = torch.randint(-2, 3, (2, n_axons, n_neurons), generator=generator).double()
    b = torch.randint(-1, 2, (2, n_neurons), generator=generator).double()
    return x, c, s, b


def test_one_neuron_worked_by_hand():
    # two axons: mu = 0.5 * 0.8 * 2 - 1 * 0.5 * 1 + 0.25 = 0.55, var = 0.4 * 0.6 * 4 + 0.5 * 0.5 = 1.21
    x = torch.tensor([[[0.5], [1.0]]])
    c = torch.tensor([[[0.8], [0.5]]])
    s = torch.tensor([[[2.0], [-1.0]]])
    got = probability(x, c, s, torch.tensor([[0.25]]), boundary=0.0, floor=1e-9).item()
    assert got == pytest.approx(0.5 * math.erfc(-0.5 / math.sqrt(2)), abs=1e-6)  # z = 0.55 / 1.1


def test_a_blank_window_without_bias_does_not_spike():
    blank = torch.zeros(1, 4, 1)
    got = probability(blank, torch.rand(1, 4, 3), torch.ones(1, 4, 3), torch.zeros(1, 3))
    assert got.max() < 1e-6


@pytest.mark.parametrize("boundary", [0.0, 0.5])
def test_gradients_agree_with_numerical_ones(boundary):
    x, c, s, b = random_core(torch.Generator().manual_seed(1))
    for tensor in (x, c, b):
        tensor.requires_grad_()
    assert torch.autograd.gradcheck(lambda x, c, b: probability(x, c, s, b, boundary), (x, c, b))


def test_products_in_bfloat16_give_nearly_the_same_probabilities_and_gradients():
    exact, rounded = (
        [tensor.float().requires_grad_() for tensor in random_core(torch.Generator().manual_seed(4), 256, 64, 20)]
        for _ in range(2)
    )
    expected = probability(*exact)
    x, c, s, b = rounded
    got = probability(x, c, s.detach().bfloat16(), b)
    assert got.dtype == torch.float32
    assert (got - expected).abs().max() < 0.02
    towards = torch.randn(got.shape, generator=torch.Generator().manual_seed(5))
    expected.backward(towards)
    got.backward(towards)
    for index in (0, 1, 3):
        error = (rounded[index].grad - exact[index].grad).norm() / exact[index].grad.norm()
        assert error < 0.02


def test_nearly_certain_synapses_keep_their_small_variance_in_bfloat16():
    generator = torch.Generator().manual_seed(6)
    x = (torch.rand(1, 256, 20, generator=generator) < 0.2).float()
    c = torch.where(torch.rand(1, 256, 64, generator=generator) < 0.5, 0.002, 0.998)
    s = torch.randint(-2, 3, (1, 256, 64), generator=generator).float()
    b = torch.zeros(1, 64)
    assert (probability(x, c, s.bfloat16(), b) - probability(x, c, s, b)).abs().max() < 0.02


def sampled_sums(x, c, s, b, n: int, seed: int) -> np.ndarray:
    """Draw spikes and synapses n times and sum, for one core, (n, n_neurons, n_examples)."""
    rng = np.random.default_rng(seed)
    spikes = rng.random((n, *x.shape)) < x
    synapses = rng.random((n, *c.shape)) < c
    return np.einsum("nae,naj,aj->nje", spikes, synapses, s) + b[:, None]


def test_mean_and_variance_agree_with_brute_force_sampling():
    x, c, s, b = (tensor[0].numpy() for tensor in random_core(torch.Generator().manual_seed(2), n_axons=40))
    n = 40_000
    sums = sampled_sums(x, c, s, b, n, seed=3)
    on = x[:, None, :] * c[:, :, None]
    mean = (on * s[:, :, None]).sum(0) + b[:, None]
    variance = (on * (1 - on) * s[:, :, None] ** 2).sum(0)
    # four standard errors of a mean, and of a variance of a nearly Gaussian sum
    assert (abs(sums.mean(0) - mean) < 4 * np.sqrt(variance / n)).all()
    assert (abs(sums.var(0) - variance) < 4 * variance * np.sqrt(2 / n) + 0.05).all()
    # and the layer has just these moments: its probability at two boundaries gives both back
    floor = 1e-9
    at = [
        torch.special.ndtri(
            probability(*(torch.from_numpy(array)[None] for array in (x, c, s, b)), boundary=boundary, floor=floor)[0]
        ).numpy()
        for boundary in (0.0, 1.0)
    ]
    deviation = 1 / (at[0] - at[1])
    assert np.allclose(deviation**2, variance, rtol=1e-6)
    assert np.allclose(at[0] * deviation, mean, atol=1e-6)


def exact_probability(x, c, s, b) -> np.ndarray:
    """P(sum + b >= 1) from the exact distribution of the sum, axon by axon, (n_neurons, n_examples)."""
    n_axons, n_neurons = c.shape
    reach = int(abs(s).sum(0).max())
    result = np.zeros((n_neurons, x.shape[1]))
    for neuron in range(n_neurons):
        for example in range(x.shape[1]):
            distribution = np.zeros(2 * reach + 1)
            distribution[reach] = 1
            for axon in range(n_axons):
                on = x[axon, example] * c[axon, neuron]
                distribution = (1 - on) * distribution + on * np.roll(distribution, int(s[axon, neuron]))
            result[neuron, example] = distribution[reach + 1 - int(b[neuron]) :].sum()
    return result


@pytest.mark.parametrize(
    ("density", "boundary", "mean_error", "largest_error"),
    [
        (1.00, 0.5, 0.001, 0.005),
        (0.20, 0.5, 0.003, 0.02),
        (0.03, 0.5, 0.05, 0.25),
        (1.00, 0.0, 0.03, 0.05),
        (0.20, 0.0, 0.06, 0.10),
        (0.03, 0.0, 0.13, 0.40),
    ],
)
def test_spike_probabilities_are_near_the_exact_ones_at_one_half_and_not_at_zero(
    density, boundary, mean_error, largest_error
):
    generator = torch.Generator().manual_seed(4)
    x, c, s, b = (tensor[0].numpy() for tensor in random_core(generator, n_axons=256, n_neurons=24, n_examples=4))
    x = x * (np.random.default_rng(5).random(x.shape) < density)
    exact = exact_probability(x, c, s, b)
    got = probability(*(torch.from_numpy(array)[None] for array in (x, c, s, b)), boundary=boundary)[0].numpy()
    error = abs(got - exact)
    assert error.mean() < mean_error
    assert error.max() < largest_error


def test_the_layer_agrees_with_the_learned_networks_own_forward_pass():
    learned = tiny_network()
    values = stripes(6).values
    network = TrainingNetwork(learned)
    first = network.layers[0](torch.from_numpy(values.T.copy())).T.detach().numpy()
    expected = spike_probabilities(learned.layers[0], learned.convention, values)
    assert np.allclose(first, expected[:, network.layers[0].order], atol=2e-6)
    mean, _ = network.moments(torch.from_numpy(values.T.copy()))
    assert np.allclose((mean / network.votes_per_class).T.detach().numpy(), class_means(learned, values), atol=2e-6)


def test_only_neurons_with_a_destination_are_trained():
    learned = tiny_network()
    assert [connected.sum(1).tolist() for connected in learned.connected] == [[64] * 4, [255]]
    shapes = [group.probabilities.shape for layer in TrainingNetwork(learned).layers for group in layer.groups]
    assert [tuple(shape) for shape in shapes] == [(4, 256, 64), (1, 256, 255)]


def test_clipping_brings_every_parameter_back_into_its_range():
    network = TrainingNetwork(tiny_network())
    group = network.layers[0].groups[0]
    with torch.no_grad():
        group.probabilities += 2
        group.biases -= 1000
    network.clip()
    assert group.probabilities.max() == 1
    assert group.biases.min() == -255


def test_gathering_shared_axons_agrees_with_the_numpy_forward_pass():
    values = torch.rand(7, 5)
    values[-1] = 0
    sources = torch.tensor([[[0, 1, -1], [2, -1, -1]], [[3, 4, 5], [-1, -1, -1]]])
    gathered = gather(values, sources)
    assert gathered[0, 0].tolist() == pytest.approx((1 - (1 - values[0]) * (1 - values[1])).tolist())
    assert torch.equal(gathered[0, 1], values[2])
    assert not gathered[1, 1].any()
