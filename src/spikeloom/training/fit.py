"""Train a recipe on a data set: epochs, checkpoints, metrics."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from spikeloom.data import DataLike, Dataset, as_dataset
from spikeloom.errors import DataError, RecipeError, TrainingError
from spikeloom.interface import Interface
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.storage import save_learned
from spikeloom.network.topology import Topology
from spikeloom.provenance import provenance_of
from spikeloom.randomness.streams import epoch_seed, validation_seed
from spikeloom.reading import parse_json, read_bytes
from spikeloom.training.augment import augment
from spikeloom.training.best import Best
from spikeloom.training.checkpoint import Checkpoint, save_checkpoint
from spikeloom.training.files import CHECKPOINT_FILE, LEARNED_FILE, METRIC, METRICS_FILE
from spikeloom.training.hold import Hold, held
from spikeloom.training.recipe import Recipe
from spikeloom.training.reporter import Reporter, telling
from spikeloom.training.restore import go_on
from spikeloom.training.resume import begin, begun_in
from spikeloom.training.split import validation_split
from spikeloom.training.step import (
    Examples,
    Schedule,
    batches,
    examples_of,
    make_network,
    make_optimiser,
    make_schedule,
    shown,
    train_step,
)
from spikeloom.training.threads import training_threads
from spikeloom.training.trainable import Trainable
from spikeloom.writing import write_atomically

_log = logging.getLogger(__name__)

_STEPS_PER_REPORT = 20
_VALIDATION_BATCH = 1000


def train(
    recipe: Recipe,
    dataset: DataLike | None = None,
    run: Path | None = None,
    *,
    start: LearnedNetwork | None = None,
    device: str = "cpu",
    threads: int = 0,
    reporter: Reporter | None = None,
) -> LearnedNetwork:
    """Train a network as the recipe says.

    Parameters
    ----------
    recipe : Recipe
    dataset : Dataset, (images, labels), or the name or path of a data set, whose training split is taken
        By default what the recipe names; a share of it is held out for validation.
    run : Path, optional
        Folder for checkpoint, metrics and learned network. A checkpoint of the same recipe in it is gone on with.
    start : LearnedNetwork, optional
        To begin from in place of chance, of the same layers and coding. Where it knows other classes than the data
        have, its last layer is drawn afresh.
    device : str
        "cpu", or "cuda" where there is one.
    threads : int
        Processor cores to use. 0 takes those that other programs leave free when it starts, as far as they pay off, and
        where it goes on as many as before: their number changes results by rounding.
    reporter : Reporter, optional
        Hears how it goes; by default a progress bar shows it on a terminal or in a notebook, and a line an epoch
        elsewhere. `Silent` says nothing.

    Raises
    ------
    FitError
        If the topology does not fit the data or the cores.
    TrainingError
        If the loss is no longer a number, the device is missing, or the run holds another recipe.
    DataError
        If the data cannot be had, have another number of frames than the recipe, or labels that begin at 1.
    SizeError
        If the network takes more memory than there is.
    """
    if not isinstance(recipe, Recipe):
        raise RecipeError(f"recipe: is a {type(recipe).__name__}; load one first, with sl.load_recipe(...)")
    check_device(device)
    run = None if run is None else Path(run)
    dataset = as_dataset(recipe.data.source if dataset is None else dataset, "train", recipe.data.preparation)
    topology = topology_for(recipe, dataset)  # refuse before any work
    _check_classes(dataset)
    before = torch.get_num_threads()
    torch.set_num_threads(training_threads(threads, topology.n_cores, recipe.train.batch, run))
    try:
        with held(run) as hold:
            return _train(recipe, dataset, run, hold, start, device, reporter)
    finally:
        torch.set_num_threads(before)  # the user's own work goes on as it was


def _train(
    recipe: Recipe,
    dataset: Dataset,
    run: Path | None,
    hold: Hold | None,
    given: LearnedNetwork | None,
    device: str,
    reporter: Reporter | None,
) -> LearnedNetwork:
    """Train on the threads that are set."""
    training_set, validation_set = validation_split(recipe, dataset)
    provenance = provenance_of(device, torch.get_num_threads(), dataset.fingerprint)
    checkpoint = begin(recipe, dataset, run, provenance, given)
    network, interface = make_network(checkpoint.network, recipe).to(device), checkpoint.network.interface
    steps = max(1, len(training_set) // recipe.train.batch)
    optimiser = make_optimiser(network, recipe.train)
    begun = begun_in(checkpoint.network)
    schedule = make_schedule(optimiser, recipe.train, steps, begun)
    if checkpoint.log:
        go_on(checkpoint, network, optimiser, schedule, steps, begun, run)
    best = Best(recipe.train.patience, run, checkpoint.network, begun)
    seconds = {} if run is None else _seconds_before(run)
    training, validation = examples_of(training_set, device), examples_of(validation_set, device)
    with telling(reporter, recipe.name, recipe.train.epochs) as hearing:
        for epoch in range(len(checkpoint.log), recipe.train.epochs):
            if best.is_over(checkpoint.log):
                break
            started = time.perf_counter()
            generator = torch.Generator(device).manual_seed(epoch_seed(recipe.seed, epoch))
            metrics = {"epoch": epoch + 1, "learning_rate": optimiser.param_groups[0]["lr"]}
            metrics |= _run_epoch(recipe, interface, network, training, optimiser, schedule, generator, epoch, hearing)
            metrics[METRIC] = accuracy(network, validation, recipe, interface)
            # the log goes into files that the same seed gives again byte for byte, so that it holds no times
            log = [*checkpoint.log, dict(metrics)]
            metrics["seconds"] = round(time.perf_counter() - started, 3)
            # a checkpoint after every epoch, whole: a kill costs at most the epoch it falls in
            learned = network.learned(checkpoint.network)
            learned = replace(learned, training={**checkpoint.network.training, "log": log})
            parameters = {name: value.detach() for name, value in network.named_parameters()}
            states = optimiser.state_dict(), schedule.state_dict()
            checkpoint = Checkpoint(learned, parameters, log, *states, dataset.fingerprint)
            if run is not None and hold is not None:
                hold.check()
            if run is not None:
                save_checkpoint(checkpoint, run / CHECKPOINT_FILE)
                seconds[epoch + 1] = metrics["seconds"]
                _write_metrics(log, seconds, run)
            best.hear(checkpoint.network)
            hearing.epoch(metrics)
    trained = best.kept(checkpoint.network)
    if run is not None and hold is not None:
        hold.check()
    if run is not None:
        _write_metrics(checkpoint.log, seconds, run)
        save_learned(trained, run / LEARNED_FILE)
    return trained


@torch.no_grad()
def accuracy(network: Trainable, examples: Examples, recipe: Recipe, interface: Interface) -> float:
    """Give the share of examples that the training network itself decides right."""
    right = 0
    generator = torch.Generator(examples.labels.device).manual_seed(validation_seed(recipe.seed))
    for indices in torch.arange(len(examples.labels), device=examples.labels.device).split(_VALIDATION_BATCH):
        values = shown(examples.batch(indices), interface, recipe.method.on_spikes, generator)
        right += int((network.decide(values) == examples.labels[indices]).sum())
    return right / len(examples.labels)


def _run_epoch(
    recipe: Recipe,
    interface: Interface,
    network: Trainable,
    examples: Examples,
    optimiser: torch.optim.Optimizer,
    schedule: Schedule,
    generator: torch.Generator,
    epoch: int,
    reporter: Reporter,
) -> dict[str, Any]:
    order = list(batches(len(examples.labels), recipe.train.batch, generator))
    loss_sum = torch.zeros((), device=generator.device)
    right = torch.zeros((), dtype=torch.int64, device=generator.device)
    for done, indices in enumerate(order, start=1):
        images = augment(examples.batch(indices), recipe.augment, generator)
        values = shown(images, interface, recipe.method.on_spikes, generator)
        through = (epoch + (done - 1) / len(order)) / recipe.train.epochs
        loss, correct = train_step(network, optimiser, values, examples.labels[indices], generator, through)
        loss_sum += loss
        right += correct
        schedule.step()
        if done % _STEPS_PER_REPORT == 0 or done == len(order):
            reporter.step(epoch, done, len(order), loss_sum.item() / done)
    mean_loss = loss_sum.item() / len(order)
    if not np.isfinite(mean_loss):
        raise TrainingError(
            f"epoch {epoch + 1}: the loss is {mean_loss}; start again with a train.learning_rate "
            f"below {recipe.train.learning_rate}"
        )
    return {"loss": mean_loss, "training_accuracy": right.item() / (len(order) * len(order[0]))}


def _write_metrics(log: list[dict[str, Any]], seconds: Mapping[int, float], run: Path) -> None:
    """Write a line an epoch, with the seconds that it took where they are known."""
    timed = ({**metrics, **_timed(seconds, metrics["epoch"])} for metrics in log)
    write_atomically(run / METRICS_FILE, "".join(json.dumps(metrics) + "\n" for metrics in timed).encode())


def _timed(seconds: Mapping[int, float], epoch: int) -> dict[str, float]:
    return {"seconds": seconds[epoch]} if epoch in seconds else {}


def _seconds_before(run: Path) -> dict[int, float]:
    """Give what each epoch took that the run has behind it, as its metrics say; nothing where they cannot be read."""
    try:
        lines = [parse_json(line) for line in read_bytes(run / METRICS_FILE).decode().splitlines()]
        return {int(line["epoch"]): float(line["seconds"]) for line in lines if "seconds" in line}
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return {}


def topology_for(recipe: Recipe, dataset: Dataset) -> Topology:
    """Give the topology of a recipe over data; FitError or DataError where they do not go together."""
    recipe.presentation(dataset.n_frames if dataset.is_sequences else None)
    return recipe.topology(dataset.value_shape, dataset.n_classes)


def _check_classes(dataset: Dataset) -> None:
    """Say which classes nothing can be learned of; refuse labels that begin at 1, whose class 0 nobody meant."""
    absent, part = dataset.absent, dataset.source or "arrays"
    if absent == ("0",) and dataset.class_names == tuple(map(str, range(dataset.n_classes))):
        raise DataError(f"{part}: labels begin at 1, and no example is of class 0; subtract 1, or name the classes")
    if absent:
        _log.warning(f"data: {part}: no examples of class {', '.join(absent[:12])}: nothing is learned of it")


def check_device(device: str) -> None:
    """Refuse a device that is not known or not there; TrainingError says which are."""
    if device not in ("cpu", "cuda"):
        raise TrainingError(f"device '{device}': is not known; cpu and cuda are")
    if device == "cuda" and not torch.cuda.is_available():
        raise TrainingError("device 'cuda': torch finds none on this machine; use --device cpu")
