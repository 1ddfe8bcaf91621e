"""The training network: layers of cores, and classes that many neurons vote for.

The score of a class is the mean spike of its neurons; the loss asks that this mean passes one half for the
labelled class and for no other:

    p_k = P(mean spikes of class k > 1/2),   E = - sum_k [ y_k log p_k + (1 - y_k) log(1 - p_k) ]

with the mean again taken as Gaussian. Source: Esser et al. 2015, section 3.2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from spikeloom.chip.limits import N_AXONS, N_NEURONS
from spikeloom.network.learned import LearnedLayer, LearnedNetwork
from spikeloom.training.layer import CoreLayer
from spikeloom.training.recipe import Probabilities
from spikeloom.training.trainable import Trainable

_SHARPEN_FROM = 1 / 3  # of the training; uncertainty costs nothing before, and then ever more
VOTE_VARIANCE_FLOOR = 1e-3  # keeps the loss finite when every voter is certain


class TrainingNetwork(Trainable):
    """A learned network whose probabilities and biases are parameters."""

    voters: Tensor

    def __init__(
        self, learned: LearnedNetwork, settings: Probabilities = Probabilities(), precision: torch.dtype = torch.float32
    ) -> None:
        super().__init__(learned.interface)
        layers: list[CoreLayer] = []
        # row of each value as the layer below gives it; the last, -1, is the row of zeros for spare axons
        rows = np.append(np.arange(learned.topology.n_values), -1)
        for layer, connected in zip(learned.layers, learned.connected, strict=True):
            layers.append(CoreLayer(layer, learned.convention, connected, rows, precision))
            order = layers[-1].order
            rows = np.full(connected.size + 1, -1)
            rows[order] = np.arange(len(order))
        self.layers = cast(list[CoreLayer], nn.ModuleList(layers))
        classes = torch.from_numpy(learned.classes[order].astype(np.int64))
        of_class = classes.unsqueeze(0) == torch.arange(learned.topology.n_classes).unsqueeze(1)
        self.register_buffer("voters", of_class.float())  # (n_classes, n_voters)
        self._dropout = settings.dropout
        self._sharpen = settings.sharpen

    def forward(
        self, values: Tensor, labels: Tensor, generator: torch.Generator, through: float
    ) -> tuple[Tensor, Tensor]:
        """Give the class-population loss, sharpened, and the class of the highest mean spike of each example."""
        mean, variance = self.moments(values, generator)
        loss = population_loss(mean, variance, self.votes_per_class, labels)
        rising = (through - _SHARPEN_FROM) / (1 - _SHARPEN_FROM)
        if self._sharpen and rising > 0:
            loss = loss + self._sharpen * rising * self.uncertainty()
        return loss, decide(mean.detach(), self.votes_per_class)

    def decide(self, values: Tensor) -> Tensor:
        """Give the class of the highest mean spike of each example; ties go to the lowest class."""
        return decide(self.moments(values)[0], self.votes_per_class)

    def uncertainty(self) -> Tensor:
        """Give the sum of c (1 - c) over all synapses, in cores' worth of them: what sampling adds in variance."""
        probabilities = [group.probabilities for layer in self.layers for group in layer.groups]
        return torch.stack([(c * (1 - c)).sum() for c in probabilities]).sum() / (N_AXONS * N_NEURONS)

    def parameter_groups(self, rate: float) -> list[dict[str, Any]]:
        """Give the parameters with their learning rate."""
        return [{"params": list(self.parameters()), "lr": rate}]

    def learned(self, start: LearnedNetwork) -> LearnedNetwork:
        """Give the learned network that holds these parameters and everything else of `start`."""
        layers = tuple(_trained(layer, old) for layer, old in zip(self.layers, start.layers, strict=True))
        return replace(start, layers=layers)

    def moments(self, values: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Give mean and variance of each class's number of votes.

        Parameters
        ----------
        values : (n_lines, n_examples * n_ticks)
            Probability of a spike on each input line.
        generator : torch.Generator, optional
            Where dropout draws from; without it nothing is dropped.

        Returns
        -------
        two of (n_classes, n_examples)
        """
        for index, layer in enumerate(self.layers):
            if index and generator is not None and self._dropout:
                values = values * torch.empty_like(values).bernoulli_(1 - self._dropout, generator=generator)
            values = layer(values)
        return self.over_ticks(self.voters @ values), self.over_ticks(self.voters @ (values * (1 - values)))

    @property
    def votes_per_class(self) -> Tensor:
        """Votes that each class can have of an example, (n_classes, 1)."""
        return self.voters.sum(1, keepdim=True) * self.n_counted

    def clip(self) -> None:
        """Bring every parameter back into its range."""
        for layer in self.layers:
            for group in layer.groups:
                group.clip()


def population_loss(mean: Tensor, variance: Tensor, votes_per_class: Tensor, labels: Tensor) -> Tensor:
    """Give the class-population loss, averaged over the examples.

    Parameters
    ----------
    mean, variance : (n_classes, n_examples)
        Moments of each class's number of votes.
    votes_per_class : (n_classes, 1)
    labels : (n_examples,) int64
    """
    passing = (mean - votes_per_class / 2) / (variance + VOTE_VARIANCE_FLOOR).sqrt()
    labelled = torch.arange(len(mean), device=mean.device).unsqueeze(1) == labels
    signed = torch.where(labelled, passing, -passing)
    return -torch.special.log_ndtr(signed).sum(0).mean()


def decide(mean: Tensor, votes_per_class: Tensor) -> Tensor:
    """Give the class of the highest mean spike of each example; ties go to the lowest class."""
    return (mean / votes_per_class).argmax(0)


def _trained(layer: CoreLayer, old: LearnedLayer) -> LearnedLayer:
    probabilities, biases = old.probabilities.copy(), old.biases.copy()
    for group in layer.groups:
        cores, _, neurons = group.place
        probabilities[group.place] = group.probabilities.detach().cpu().numpy()
        biases[cores[:, 0], neurons[:, 0]] = group.biases.detach().cpu().numpy()
    return replace(old, probabilities=probabilities, biases=biases)
