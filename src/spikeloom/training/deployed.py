r"""Training of the deployed network itself: synapses on or off, spikes or none, whole strengths and leaks.

The forward pass is the chip's, so what is trained is what is deployed; gradients go straight through what has none
(`spikeloom.training.straight_through`). In the last layer the vote of a neuron is Phi(z), with z = (V - 1/2) / w as in
a spike's slope, so that a vote that nearly passes counts nearly; classes are compared by a softmax whose sharpness is
learned.
Source: straight-through estimators, Bengio et al. 2013 (arXiv 1308.3432); Courbariaux et al. 2015 (arXiv 1511.00363).
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from spikeloom.chip.limits import LEAK_LIMIT, N_AXON_TYPES, N_AXONS, N_NEURONS, STRENGTH_LIMIT
from spikeloom.network.learned import LearnedLayer, LearnedNetwork
from spikeloom.network.topology import UNUSED
from spikeloom.training.network import decide
from spikeloom.training.recipe import Deployed
from spikeloom.training.straight_through import BOUNDARY, AxonSpikes, Potential, Spike, events, switch
from spikeloom.training.trainable import Trainable

_EVENTS_PER_CORE = N_AXONS * N_NEURONS  # what a core has at most in a tick, by which the cost of events is told
_SHARPNESS_RATE = 0.1  # of the learning rate, for one number that all examples share


class DeployedLayer(nn.Module):
    """A layer of whole cores.

    latents : (n_cores, n_axons, n_neurons)
    strengths : (n_cores, n_neurons, n_axon_types)
    biases : (n_cores, n_neurons)
    n_below : int, optional
        Neurons of the layer below; None over the input.
    """

    types: Tensor
    sources: Tensor
    destinations: Tensor | None

    def __init__(self, layer: LearnedLayer, n_below: int | None, settings: Deployed, precision: torch.dtype) -> None:
        super().__init__()
        self.latents = nn.Parameter(torch.from_numpy(layer.probabilities.copy()))
        self.strengths = nn.Parameter(torch.from_numpy(layer.strengths.astype(np.float32)))
        self.biases = nn.Parameter(torch.from_numpy(layer.biases.copy()))
        self._precision = precision
        types = torch.from_numpy(layer.axon_types.astype(np.int64))
        self.register_buffer("types", functional.one_hot(types, N_AXON_TYPES).to(self._precision))
        self.register_buffer("sources", torch.from_numpy(layer.sources).long())
        destinations = None if n_below is None else torch.from_numpy(_destinations(layer.sources, n_below))
        self.register_buffer("destinations", destinations)
        self._surrogate_width = settings.surrogate_width
        self._active_share = settings.active_share

    def axon_spikes(self, values: Tensor) -> Tensor:
        """Give the spikes on the axons, (n_cores, n_axons, n_examples), of those of the layer below."""
        return cast(Tensor, AxonSpikes.apply(values.to(self._precision), self.sources, self.destinations))

    def forward(self, spikes: Tensor) -> tuple[Tensor, Tensor]:
        """Give potentials (n_cores * n_neurons, n_examples) and their widths (n_cores * n_neurons, 1)."""
        potentials, width = Potential.apply(
            spikes, self.latents, self.strengths, self.biases, self.types, self._active_share
        )
        return potentials.flatten(0, 1), width.reshape(-1, 1) * self._surrogate_width

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
            probabilities=switch(self.latents, torch.float32).cpu().numpy(),
            strengths=self.strengths.round().cpu().numpy().astype(np.int16),
            biases=self.biases.round().cpu().numpy(),
        )


class DeployedNetwork(Trainable):
    """A learned network trained as it is deployed."""

    voters: Tensor

    def __init__(self, learned: LearnedNetwork, settings: Deployed, precision: torch.dtype = torch.float32) -> None:
        super().__init__(learned.interface)
        below = [None, *(layer.n_cores * N_NEURONS for layer in learned.layers)]
        layers = [DeployedLayer(layer, n, settings, precision) for layer, n in zip(learned.layers, below, strict=False)]
        self.layers = cast(list[DeployedLayer], nn.ModuleList(layers))
        self.log_sharpness = nn.Parameter(torch.tensor(math.log(settings.sharpness)))
        classes = torch.from_numpy(learned.classes.astype(np.int64))
        of_class = classes.unsqueeze(0) == torch.arange(learned.topology.n_classes).unsqueeze(1)
        self.register_buffer("voters", of_class.float())  # (n_classes, n_last_neurons)
        self._strength_rate = settings.strength_rate
        self._event_cost, self._dropout = settings.event_cost, settings.dropout
        # sharpness is told for the votes that one core gives each class, whatever number of cores votes
        self._votes_of_a_core = max(N_NEURONS // learned.topology.n_classes, 1)

    def forward(
        self, values: Tensor, labels: Tensor, generator: torch.Generator, through: float
    ) -> tuple[Tensor, Tensor]:
        """Give the loss, and the class of most votes of each example."""
        spikes = self._axon_spikes(values, generator)
        potentials, width = self.layers[-1](spikes[-1])
        # a smooth vote in the loss alone: what is decided counts whole spikes
        votes = torch.special.ndtr((potentials.float() - BOUNDARY) / width)
        shares = self.over_ticks(self.voters @ votes) / (self._votes_per_class * self.n_counted)
        logits = shares * (self.log_sharpness.exp() * self._votes_of_a_core)
        loss = functional.cross_entropy(logits.mT, labels)
        if self._event_cost:
            by_layer = [events(seen, layer.latents) for seen, layer in zip(spikes, self.layers, strict=True)]
            loss = loss + self._event_cost * torch.stack(by_layer).sum() / _EVENTS_PER_CORE
        return loss, self._decide(potentials.detach())

    def decide(self, values: Tensor) -> Tensor:
        """Give the class of most votes of each example, ties to the lowest."""
        potentials, _ = self.layers[-1](self._axon_spikes(values)[-1])
        return self._decide(potentials)

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

    def _axon_spikes(self, values: Tensor, generator: torch.Generator | None = None) -> list[Tensor]:
        """Give the spikes on the axons of every layer; with a generator those that dropout leaves."""
        seen = [self._left(self.layers[0].axon_spikes(values), generator)]
        for layer, above in pairwise(self.layers):
            seen.append(self._left(above.axon_spikes(Spike.apply(*layer(seen[-1]))), generator))
        return seen

    def _left(self, spikes: Tensor, generator: torch.Generator | None) -> Tensor:
        """Drop a share of the spikes; the others stay what they are, since half a spike is none."""
        if generator is None or not self._dropout:
            return spikes
        return spikes * torch.empty_like(spikes).bernoulli_(1 - self._dropout, generator=generator)

    def _decide(self, potentials: Tensor) -> Tensor:
        return decide(self.over_ticks(self.voters @ (potentials >= BOUNDARY).float()), self._votes_per_class)

    @property
    def _votes_per_class(self) -> Tensor:
        return self.voters.sum(1, keepdim=True)


def _destinations(sources: np.ndarray, n_values: int) -> np.ndarray:
    """Give the axon that each neuron below feeds, (n_values,), counted over all cores; or `UNUSED`."""
    destinations = np.full(n_values, UNUSED, np.int64)
    used = sources != UNUSED
    axons = np.broadcast_to(np.arange(sources[..., 0].size).reshape(*sources.shape[:2], 1), sources.shape)
    destinations[sources[used]] = axons[used]
    return destinations
