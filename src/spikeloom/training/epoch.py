"""One epoch of a training: every example shown once, a step a batch; and the share of held-out ones that is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from spikeloom.errors import TrainingError
from spikeloom.interface import Interface
from spikeloom.randomness.streams import epoch_seed, process_seed, validation_seed
from spikeloom.training.augment import drawn, moved
from spikeloom.training.files import METRIC
from spikeloom.training.processes import ALONE, Processes
from spikeloom.training.recipe import Recipe
from spikeloom.training.reporter import Reporter
from spikeloom.training.step import Examples, Schedule, batches, shown, train_step
from spikeloom.training.trainable import Trainable

_STEPS_PER_REPORT = 20
_VALIDATION_BATCH = 1000


@dataclass(frozen=True)
class Epochs:
    """The epochs of a training, in one of its processes: each is numbered from 0 and draws from its own seed.

    shared : Module
        The network as its processes share it.
    """

    recipe: Recipe
    interface: Interface
    network: Trainable
    shared: nn.Module
    optimiser: torch.optim.Optimizer
    schedule: Schedule
    training: Examples
    validation: Examples
    processes: Processes

    def run(self, number: int, reporter: Reporter) -> dict[str, Any]:
        """Train for an epoch; give its metrics, over all processes.

        Raises
        ------
        TrainingError
            If the loss is no longer a number.
        """
        generator = torch.Generator(self.training.labels.device).manual_seed(epoch_seed(self.recipe.seed, number))
        rate = self.optimiser.param_groups[0]["lr"]
        loss, share = self._shown(number, generator, reporter)
        right = accuracy(self.network, self.validation, self.recipe, self.interface, self.processes)
        return {"epoch": number + 1, "learning_rate": rate, "loss": loss, "training_accuracy": share, METRIC: right}

    def _shown(self, number: int, generator: torch.Generator, reporter: Reporter) -> tuple[float, float]:
        """Show every example once; give the mean loss and the share that was decided right."""
        order = list(batches(len(self.training.labels), self.recipe.train.batch * self.processes.count, generator))
        loss_sum = torch.zeros((), device=generator.device)
        right = torch.zeros((), dtype=torch.int64, device=generator.device)
        own = self._own(number, generator)
        for done, indices in enumerate(order, start=1):
            through = (number + (done - 1) / len(order)) / self.recipe.train.epochs
            loss, correct = self._step(indices, generator, own, through)
            loss_sum += loss
            right += correct
            if done % _STEPS_PER_REPORT == 0 or done == len(order):
                reporter.step(number, done, len(order), loss_sum.item() / done)
        mean_loss = self.processes.summed(loss_sum).item() / len(order) / self.processes.count
        if not np.isfinite(mean_loss):
            rate = self.recipe.train.learning_rate
            raise TrainingError(
                f"epoch {number + 1}: the loss is {mean_loss}; start again with a train.learning_rate below {rate}"
            )
        return mean_loss, self.processes.summed(right).item() / (len(order) * len(order[0]))

    def _step(
        self, indices: Tensor, generator: torch.Generator, own: torch.Generator, through: float
    ) -> tuple[Tensor, Tensor]:
        """Take the step of a batch; give the loss and how many were decided right, of this process's share of it."""
        movements = drawn(len(indices), self.training.sides, self.recipe.augment, generator)
        mine = self.processes.part(indices)
        images = moved(self.training.batch(mine), self.recipe.augment, movements.of(self.processes.part))
        values = shown(images, self.interface, self.recipe.method.on_spikes, own)
        labels = self.training.labels[mine]
        step = train_step(self.network, self.optimiser, values, labels, own, through, self.shared)
        self.schedule.step()
        return step

    def _own(self, number: int, generator: torch.Generator) -> torch.Generator:
        """Give what this process draws from alone, of its examples: dropout, and spikes where a coding is by chance."""
        if self.processes.count == 1:
            return generator
        seed = process_seed(self.recipe.seed, number, self.processes.rank)
        return torch.Generator(generator.device).manual_seed(seed)


@torch.no_grad()
def accuracy(
    network: Trainable, examples: Examples, recipe: Recipe, interface: Interface, processes: Processes = ALONE
) -> float:
    """Give the share of examples that the training network itself decides right."""
    right = torch.zeros((), dtype=torch.int64, device=examples.labels.device)
    generator = torch.Generator(examples.labels.device).manual_seed(validation_seed(recipe.seed))
    whole = torch.arange(len(examples.labels), device=examples.labels.device).split(_VALIDATION_BATCH)
    for indices in whole[processes.rank :: processes.count]:
        values = shown(examples.batch(indices), interface, recipe.method.on_spikes, generator)
        right += (network.decide(values) == examples.labels[indices]).sum()
    return int(processes.summed(right)) / len(examples.labels)
