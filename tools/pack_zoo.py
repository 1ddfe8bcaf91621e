"""Put trained networks into the zoo, with a model card.

``python tools/pack_zoo.py network NAME RUN RETRAIN...`` packs the learned network of a run: synapses as bits, or
probabilities in 8 bits, and what is then measured is what is shipped.
``python tools/pack_zoo.py ensemble NAME COPIES TICKS NETWORK...`` writes the card of an ensemble of shipped networks,
each in shifted copies, that is shown each image for some ticks.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import resources
from pathlib import Path
from typing import Any

from spikeloom.artefact import write_atomically
from spikeloom.data import load_dataset
from spikeloom.data.datasets import Dataset
from spikeloom.deployment.deploy import deploy_together, show_moved
from spikeloom.measure.energy import shipped_profiles
from spikeloom.measure.evaluation import evaluate_network, evaluate_program
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.storage import load_learned, save_quantised
from spikeloom.report.rows import result_row
from spikeloom.training.loop import validation_split
from spikeloom.training.resume import recorded_recipe
from spikeloom.zoo import load_network
from spikeloom.zoo.cards import Card

THREADS = os.cpu_count() or 1
DRAWS, SIZES = 10, (1, 4, 16, 64)


def main() -> None:
    """Pack what the arguments say, and print the card."""
    match sys.argv[1:]:
        case ["network", name, run, *retrain] if retrain:
            packed = _pack_network(name, Path(run), retrain)
        case ["ensemble", name, copies, ticks, *networks] if networks:
            packed = _pack_ensemble(name, int(copies), int(ticks), networks)
        case _:
            sys.exit(__doc__)
    write_atomically(_shipped(f"{name}.json"), packed.model_dump_json(indent=1).encode())
    accuracies = [(row["members"], row["cores"], round(row["accuracy_mean"], 4)) for row in packed.test]
    print(f"{name}: validation {packed.validation_accuracy:.4f}, test (members, cores, accuracy) {accuracies}")


def _pack_network(name: str, run: Path, retrain: list[str]) -> Card:
    target = _shipped(f"{name}.safetensors")
    save_quantised(load_learned(run / "learned.safetensors"), target)
    network = load_learned(target)
    recipe = recorded_recipe(network)
    sizes = SIZES[:1] if network.is_certain else SIZES
    draws = 1 if network.is_certain else DRAWS
    validation = evaluate_network(network, _validation(network), {1: draws}, threads=THREADS)[1]
    results = evaluate_network(network, _test(), dict.fromkeys(sizes, draws), threads=THREADS)
    return Card(
        name=name,
        cores=network.n_cores,
        members=1,
        recipe=recipe.name,
        seed=recipe.seed,
        validation_accuracy=validation.accuracy,
        test=tuple(_row(results[size]) for size in sizes),
        retrain=tuple(retrain),
    )


def _pack_ensemble(name: str, copies: int, ticks: int, names: list[str]) -> Card:
    networks = [load_network(f"zoo:{network}") for network in names]
    recipe, *others = map(recorded_recipe, networks)
    if any(other.data != recipe.data for other in others):
        sys.exit(f"{name}: its networks held out different images; an ensemble needs one validation split")
    command = f"python tools/pack_zoo.py ensemble {name} {copies} {ticks} {' '.join(names)}"
    program = show_moved(deploy_together(networks, copies=copies), ticks)
    validation = evaluate_program(program, _validation(networks[0]), threads=THREADS)
    return Card(
        name=name,
        cores=program.n_cores,
        members=len(program.members),
        recipe=recipe.name,
        seed=0,
        networks=tuple(names),
        copies=copies,
        ticks=ticks,
        validation_accuracy=validation.accuracy,
        test=(_row(evaluate_program(program, _test(), threads=THREADS)),),
        retrain=(f"each of its networks, then: {command}",),
    )


def _row(result: Any) -> dict[str, Any]:
    return json.loads(json.dumps(result_row(result, shipped_profiles())))


def _validation(network: LearnedNetwork) -> Dataset:
    recipe = recorded_recipe(network)
    return validation_split(recipe, load_dataset(recipe.data.source))[1]


def _test() -> Dataset:
    return load_dataset("mnist", "test")


def _shipped(name: str) -> Path:
    return Path(str(resources.files("spikeloom.zoo"))) / name


if __name__ == "__main__":
    main()
