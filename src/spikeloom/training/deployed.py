r"""Training of the deployed network itself: synapses on or off, spikes or none, whole strengths and leaks.

Every synapse has a latent value in [0, 1] and is on above one half; strengths and biases are rounded. The forward pass
is the chip's, so what is trained is what is deployed. Gradients go straight through the switch and the rounding, and
through a spike by the slope of a bell around its threshold:

    V = b + sum x on s,    n = 1 if V >= 1,    dn/dV ~ exp(-z^2 / 2) / (2 w)   with   z = (V - 1/2) / w

where w is the width that V would have if a share of the axons spiked at random. In the last layer the vote of a
neuron is Phi(z), so that a vote that nearly passes counts nearly; classes are compared by a softmax whose sharpness is
learned.
Source: straight-through estimators, Bengio et al. 2013 (arXiv 1308.3432); Courbariaux et al. 2015 (arXiv 1511.00363).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from spikeloom.chip.limits import LEAK_LIMIT, N_AXON_TYPES, N_NEURONS, STRENGTH_LIMIT
from spikeloom.network.learned import LearnedLayer, LearnedNetwork
from spikeloom.training.layer import gather
from spikeloom.training.recipe import Deployed

_ACTIVE_SHARE = 0.15  # of the axons that spike, by which the surrogate's width is scaled; digits light a fifth
_SWITCH = 0.5
_THRESHOLD = 0.5  # between potentials of 0 and 1, which are whole numbers
_VOTES = 25  # of a class where ten share a core; sharpness is told for so many
_SHARPNESS_RATE = 0.1  # of the learning rate, for one number that all examples share


class Switch(torch.autograd.Function):
    """On above one half; the gradient goes straight through."""

    @staticmethod
    def forward(ctx: Any, latent: Tensor) -> Tensor:
        """Give 0 or 1."""
        return (latent > _SWITCH).to(latent.dtype)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        """Give the gradient as it came."""
        return g


class Whole(torch.autograd.Function):
    """The nearest whole number; the gradient goes straight through."""

    @staticmethod
    def forward(ctx: Any, value: Tensor) -> Tensor:
        """Round."""
        return value.round()

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        """Give the gradient as it came."""
        return g


class Spike(torch.autograd.Function):
    """A spike where the potential reaches 1; its slope is a bell of the given width around one half."""

    @staticmethod
    def forward(ctx: Any, potential: Tensor, width: Tensor) -> Tensor:
        """Give 0 or 1."""
        ctx.save_for_backward(potential, width)
        return (potential >= _THRESHOLD).to(potential.dtype)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, None]:
        """Give the gradient with respect to the potential."""
        potential, width = ctx.saved_tensors
        z = (potential - _THRESHOLD) / width
        return (z * z).mul_(-0.5).exp_().div_(width).mul_(0.5).mul_(g), None


class DeployedLayer(nn.Module):
    """A layer of whole cores.

    latents : (n_cores, n_axons, n_neurons)
    strengths : (n_cores, n_neurons, n_axon_types)
    biases : (n_cores, n_neurons)
    """

    types: Tensor
    sources: Tensor

    def __init__(self, layer: LearnedLayer, rows: np.ndarray, surrogate_width: float) -> None:
        super().__init__()
        self.latents = nn.Parameter(torch.from_numpy(layer.probabilities.copy()))
        self.strengths = nn.Parameter(torch.from_numpy(layer.strengths.astype(np.float32)))
        self.biases = nn.Parameter(torch.from_numpy(layer.biases.copy()))
        types = torch.from_numpy(layer.axon_types.astype(np.int64))
        self.register_buffer("types", functional.one_hot(types, N_AXON_TYPES).float())
        self.register_buffer("sources", torch.from_numpy(rows[layer.sources]).long())
        self._surrogate_width = surrogate_width

    def forward(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """Give potentials (n_cores * n_neurons, n_examples) and their widths (n_cores * n_neurons, 1)."""
        strengths = torch.bmm(self.types, Whole.apply(self.strengths).mT)  # (n_cores, n_axons, n_neurons)
        weights = Switch.apply(self.latents) * strengths
        padded = torch.cat([values, values.new_zeros(1, values.shape[1])])
        biases = Whole.apply(self.biases).unsqueeze(2)
        potentials = torch.baddbmm(biases, weights.mT, gather(padded, self.sources))
        with torch.no_grad():
            width = ((weights * weights).sum(1) * _ACTIVE_SHARE + 1).sqrt_() * self._surrogate_width
        return potentials.flatten(0, 1), width.reshape(-1, 1)

    @torch.no_grad()
    def clip(self) -> None:
        """Bring latents back to [0, 1], and strengths and biases to what the chip can hold."""
        self.latents.clamp_(0, 1)
        self.strengths.clamp_(-STRENGTH_LIMIT, STRENGTH_LIMIT)
        self.biases.clamp_(-LEAK_LIMIT, LEAK_LIMIT)

    @torch.no_grad()
    def learned(self, old: LearnedLayer) -> LearnedLayer:
        """Give the layer as it would be deployed: probabilities of 0 and 1, whole strengths and biases."""
        return replace(
            old,
            probabilities=Switch.apply(self.latents).cpu().numpy(),
            strengths=self.strengths.round().cpu().numpy().astype(np.int16),
            biases=self.biases.round().cpu().numpy(),
        )


class DeployedNetwork(nn.Module):
    """A learned network trained as it is deployed; the contract is `spikeloom.training.loop.Trainable`."""

    voters: Tensor

    def __init__(self, learned: LearnedNetwork, settings: Deployed) -> None:
        super().__init__()
        layers = []
        n_values = learned.topology.n_values
        for layer in learned.layers:
            layers.append(DeployedLayer(layer, np.append(np.arange(n_values), -1), settings.surrogate_width))
            n_values = layer.n_cores * N_NEURONS
        self.layers = cast(list[DeployedLayer], nn.ModuleList(layers))
        self.log_sharpness = nn.Parameter(torch.tensor(math.log(settings.sharpness)))
        classes = torch.from_numpy(learned.classes.astype(np.int64))
        of_class = classes.unsqueeze(0) == torch.arange(learned.topology.n_classes).unsqueeze(1)
        self.register_buffer("voters", of_class.float())  # (n_classes, n_last_neurons)
        self._strength_rate = settings.strength_rate

    def loss(self, values: Tensor, labels: Tensor, generator: torch.Generator, through: float) -> tuple[Tensor, Tensor]:
        """Give the loss, and the class of most votes of each example."""
        potentials, width = self._last_potentials(values)
        shares = self.voters @ torch.special.ndtr((potentials - _THRESHOLD) / width) / self._votes_per_class
        logits = shares * (self.log_sharpness.exp() * _VOTES)
        return functional.cross_entropy(logits.mT, labels), self._decide(potentials.detach())

    def decide(self, values: Tensor) -> Tensor:
        """Give the class of most votes of each example, ties to the lowest."""
        return self._decide(self._last_potentials(values)[0])

    def parameter_groups(self, rate: float) -> list[dict[str, Any]]:
        """Give the parameters with the learning rate that each kind takes."""
        synapses = [parameter for layer in self.layers for parameter in (layer.latents, layer.biases)]
        strengths = [layer.strengths for layer in self.layers]
        return [
            {"params": synapses, "lr": rate},
            {"params": strengths, "lr": rate * self._strength_rate},
            {"params": [self.log_sharpness], "lr": rate * _SHARPNESS_RATE},
        ]

    def clip(self) -> None:
        """Bring every parameter back into its range."""
        for layer in self.layers:
            layer.clip()

    def learned(self, start: LearnedNetwork) -> LearnedNetwork:
        """Give the network as it would be deployed, with everything else of `start`."""
        layers = tuple(layer.learned(old) for layer, old in zip(self.layers, start.layers, strict=True))
        return replace(start, layers=layers)

    def _last_potentials(self, values: Tensor) -> tuple[Tensor, Tensor]:
        for layer in self.layers[:-1]:
            values = Spike.apply(*layer(values))
        return self.layers[-1](values)

    def _decide(self, potentials: Tensor) -> Tensor:
        return (self.voters @ (potentials >= _THRESHOLD).to(potentials.dtype) / self._votes_per_class).argmax(0)

    @property
    def _votes_per_class(self) -> Tensor:
        return self.voters.sum(1, keepdim=True)
