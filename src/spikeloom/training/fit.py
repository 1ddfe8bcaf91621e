"""Train a recipe on a data set: epochs, checkpoints, metrics."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from spikeloom.data import DataLike, Dataset, as_dataset
from spikeloom.errors import DataError, RecipeError, TrainingError
from spikeloom.interface import Interface
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.storage import save_learned
from spikeloom.network.topology import Topology
from spikeloom.provenance import provenance_of
from spikeloom.randomness.streams import epoch_seed, validation_seed
from spikeloom.reading import parse_json, read_bytes
from spikeloom.training.augment import drawn, moved
from spikeloom.training.best import Best
from spikeloom.training.checkpoint import Checkpoint, save_checkpoint
from spikeloom.training.files import CHECKPOINT_FILE, LEARNED_FILE, METRIC, METRICS_FILE
from spikeloom.training.hold import Hold, held
from spikeloom.training.processes import ALONE, Processes, together
from spikeloom.training.recipe import Recipe
from spikeloom.training.reporter import Reporter, Silent, telling
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
        with together(device, run) as processes, held(run if processes.writes else None) as hold:
            return _train(recipe, dataset, run, hold, start, device, reporter, processes)
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
    processes: Processes,
) -> LearnedNetwork:
    """Train on the threads that are set."""
    training_set, validation_set = validation_split(recipe, dataset)
    provenance = provenance_of(device, torch.get_num_threads(), dataset.fingerprint)
    with processes.first_alone():  # which writes the first checkpoint
        checkpoint = begin(recipe, dataset, run, provenance, given, processes.count)
    files = run if processes.writes else None
    network, interface = make_network(checkpoint.network, recipe).to(device), checkpoint.network.interface
    batch = recipe.train.batch * processes.count
    if processes.count > 1 and len(training_set) < batch:
        told = f"{len(training_set)} examples, and a step of {processes.count} processes takes {batch}"
        raise TrainingError(f"training: {told}; start fewer, or lower train.batch")
    steps = max(1, len(training_set) // batch)
    shared = processes.shared(network)
    optimiser = make_optimiser(network, recipe.train)
    begun = begun_in(checkpoint.network)
    schedule = make_schedule(optimiser, recipe.train, steps, begun)
    if checkpoint.log:
        go_on(checkpoint, network, optimiser, schedule, steps, begun, run)
    best = Best(recipe.train.patience, files, checkpoint.network, begun)
    seconds = {} if run is None else _seconds_before(run)
    training, validation = examples_of(training_set, device), examples_of(validation_set, device)
    with telling(reporter if processes.writes else Silent(), recipe.name, recipe.train.epochs) as hearing:
        for epoch in range(len(checkpoint.log), recipe.train.epochs):
            if best.is_over(checkpoint.log):
                break
            started = time.perf_counter()
            generator = torch.Generator(device).manual_seed(epoch_seed(recipe.seed, epoch))
            metrics = {"epoch": epoch + 1, "learning_rate": optimiser.param_groups[0]["lr"]}
            epoch_of = _Epoch(recipe, interface, network, shared, processes, epoch)
            metrics |= epoch_of.run(training, optimiser, schedule, generator, hearing)
            metrics[METRIC] = accuracy(network, validation, recipe, interface, processes)
            # the log goes into files that the same seed gives again byte for byte, so that it holds no times
            log = [*checkpoint.log, dict(metrics)]
            metrics["seconds"] = round(time.perf_counter() - started, 3)
            # a checkpoint after every epoch, whole: a kill costs at most the epoch it falls in
            learned = network.learned(checkpoint.network)
            learned = replace(learned, training={**checkpoint.network.training, "log": log})
            parameters = {name: value.detach() for name, value in network.named_parameters()}
            states = optimiser.state_dict(), schedule.state_dict()
            checkpoint = Checkpoint(learned, parameters, log, *states, dataset.fingerprint)
            if hold is not None:
                hold.check()
            if files is not None:
                save_checkpoint(checkpoint, files / CHECKPOINT_FILE)
                seconds[epoch + 1] = metrics["seconds"]
                _write_metrics(log, seconds, files)
            best.hear(checkpoint.network)
            hearing.epoch(metrics)
    trained = best.kept(checkpoint.network)
    if hold is not None:
        hold.check()
    if files is not None:
        _write_metrics(checkpoint.log, seconds, files)
        save_learned(trained, files / LEARNED_FILE)
    return trained


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


@dataclass(frozen=True)
class _Epoch:
    """One epoch of a training, in one of its processes."""

    recipe: Recipe
    interface: Interface
    network: Trainable
    shared: nn.Module
    processes: Processes
    number: int

    def run(
        self,
        examples: Examples,
        optimiser: torch.optim.Optimizer,
        schedule: Schedule,
        generator: torch.Generator,
        reporter: Reporter,
    ) -> dict[str, Any]:
        """Show every example once, and give loss and accuracy over all processes."""
        recipe, own = self.recipe, self._own(generator)
        order = list(batches(len(examples.labels), recipe.train.batch * self.processes.count, generator))
        loss_sum = torch.zeros((), device=generator.device)
        right = torch.zeros((), dtype=torch.int64, device=generator.device)
        for done, indices in enumerate(order, start=1):
            movements = drawn(len(indices), examples.sides, recipe.augment, generator)
            mine = self.processes.part(indices)
            images = moved(examples.batch(mine), recipe.augment, movements.of(self.processes.part))
            values = shown(images, self.interface, recipe.method.on_spikes, own)
            through = (self.number + (done - 1) / len(order)) / recipe.train.epochs
            loss, correct = train_step(
                self.network, optimiser, values, examples.labels[mine], own, through, self.shared
            )
            loss_sum += loss
            right += correct
            schedule.step()
            if done % _STEPS_PER_REPORT == 0 or done == len(order):
                reporter.step(self.number, done, len(order), loss_sum.item() / done)
        mean_loss = self.processes.summed(loss_sum).item() / len(order) / self.processes.count
        if not np.isfinite(mean_loss):
            raise TrainingError(
                f"epoch {self.number + 1}: the loss is {mean_loss}; start again with a train.learning_rate "
                f"below {recipe.train.learning_rate}"
            )
        shown_in_all = len(order) * len(order[0])
        return {"loss": mean_loss, "training_accuracy": self.processes.summed(right).item() / shown_in_all}

    def _own(self, generator: torch.Generator) -> torch.Generator:
        """Give what this process draws from alone, of its examples: dropout, and spikes where a coding is by chance."""
        if self.processes.count == 1:
            return generator
        seed = epoch_seed(self.recipe.seed, self.number) + 1 + self.processes.rank
        return torch.Generator(generator.device).manual_seed(seed)


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
