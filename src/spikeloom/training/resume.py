"""Where a training starts: from a fresh network, or from a checkpoint of this recipe and these data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch

from spikeloom.artefact import write_atomically
from spikeloom.chip.limits import N_AXONS, N_NEURONS
from spikeloom.data.datasets import Dataset
from spikeloom.errors import ArtefactError, TrainingError
from spikeloom.interface import DataOrigin
from spikeloom.machine import check_memory
from spikeloom.network.initial import initial_network
from spikeloom.network.learned import LearnedNetwork
from spikeloom.provenance import Provenance
from spikeloom.randomness.streams import start_generator
from spikeloom.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from spikeloom.training.files import CHECKPOINT_FILE, RECIPE_FILE
from spikeloom.training.recipe import Recipe
from spikeloom.training.recipe_files import recipe_toml, recorded_recipe
from spikeloom.training.trainable import Trainable

_NUMBERS_PER_SYNAPSE = 8  # parameter, gradient, two moments of the optimiser, and what a step and a checkpoint copy
_NUMBERS_PER_ACTIVITY = 4  # forward, backward, and the two moments of a Gaussian sum


def start(recipe: Recipe, dataset: Dataset, run: Path | None, provenance: Provenance) -> Checkpoint:
    """Go on from the run's checkpoint, or draw a fresh network and keep it as epoch zero."""
    topology = recipe.topology(dataset.value_shape, dataset.n_classes)  # refuse before any work
    check_memory("training", topology.n_cores, "cores", _bytes_per_core(min(recipe.train.batch, len(dataset))))
    if run is not None and (run / CHECKPOINT_FILE).exists():
        checkpoint = load_checkpoint(run / CHECKPOINT_FILE)
        if recorded_recipe(checkpoint.network) != recipe:
            raise TrainingError(f"{run}: holds a training of another recipe; resume that one, or choose another folder")
        if checkpoint.network.topology != topology:
            raise TrainingError(f"{run}: was trained on data of another shape; pass the data it was started with")
        if checkpoint.data != dataset.fingerprint:
            raise TrainingError(f"{run}: the data have changed since it was started; pass those, or start a new run")
        if len(checkpoint.log) >= recipe.train.epochs:
            return checkpoint  # nothing is trained any more
        return replace(checkpoint, network=_gone_on(checkpoint.network, provenance))
    data = DataOrigin(source=dataset.source, fingerprint=dataset.fingerprint)
    interface = recipe.interface.of(dataset.value_shape, dataset.class_names, len(topology.layers), data)
    network = initial_network(topology, interface, recipe.method.convention, start_generator(recipe.seed))
    training = {"recipe": recipe.model_dump(mode="json"), "seed": recipe.seed, "log": []}
    network = replace(network, training={**training, "provenance": provenance.model_dump(mode="json")})
    checkpoint = Checkpoint(network, {}, [], {"state": {}, "param_groups": []}, {}, dataset.fingerprint)
    if run is not None:
        write_atomically(run / RECIPE_FILE, recipe_toml(recipe).encode())
        save_checkpoint(checkpoint, run / CHECKPOINT_FILE)
    return checkpoint


def _bytes_per_core(batch: int) -> int:
    """Give what training takes of memory for a core: floating-point numbers a synapse, and a batch's activities."""
    return 4 * (_NUMBERS_PER_SYNAPSE * N_AXONS * N_NEURONS + _NUMBERS_PER_ACTIVITY * (N_AXONS + N_NEURONS) * batch)


def _gone_on(network: LearnedNetwork, provenance: Provenance) -> LearnedNetwork:
    """Note where a training goes on, where that is another place than before."""
    here, resumed = provenance.model_dump(mode="json"), network.training.get("resumed", [])
    if here == [network.training.get("provenance"), *resumed][-1]:
        return network
    return replace(network, training={**network.training, "resumed": [*resumed, here]})


def go_on(
    checkpoint: Checkpoint,
    network: Trainable,
    optimiser: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    steps: int,
    run: Path | None,
) -> None:
    """Bring parameters, optimiser and schedule to where the checkpoint left them."""
    parameters = dict(network.named_parameters())
    try:
        if set(checkpoint.parameters) != set(parameters):
            raise ValueError("its parameters are others")
        with torch.no_grad():
            for name, value in checkpoint.parameters.items():
                parameters[name].copy_(value)
        optimiser.load_state_dict(checkpoint.optimiser)
        schedule.load_state_dict(checkpoint.schedule)
        if schedule.last_epoch != len(checkpoint.log) * steps:
            raise ValueError(f"{schedule.last_epoch} steps in {len(checkpoint.log)} epochs of {steps}")
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise ArtefactError(f"{run}: its checkpoint is damaged ({error}); start a new run") from error
