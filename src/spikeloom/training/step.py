"""One step of training: whole batches, coded as on the chip, and a step of gradient descent.

A network is trained on single images as they are, in how many looks the chip sees them is no part of training; and on
sequences tick by tick, since what it sees differs in each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from spikeloom.data.datasets import Dataset
from spikeloom.interface import Interface
from spikeloom.interface.delays import delayed
from spikeloom.network.learned import LearnedNetwork
from spikeloom.training.deployed import DeployedNetwork
from spikeloom.training.network import TrainingNetwork
from spikeloom.training.recipe import Deployed, OneCycle, Recipe, Sgd, Training
from spikeloom.training.trainable import Trainable, ticks_seen

AGAIN = 0.3
"""Of the learning rate, where a training is gone on with for more epochs: what was learned is not to be lost."""

Schedule = torch.optim.lr_scheduler.LRScheduler


@dataclass(frozen=True)
class Examples:
    """Images (n, channels, rows, columns) and labels (n,) on the training device; images stay as they came.

    Where examples are sequences, all their frames lie among the channels: what augmentation does is done to all alike.
    """

    images: Tensor
    labels: Tensor

    @property
    def sides(self) -> tuple[int, int]:
        """Rows and columns of an image."""
        rows, columns = self.images.shape[-2:]
        return rows, columns

    def batch(self, indices: Tensor) -> Tensor:
        """Give images as floating point in [0, 1]."""
        images = self.images[indices]
        return images.float().div_(255) if images.dtype == torch.uint8 else images


def examples_of(dataset: Dataset, device: str) -> Examples:
    """Give a data set on the training device."""
    rows, columns, channels = dataset.value_shape
    frames = dataset.images.reshape(len(dataset), -1, rows, columns, channels)
    planes = frames.transpose(0, 1, 4, 2, 3).reshape(len(dataset), -1, rows, columns)
    images = torch.from_numpy(np.array(planes, order="C"))
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


def make_schedule(optimiser: torch.optim.Optimizer, settings: Training, steps: int, begun: int = 0) -> Schedule:
    """Give the schedule that a recipe names, over epochs of so many steps.

    Parameters
    ----------
    begun : int
        Epoch in which it begins: above 0 where a training is gone on with for more epochs than its recipe had, which
        have a schedule of their own at `AGAIN` of the rate.
    """
    if begun:
        for group in optimiser.param_groups:
            group["lr"] *= AGAIN
    if isinstance(settings.schedule, OneCycle):
        # Adam's first beta goes round with the rate; a momentum that the recipe names stays. The step after the last
        # is asked for too.
        rates = [group["lr"] for group in optimiser.param_groups]
        cycled = not isinstance(settings.optimiser, Sgd)
        total = (settings.epochs - begun) * steps + 1
        return torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total, cycle_momentum=cycled)
    return torch.optim.lr_scheduler.StepLR(optimiser, settings.schedule.epochs * steps)


def train_step(
    network: Trainable,
    optimiser: torch.optim.Optimizer,
    values: Tensor,
    labels: Tensor,
    generator: torch.Generator,
    through: float = 0.0,
    shared: nn.Module | None = None,
) -> tuple[Tensor, Tensor]:
    """Take one step of gradient descent; give the loss and the number of right decisions, both still on the device.

    Parameters
    ----------
    values : (n_lines, n_examples * n_ticks)
    labels : (n_examples,) int64
    through : float
        Share of the training that is done.
    shared : Module, optional
        The network as several processes share it.
    """
    loss, decided = (shared or network)(values, labels, generator, through)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    network.clip()
    return loss.detach(), (decided == labels).sum()


def shown(images: Tensor, interface: Interface, on_spikes: bool, generator: torch.Generator) -> Tensor:
    """Give images (n, frames * channels, rows, columns) as a network sees them, (n_lines, n * n_ticks).

    Spikes where the coding is certain; where it is not, their probabilities, or spikes drawn of them where spikes are
    what is trained. The ticks of an example lie together; of single images there is one, however long they last.
    """
    rows, columns, channels = interface.value_shape
    values = images.reshape(-1, channels, rows, columns).permute(0, 2, 3, 1).flatten(1)
    coded = interface.coding.probabilities(values, interface.value_shape)
    n_ticks = ticks_seen(interface)
    if n_ticks > 1:
        coded = coded.repeat_interleave(n_ticks * len(images) // len(values), 0)
    if on_spikes and not interface.coding.certain:
        coded = torch.bernoulli(coded, generator=generator)
    return delayed(coded, n_ticks, interface.delays).mT.contiguous()  # features first


def batches(n_examples: int, batch: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Shuffle and give whole batches; the few examples left over wait for another epoch's shuffle."""
    order = torch.randperm(n_examples, generator=generator, device=generator.device)
    batch = min(batch, n_examples)
    return iter(order[: n_examples // batch * batch].split(batch))
