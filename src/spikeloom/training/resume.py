"""Where a training begins: from chance or another network, or from a checkpoint of this recipe and these data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from spikeloom.chip.limits import N_AXONS, N_NEURONS
from spikeloom.data.datasets import Dataset
from spikeloom.errors import TrainingError
from spikeloom.interface import DataOrigin
from spikeloom.machine import check_memory
from spikeloom.network.digest import digest_of
from spikeloom.network.initial import initial_network
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.storage import load_learned
from spikeloom.network.topology import UNUSED, Topology
from spikeloom.provenance import Provenance
from spikeloom.randomness.streams import start_generator
from spikeloom.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from spikeloom.training.files import CHECKPOINT_FILE, LEARNED_FILE, RECIPE_FILE
from spikeloom.training.hold import held
from spikeloom.training.recipe import Recipe
from spikeloom.training.recipe_files import recipe_toml, recorded_recipe
from spikeloom.writing import write_atomically

_NUMBERS_PER_SYNAPSE = 8  # parameter, gradient, two moments of the optimiser, and what a step and a checkpoint copy
_NUMBERS_PER_ACTIVITY = 4  # forward, backward, and the two moments of a Gaussian sum


def begin(
    recipe: Recipe,
    dataset: Dataset,
    run: Path | None,
    provenance: Provenance,
    given: LearnedNetwork | None = None,
    n_processes: int = 1,
) -> Checkpoint:
    """Go on from the run's checkpoint, or from a given or fresh network, which is kept as epoch zero.

    Raises
    ------
    TrainingError
        If the run was begun by another recipe, other data, or another number of processes.
    ArtefactError
        If its checkpoint is damaged.
    """
    topology = recipe.topology(dataset.value_shape, dataset.n_classes)  # refuse before any work
    check_memory("training", topology.n_cores, "cores", _bytes_per_core(_columns(recipe, dataset)))
    start = None if given is None else digest_of(given)
    if run is not None and (run / CHECKPOINT_FILE).exists():
        checkpoint = load_checkpoint(run / CHECKPOINT_FILE)
        _check_same(checkpoint, recipe, topology, dataset, run, start, n_processes)
        if len(checkpoint.log) >= recipe.train.epochs:
            return checkpoint  # nothing is trained any more
        return replace(checkpoint, network=_gone_on(checkpoint.network, provenance))
    network = _fresh(recipe, topology, dataset)
    if given is not None:
        network = _begun_from(given, network)
    training = {"recipe": recipe.model_dump(mode="json"), "seed": recipe.seed, "log": []}
    training |= {"processes": n_processes} if n_processes > 1 else {}
    training |= {"start": start} if start is not None else {}
    network = replace(network, training={**training, "provenance": provenance.model_dump(mode="json")})
    checkpoint = Checkpoint(network, {}, [], {"state": {}, "param_groups": []}, {}, dataset.fingerprint)
    if run is not None:
        # the checkpoint first: a run that has one can be gone on with, whatever else a kill has left out
        save_checkpoint(checkpoint, run / CHECKPOINT_FILE)
        write_atomically(run / RECIPE_FILE, recipe_toml(recipe).encode())
    return checkpoint


def _check_same(
    checkpoint: Checkpoint,
    recipe: Recipe,
    topology: Topology,
    dataset: Dataset,
    run: Path,
    start: str | None,
    n_processes: int,
) -> None:
    """Refuse to go on with anything but what the run was begun with."""
    if start is not None and checkpoint.network.training.get("start") != start:
        raise TrainingError(f"{run}: was begun from another network, or from chance; choose another folder")
    if recorded_recipe(checkpoint.network) != recipe:
        raise TrainingError(f"{run}: holds a training of another recipe; resume that one, or choose another folder")
    if checkpoint.network.topology != topology:
        raise TrainingError(f"{run}: was trained on data of another shape; pass the data it was started with")
    _check_data(checkpoint, dataset, run)
    before = checkpoint.network.training.get("processes", 1)
    if before != n_processes:
        raise TrainingError(
            f"{run}: was begun by {before} processes, and goes on by as many: torchrun --nproc_per_node={before}"
        )


def _check_data(checkpoint: Checkpoint, dataset: Dataset, run: Path) -> None:
    if checkpoint.data != dataset.fingerprint:
        raise TrainingError(f"{run}: the data have changed since it was started; pass those, or start a new run")


def _fresh(recipe: Recipe, topology: Topology, dataset: Dataset) -> LearnedNetwork:
    """Give the network of a recipe as it is before training."""
    data = DataOrigin(source=dataset.source, fingerprint=dataset.fingerprint, preparation=dataset.preparation)
    shown = recipe.presentation(dataset.n_frames if dataset.is_sequences else None)
    interface = shown.of(dataset.value_shape, dataset.class_names, len(topology.layers), data)
    return initial_network(topology, interface, recipe.method.convention, start_generator(recipe.seed))


def extend(run: Path, recipe: Recipe, epochs: int, dataset: Dataset) -> Recipe:
    """Prepare a run to be gone on with for more epochs than its recipe has, and give the recipe with those.

    The epochs that are added have a schedule of their own; what the optimiser remembers stays. Until the first of them
    is trained their number may be changed again.

    Raises
    ------
    TrainingError
        If there are no more epochs, the data are others, or another process holds the run.
    """
    with held(run):
        checkpoint = load_checkpoint(run / CHECKPOINT_FILE)
        _check_data(checkpoint, dataset, run)
        return _extend(checkpoint, run, recipe, epochs)


def _extend(checkpoint: Checkpoint, run: Path, recipe: Recipe, epochs: int) -> Recipe:
    done = len(checkpoint.log)
    planned, ended = recipe.train.epochs, _ended(run, done)
    added = done > 0 and begun_in(checkpoint.network) == done  # and none of them is trained yet
    if epochs == planned and done < planned and (added or not ended):
        return recipe  # asked for already, and stopped since
    if epochs <= (done if added else planned):
        raise TrainingError(f"{run}: has {done} of {planned} epochs; --epochs {epochs} adds none; name a larger number")
    if done < planned and not added and not ended:
        raise TrainingError(
            f"{run}: has {done} of {planned} epochs; let those come to their end first, with --resume {run}"
        )
    longer = recipe.model_copy(update={"train": recipe.train.model_copy(update={"epochs": epochs})})
    told = checkpoint.network.training
    begun = told.get("begun", []) if added else [*told.get("begun", []), done]
    training = {**told, "recipe": longer.model_dump(mode="json"), "begun": begun}
    network = replace(checkpoint.network, training=training)
    optimiser = {"state": checkpoint.optimiser["state"], "param_groups": []}
    save_checkpoint(replace(checkpoint, network=network, optimiser=optimiser, schedule={}), run / CHECKPOINT_FILE)
    write_atomically(run / RECIPE_FILE, recipe_toml(longer).encode())
    return longer


def _ended(run: Path, done: int) -> bool:
    """Whether a training came to its end, early perhaps: only then it leaves a network of so many epochs."""
    file = run / LEARNED_FILE
    return file.exists() and len(load_learned(file).training.get("log", [])) == done


def begun_in(network: LearnedNetwork) -> int:
    """Give the epoch in which a training's schedule begins: 0, or where epochs were added."""
    return int([0, *network.training.get("begun", [])][-1])


