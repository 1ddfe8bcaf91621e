"""Put a trained network into the zoo: ``python tools/pack_zoo.py RUN/learned.safetensors NAME``.

Probabilities are rounded to 8 bits first, and what is then validated is what is shipped.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib import resources
from pathlib import Path

from spikeloom.data import load_dataset
from spikeloom.measure.evaluation import evaluate_network
from spikeloom.network.forward import training_accuracy
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.quantise import quantise
from spikeloom.network.storage import load_learned, save_quantised
from spikeloom.training.loop import recorded_recipe, validation_split

ENSEMBLES = {1: 10, 4: 4, 16: 2, 64: 1}  # draws by size


def main() -> None:
    """Pack one network and print what was validated."""
    if len(sys.argv) != 3:
        sys.exit("usage: python tools/pack_zoo.py RUN/learned.safetensors NAME")
    source, name = sys.argv[1:]
    network = _validated(quantise(load_learned(Path(source))))
    target = Path(str(resources.files("spikeloom.zoo") / f"{name}.safetensors"))
    save_quantised(network, target)
    print(f"{target.name}: {target.stat().st_size:,} bytes, validation {network.training['validation']}")


def _validated(network: LearnedNetwork) -> LearnedNetwork:
    recipe = recorded_recipe(network)
    _, validation = validation_split(recipe, load_dataset(recipe.data.source))
    results = evaluate_network(network, validation, ENSEMBLES, threads=2)
    figures = {
        "training_network": training_accuracy(network, validation.values, validation.labels),
        **{f"members_{size}": result.accuracy for size, result in results.items()},
    }
    return replace(network, training={**network.training, "validation": figures})


if __name__ == "__main__":
    main()
