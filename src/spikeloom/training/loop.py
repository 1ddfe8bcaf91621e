"""Train a recipe on a data set: epochs, schedule, checkpoints, metrics."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from spikeloom.artefact import write_atomically
from spikeloom.data.datasets import Dataset, split_validation
from spikeloom.data.encode import THRESHOLD
from spikeloom.errors import TrainingError
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.storage import save_learned
from spikeloom.randomness.streams import epoch_seed, split_generator
from spikeloom.training.augment import augment
from spikeloom.training.checkpoint import Checkpoint, save_checkpoint
from spikeloom.training.deployed import DeployedNetwork
from spikeloom.training.files import CHECKPOINT_FILE, LEARNED_FILE, METRICS_FILE
from spikeloom.training.network import TrainingNetwork
from spikeloom.training.recipe import Recipe, Training
from spikeloom.training.resume import go_on, provenance, start

_STEPS_PER_REPORT = 20
_VALIDATION_BATCH = 1000


class Trainable(Protocol):
    """What the loop trains: a torch module that knows its loss and the learned network it stands for."""

    def loss(self, values: Tensor, labels: Tensor, generator: torch.Generator, through: float) -> tuple[Tensor, Tensor]:
        """Give the mean loss, and the class decided for each example, of values (n_values, n_examples).

        `through` is the share of the training that is done.
        """

    def decide(self, values: Tensor) -> Tensor:
        """Give the class decided for each example."""

    def parameter_groups(self, rate: float) -> list[dict[str, Any]]:
        """Give the parameters with their learning rates."""

    def clip(self) -> None:
        """Bring every parameter back into its range."""

    def learned(self, start: LearnedNetwork) -> LearnedNetwork:
        """Give the learned network that holds the parameters, and everything else of `start`."""


class Reporter(Protocol):
    """Hears how a training goes."""

    def step(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Hear of some steps done in an epoch, with the mean loss so far in it."""

    def epoch(self, metrics: dict[str, Any]) -> None:
        """Hear the metrics of an epoch that ended."""