def _begun_from(given: LearnedNetwork, fresh: LearnedNetwork) -> LearnedNetwork:
    """Give the given network's layers with all else of a fresh one; its last layer is fresh where classes differ.

    Raises
    ------
    TrainingError
        If layers or coding are others.
    """
    here, there = fresh.topology, given.topology
    if (here.input_shape, here.layers) != (there.input_shape, there.layers):
        told = given.training.get("recipe", {}).get("name", "another")
        raise TrainingError(
            f"--start: a network of {_shape_of(given)}; the recipe has {_shape_of(fresh)}; take a recipe of its "
            f"layers, such as {told}, by which it was trained"
        )
    coded = [(network.interface.coding, network.interface.delays) for network in (given, fresh)]
    if coded[0] != coded[1]:
        names = [network.interface.coding.name for network in (given, fresh)]
        raise TrainingError(f"--start: is coded by {names[0]}, the recipe says {names[1]}, or their numbers differ")
    layers = given.layers
    if given.class_names != fresh.class_names:
        # the wiring stays, since each neuron below has one destination
        last = replace(fresh.layers[-1], sources=layers[-1].sources)
        used = (last.sources != UNUSED).any(2)[:, :, None]
        layers = (*layers[:-1], replace(last, probabilities=last.probabilities * used))
    return replace(fresh, layers=layers)


def _shape_of(network: LearnedNetwork) -> str:
    layers = ", ".join(
        f"{list(windows.size)} by {list(windows.stride)}"
        + (f" x {windows.repeats}" if windows.repeats > 1 else "")
        + (f" of {windows.features} features" if windows.features is not None else "")
        + (" shared" if windows.shared else "")
        + (f" of {windows.neurons} neurons" if windows.neurons is not None else "")
        for windows in network.topology.layers
    )
    return f"layers {layers} over {' x '.join(map(str, network.topology.input_shape))}"


def _columns(recipe: Recipe, dataset: Dataset) -> int:
    """Give the columns of a step: the examples of a batch, times the ticks of each where they are sequences."""
    return min(recipe.train.batch, len(dataset)) * (dataset.n_frames if dataset.is_sequences else 1)


def _bytes_per_core(columns: int) -> int:
    """Give what training takes of memory for a core: floating-point numbers a synapse, and a step's activities."""
    return 4 * (_NUMBERS_PER_SYNAPSE * N_AXONS * N_NEURONS + _NUMBERS_PER_ACTIVITY * (N_AXONS + N_NEURONS) * columns)


def _gone_on(network: LearnedNetwork, provenance: Provenance) -> LearnedNetwork:
    """Note where a training goes on, where that is another place than before."""
    here, resumed = provenance.model_dump(mode="json"), network.training.get("resumed", [])
    if here == [network.training.get("provenance"), *resumed][-1]:
        return network
    return replace(network, training={**network.training, "resumed": [*resumed, here]})
