"""One step of training: whole batches, coded as on the chip, and a step of gradient descent.

A network is trained on single images as they are: in how many looks the chip sees them is no part of training.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from spikeloom.data.datasets import Dataset
from spikeloom.network.learned import LearnedNetwork
from spikeloom.training.deployed import DeployedNetwork
from spikeloom.training.network import TrainingNetwork
from spikeloom.training.recipe import Deployed, OneCycle, Recipe, Sgd, Training
from spikeloom.training.trainable import Trainable

Schedule = torch.optim.lr_scheduler.LRScheduler


@dataclass(frozen=True)
class Examples:
    """Images (n, channels, rows, columns) and labels (n,) on the training device; images stay as they came."""

    images: Tensor
    labels: Tensor

    def batch(self, indices: Tensor) -> Tensor:
        """Give images as floating point in [0, 1]."""
        images = self.images[indices]
        return images.float().div_(255) if images.dtype == torch.uint8 else images


def examples_of(dataset: Dataset, device: str) -> Examples:
    """Give a data set on the training device."""
    images = torch.from_numpy(np.array(dataset.images.transpose(0, 3, 1, 2), order="C"))
    return Examples(images.to(device), torch.from_numpy(dataset.labels).to(device))


def make_network(learned: LearnedNetwork, recipe: Recipe) -> Trainable:
    """Give the module that the recipe's method trains."""
    precision = getattr(torch, recipe.train.precision)
    if isinstance(recipe.method, Deployed):
        return DeployedNetwork(learned, recipe.method, precision)
    return TrainingNetwork(learned, recipe.method, precision)


def make_optimiser(network: Trainable, settings: Training) -> torch.optim.Optimizer:
    """Give the optimiser that a recipe names."""
    groups = network.parameter_groups(settings.learning_rate)
    if isinstance(settings.optimiser, Sgd):
        return torch.optim.SGD(groups, settings.learning_rate, settings.optimiser.momentum, fused=True)
    return torch.optim.Adam(groups, settings.learning_rate, fused=True)


def make_schedule(optimiser: torch.optim.Optimizer, settings: Training, steps: int) -> Schedule:
    """Give the schedule that a recipe names, over epochs of so many steps."""
    if isinstance(settings.schedule, OneCycle):
        # Adam's first beta goes round with the rate; a momentum that the recipe names stays. The step after the last
        # is asked for too.
        rates = [group["lr"] for group in optimiser.param_groups]
        cycled = not isinstance(settings.optimiser, Sgd)
        total = settings.epochs * steps + 1
        return torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total, cycle_momentum=cycled)
    return torch.optim.lr_scheduler.StepLR(optimiser, settings.schedule.epochs * steps)


def train_step(
    network: Trainable,
    optimiser: torch.optim.Optimizer,
    values: Tensor,
    labels: Tensor,
    generator: torch.Generator,
    through: float = 0.0,
) -> tuple[Tensor, Tensor]:
    """Take one step of gradient descent; give the loss and the number of right decisions, both still on the device.

    Parameters
    ----------
    values : (n_values, n_examples)
    labels : (n_examples,) int64
    through : float
        Share of the training that is done.
    """
    loss, decided = network(values, labels, generator, through)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    network.clip()
    return loss.detach(), (decided == labels).sum()


def shown(images: Tensor, recipe: Recipe, generator: torch.Generator) -> Tensor:
    """Give images (n, channels, rows, columns) in their coding as the method sees them, (n_values, n).

    Spikes where the coding is certain; where it is not, their probabilities, or spikes drawn of them where spikes are
    what is trained.
    """
    values = images.permute(0, 2, 3, 1).flatten(1)
    probabilities = recipe.interface.coding.probabilities(values).mT.contiguous()  # features first
    if recipe.interface.coding.certain or not recipe.method.on_spikes:
        return probabilities
    return torch.bernoulli(probabilities, generator=generator)


def batches(n_examples: int, batch: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Shuffle and give whole batches; the few examples left over wait for another epoch's shuffle."""
    order = torch.randperm(n_examples, generator=generator, device=generator.device)
    batch = min(batch, n_examples)
    return iter(order[: n_examples // batch * batch].split(batch))