class Silent:
    """A reporter that says nothing."""

    def step(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Say nothing."""

    def epoch(self, metrics: dict[str, Any]) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Examples:
    """Images (n, channels, rows, columns) and labels (n,) on the training device; images stay as they came."""

    images: Tensor
    labels: Tensor

    def batch(self, indices: Tensor) -> Tensor:
        """Give images as floating point in [0, 1]."""
        images = self.images[indices]
        return images.float().div_(255) if images.dtype == torch.uint8 else images


def train(
    recipe: Recipe,
    dataset: Dataset,
    run: Path | None = None,
    *,
    device: str = "cpu",
    reporter: Reporter | None = None,
) -> LearnedNetwork:
    """Train a network as the recipe says.

    Parameters
    ----------
    recipe : Recipe
    dataset : Dataset
        The training set; a share of it is held out for validation.
    run : Path, optional
        Folder for checkpoint, metrics and learned network. A checkpoint of the same recipe in it is gone on with.
    device : str
        "cpu", or "cuda" where there is one.
    reporter : Reporter, optional

    Raises
    ------
    FitError
        If the topology does not fit the data or the cores.
    TrainingError
        If the loss is no longer a number, the device is missing, or the run holds another recipe.
    """
    _check_device(device)
    run = None if run is None else Path(run)
    reporter = reporter or Silent()
    training_set, validation_set = validation_split(recipe, dataset)
    checkpoint = start(recipe, dataset, run)
    network = make_network(checkpoint.network, recipe).to(device)
    steps = max(1, len(training_set) // recipe.train.batch)
    optimiser, schedule = _optimiser(network, recipe.train, steps)
    if checkpoint.log:
        go_on(checkpoint, network, optimiser, schedule, steps, run)
    training, validation = _examples(training_set, device), _examples(validation_set, device)
    for epoch in range(len(checkpoint.log), recipe.train.epochs):
        started = time.perf_counter()
        generator = torch.Generator(device).manual_seed(epoch_seed(recipe.seed, epoch))
        metrics = {"epoch": epoch + 1, "learning_rate": optimiser.param_groups[0]["lr"]}
        metrics |= _run_epoch(recipe, network, training, optimiser, schedule, generator, epoch, reporter)
        metrics["validation_accuracy"] = accuracy(network, validation, recipe)
        metrics["seconds"] = round(time.perf_counter() - started, 3)
        log = [*checkpoint.log, metrics]
        learned = replace(network.learned(checkpoint.network), training=provenance(recipe, log))
        parameters = {name: value.detach() for name, value in network.named_parameters()}
        states = optimiser.state_dict(), schedule.state_dict()
        checkpoint = Checkpoint(learned, parameters, log, *states, dataset.fingerprint)
        if run is not None:
            save_checkpoint(checkpoint, run / CHECKPOINT_FILE)
            _write_metrics(log, run)
        reporter.epoch(metrics)
    if run is not None:
        _write_metrics(checkpoint.log, run)
        save_learned(checkpoint.network, run / LEARNED_FILE)
    return checkpoint.network


def validation_split(recipe: Recipe, dataset: Dataset) -> tuple[Dataset, Dataset]:
    """Give the training and the validation part that a recipe makes of a training set, the same for every seed.

    So networks of different seeds can be judged together on images that none of them has seen.
    """
    return split_validation(dataset, recipe.data.validation, split_generator())


@torch.no_grad()
def accuracy(network: Trainable, examples: Examples, recipe: Recipe) -> float:
    """Give the share of examples that the training network itself decides right."""
    right = 0
    generator = torch.Generator(examples.labels.device).manual_seed(recipe.seed)
    for indices in torch.arange(len(examples.labels), device=examples.labels.device).split(_VALIDATION_BATCH):
        values = _shown(_features_first(examples.batch(indices)), recipe, generator)
        right += int((network.decide(values) == examples.labels[indices]).sum())
    return right / len(examples.labels)


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
    loss, decided = network.loss(values, labels, generator, through)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    network.clip()
    return loss.detach(), (decided == labels).sum()


def make_network(learned: LearnedNetwork, recipe: Recipe) -> Any:
    """Give the module that the recipe's method trains, a `Trainable`."""
    if recipe.train.method == "deployed":
        return DeployedNetwork(learned, recipe.deployed, getattr(torch, recipe.train.precision))
    return TrainingNetwork(learned, recipe.train)


def make_optimiser(network: Trainable, settings: Training) -> torch.optim.Optimizer:
    """Give the optimiser that a recipe names."""
    groups = network.parameter_groups(settings.learning_rate)
    if settings.optimiser == "adam":
        return torch.optim.Adam(groups, settings.learning_rate, fused=True)
    return torch.optim.SGD(groups, settings.learning_rate, settings.momentum, fused=True)


def _run_epoch(
    recipe: Recipe,
    network: Any,
    examples: Examples,
    optimiser: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    generator: torch.Generator,
    epoch: int,
    reporter: Reporter,
) -> dict[str, Any]:
    batches = list(_batches(len(examples.labels), recipe.train.batch, generator))
    loss_sum = torch.zeros((), device=generator.device)
    right = torch.zeros((), dtype=torch.int64, device=generator.device)
    for done, indices in enumerate(batches, start=1):
        images = augment(examples.batch(indices), recipe.augment, generator)
        values = _shown(_features_first(images), recipe, generator)
        through = (epoch + (done - 1) / len(batches)) / recipe.train.epochs
        loss, correct = train_step(network, optimiser, values, examples.labels[indices], generator, through)
        loss_sum += loss
        right += correct
        schedule.step()
        if done % _STEPS_PER_REPORT == 0 or done == len(batches):
            reporter.step(epoch, done, len(batches), loss_sum.item() / done)
    mean_loss = loss_sum.item() / len(batches)
    if not np.isfinite(mean_loss):
        raise TrainingError(
            f"epoch {epoch + 1}: the loss is {mean_loss}; start again with a train.learning_rate "
            f"below {recipe.train.learning_rate}"
        )
    return {"loss": mean_loss, "training_accuracy": right.item() / (len(batches) * len(batches[0]))}


def _shown(values: Tensor, recipe: Recipe, generator: torch.Generator) -> Tensor:
    """Give the input as the method sees it: spikes by threshold or by chance, or their probabilities."""
    if recipe.reading.coding == "threshold":
        return (values >= THRESHOLD).to(values.dtype)
    return torch.bernoulli(values, generator=generator) if recipe.train.method == "deployed" else values


def _batches(n_examples: int, batch: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Shuffle and give whole batches; the few examples left over wait for another epoch's shuffle."""
    order = torch.randperm(n_examples, generator=generator, device=generator.device)
    batch = min(batch, n_examples)
    return iter(order[: n_examples // batch * batch].split(batch))


def _features_first(images: Tensor) -> Tensor:
    """Turn (n, channels, rows, columns) into (rows * columns * channels, n), the order of a data set's values."""
    return images.permute(2, 3, 1, 0).reshape(-1, len(images)).contiguous()


def _optimiser(
    network: Trainable, settings: Training, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    optimiser = make_optimiser(network, settings)
    schedule: torch.optim.lr_scheduler.LRScheduler
    if settings.schedule == "one-cycle":
        total = settings.epochs * steps
        # Adam's first beta goes round with the rate; a momentum that the recipe names stays. The step after the
        # last is asked for too.
        rates = [group["lr"] for group in optimiser.param_groups]
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, rates, total + 1, cycle_momentum=settings.optimiser == "adam"
        )
    else:
        schedule = torch.optim.lr_scheduler.StepLR(optimiser, settings.step_epochs * steps)
    return optimiser, schedule


def _examples(dataset: Dataset, device: str) -> Examples:
    images = torch.from_numpy(np.array(dataset.images.transpose(0, 3, 1, 2), order="C"))
    return Examples(images.to(device), torch.from_numpy(dataset.labels).to(device))


def _write_metrics(log: list[dict[str, Any]], run: Path) -> None:
    lines = "".join(json.dumps(metrics) + "\n" for metrics in log)
    write_atomically(run / METRICS_FILE, lines.encode())


def _check_device(device: str) -> None:
    if device not in ("cpu", "cuda"):
        raise TrainingError(f"device '{device}': is not known; cpu and cuda are")
    if device == "cuda" and not torch.cuda.is_available():
        raise TrainingError("device 'cuda': torch finds none on this machine; use --device cpu")
