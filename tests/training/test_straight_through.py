"""Straight-through gradients against values worked by hand, and automatic differentiation of smooth stand-ins."""

import math

import pytest
import torch

from spikeloom.training.straight_through import AxonSpikes, Potential, Spike, events, switch


def core(seed: int = 0, n_axons: int = 16, n_neurons: int = 8, n_examples: int = 5) -> dict[str, torch.Tensor]:
    """Give the arguments of `Potential` for three cores."""
    generator = torch.Generator().manual_seed(seed)
    types = torch.randint(0, 4, (3, n_axons), generator=generator)
    return {
        "spikes": (torch.rand(3, n_axons, n_examples, generator=generator) < 0.4).float().requires_grad_(),
        "latents": torch.rand(3, n_axons, n_neurons, generator=generator).requires_grad_(),
        "strengths": (torch.randn(3, n_neurons, 4, generator=generator) * 50).requires_grad_(),
        "biases": (torch.randn(3, n_neurons, generator=generator) * 3).requires_grad_(),
        "types": torch.nn.functional.one_hot(types, 4).float(),
    }


def straight(value: torch.Tensor, passed: torch.Tensor) -> torch.Tensor:
    """Give `value`, with the gradient of `passed`."""
    return value.detach() + passed - passed.detach()


def test_a_synapse_is_on_above_one_half():
    assert switch(torch.tensor([0.2, 0.5, 0.51, 1.0]), torch.float32).tolist() == [0, 0, 1, 1]


def test_potentials_and_their_gradients_are_those_of_the_sum_with_straight_switch_and_rounding():
    got, expected = core(), core()
    potentials, _ = Potential.apply(*got.values(), 0.15)
    on = straight((expected["latents"] > 0.5).float(), expected["latents"])
    whole = straight(expected["strengths"].round(), expected["strengths"])
    synaptic = (expected["types"].unsqueeze(2) * whole.unsqueeze(1)).sum(3)
    biases = straight(expected["biases"].round(), expected["biases"])
    reference = torch.einsum("cae,can->cne", expected["spikes"], on * synaptic) + biases.unsqueeze(2)
    assert torch.allclose(potentials, reference, atol=1e-3)
    towards = torch.randn(potentials.shape, generator=torch.Generator().manual_seed(9))
    potentials.backward(towards)
    reference.backward(towards)
    for name in ("spikes", "latents", "strengths", "biases"):
        assert torch.allclose(got[name].grad, expected[name].grad, rtol=1e-4, atol=1e-3), name


def test_events_are_spikes_times_synapses_that_are_on_and_their_gradient_goes_straight_through():
    # 3 examples, 2 axons: axon 0 spikes in two of them and finds one synapse on, axon 1 spikes in one and finds two
    spikes = torch.tensor([[[1.0, 1, 0], [0, 0, 1]]], requires_grad=True)
    latents = torch.tensor([[[0.9, 0.2], [0.7, 0.6]]], requires_grad=True)
    count = events(spikes, latents)
    count.backward()
    assert count.item() == pytest.approx((2 * 1 + 1 * 2) / 3)
    assert torch.allclose(latents.grad, torch.tensor([[[2.0, 2], [1, 1]]]) / 3)
    assert torch.allclose(spikes.grad, torch.tensor([[[1.0, 1, 1], [2, 2, 2]]]) / 3)


def test_a_width_is_that_of_random_spikes_worked_by_hand():
    # two synapses on, of strengths 3 and -4: sqrt(0.15 * 25 + 1)
    types = torch.eye(4)[None, :3]
    latents = torch.tensor([[[0.9], [0.8], [0.1]]])
    strengths = torch.tensor([[[3.2, -4.0, 7.0, 9.0]]])
    _, width = Potential.apply(torch.ones(1, 3, 1), latents, strengths, torch.zeros(1, 1), types, 0.15)
    assert width.item() == pytest.approx(math.sqrt(0.15 * 25 + 1))


@pytest.mark.parametrize("seed", range(5))
def test_bfloat16_products_cross_the_threshold_where_float32_ones_do(seed):
    values = core(seed, n_axons=256, n_neurons=256, n_examples=50)
    exact, _ = Potential.apply(*values.values(), 0.15)
    halved = {**values, "spikes": values["spikes"].bfloat16(), "types": values["types"].bfloat16()}
    rounded, _ = Potential.apply(*halved.values(), 0.15)
    assert rounded.dtype == torch.bfloat16
    assert exact.abs().max() > 512  # beyond what the format holds exactly
    assert torch.equal(exact >= 0.5, rounded >= 0.5)


def test_a_spike_needs_a_potential_of_1_and_its_slope_is_a_bell_worked_by_hand():
    potential = torch.tensor([[0.0, 1.0, 2.5]], requires_grad=True)
    spikes = Spike.apply(potential, torch.tensor([[2.0]]))
    spikes.sum().backward()
    assert spikes.tolist() == [[0, 1, 1]]
    expected = [math.exp(-0.5 * z * z) / (2 * 2) for z in (-0.25, 0.25, 1.0)]
    assert potential.grad[0].tolist() == pytest.approx(expected)


def test_an_axon_carries_the_or_of_its_neurons_and_the_slope_of_their_product():
    # axons of one core: neurons 0 and 1, neuron 2 alone, none, neurons 3 and 4; neuron 5 goes nowhere
    sources = torch.tensor([[[0, 1], [2, -1], [-1, -1], [3, 4]]])
    destinations = torch.tensor([0, 0, 1, 3, 3, -1])
    values = torch.tensor([[0.0, 1, 1], [0, 0, 1], [1, 0, 1], [0, 1, 0], [0, 0, 1], [1, 1, 1]], requires_grad=True)
    axons = AxonSpikes.apply(values, sources, destinations)
    assert axons[0].tolist() == [[0, 1, 1], [1, 0, 1], [0, 0, 0], [0, 1, 1]]
    towards = torch.arange(1.0, 13).reshape(1, 4, 3)
    axons.backward(towards)
    smooth = values.detach().clone().requires_grad_()
    joined = [1 - (1 - smooth[0]) * (1 - smooth[1]), smooth[2], 0 * smooth[5], 1 - (1 - smooth[3]) * (1 - smooth[4])]
    torch.stack(joined).backward(towards[0])
    assert torch.equal(values.grad, smooth.grad)
