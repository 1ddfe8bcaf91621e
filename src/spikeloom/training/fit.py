"""Train a recipe on a data set: what is trained and where it begins, then epoch by epoch to what is kept."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from spikeloom.data import DataLike, Dataset, as_dataset
from spikeloom.errors import DataError, RecipeError, TrainingError
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.topology import Topology
from spikeloom.provenance import provenance_of
from spikeloom.training.best import Best
from spikeloom.training.checkpoint import Checkpoint
from spikeloom.training.epoch import Epochs
from spikeloom.training.hold import Hold, held
from spikeloom.training.processes import Processes, together
from spikeloom.training.recipe import Recipe
from spikeloom.training.reporter import Reporter, Silent, telling
from spikeloom.training.restore import go_on
from spikeloom.training.resume import begin, begun_in
from spikeloom.training.run_folder import RunFolder
from spikeloom.training.split import validation_split
from spikeloom.training.step import Schedule, examples_of, make_network, make_optimiser, make_schedule
from spikeloom.training.threads import training_threads
from spikeloom.training.trainable import Trainable

_log = logging.getLogger(__name__)


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
    RecipeError
        If it is no recipe.
    TrainingError
        If the loss is no longer a number, the device is missing, or the run holds another recipe or start.
    ArtefactError
        If the run's checkpoint is damaged, or its folder cannot be written.
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
    network, interface = make_network(checkpoint.network, recipe).to(device), checkpoint.network.interface
    optimiser = make_optimiser(network, recipe.train)
    steps, begun = _steps(recipe, len(training_set), processes), begun_in(checkpoint.network)
    schedule = make_schedule(optimiser, recipe.train, steps, begun)
    if checkpoint.log:
        go_on(checkpoint, network, optimiser, schedule, steps, begun, run)
    shared = processes.shared(network)
    training, validation = examples_of(training_set, device), examples_of(validation_set, device)
    epochs = Epochs(recipe, interface, network, shared, optimiser, schedule, training, validation, processes)
    files = run if processes.writes else None
    folder, best = RunFolder(files, hold), Best(recipe.train.patience, files, checkpoint.network, begun)
    with telling(reporter if processes.writes else Silent(), recipe.name, recipe.train.epochs) as hearing:
        for epoch in range(len(checkpoint.log), recipe.train.epochs):
            if best.is_over(checkpoint.log):
                break
            started = time.perf_counter()
            metrics = epochs.run(epoch, hearing)
            seconds = round(time.perf_counter() - started, 3)
            checkpoint = _after(checkpoint, metrics, network, optimiser, schedule)
            folder.save_epoch(checkpoint, seconds)
            best.hear(checkpoint.network)
            hearing.epoch({**metrics, "seconds": seconds})
    trained = best.kept(checkpoint.network)
    folder.save_end(trained, checkpoint.log)
    return trained


def _steps(recipe: Recipe, n_examples: int, processes: Processes) -> int:
    """Give the steps of an epoch; TrainingError where several processes find no batch among the examples."""
    batch = recipe.train.batch * processes.count
    if processes.count > 1 and n_examples < batch:
        told = f"{n_examples} examples, and a step of {processes.count} processes takes {batch}"
        raise TrainingError(f"training: {told}; start fewer, or lower train.batch")
    return max(1, n_examples // batch)


def _after(
    before: Checkpoint,
    metrics: dict[str, Any],
    network: Trainable,
    optimiser: torch.optim.Optimizer,
    schedule: Schedule,
) -> Checkpoint:
    """Give the checkpoint after an epoch."""
    log = [*before.log, metrics]
    learned = network.learned(before.network)
    learned = replace(learned, training={**before.network.training, "log": log})
    parameters = {name: value.detach() for name, value in network.named_parameters()}
    return Checkpoint(learned, parameters, log, optimiser.state_dict(), schedule.state_dict(), before.data)


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
