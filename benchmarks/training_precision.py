"""A training step with its products in bfloat16 against one in float32, for both methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from benchmarks.timing import timed_in_turn
from spikeloom.network.initial import initial_network
from spikeloom.training.recipe_files import load_recipe
from spikeloom.training.step import make_network, make_optimiser, train_step


def rows() -> list[dict[str, Any]]:
    """Give milliseconds of both, and their ratio, for both methods at about 30 cores."""
    found, before = [], torch.get_num_threads()
    torch.set_num_threads(1)
    for name in ("mnist-30", "mnist-29-bent"):
        single, half = timed_in_turn(_step(name, "float32"), _step(name, "bfloat16"), rounds=20, warm_up=3)
        work = f"{name}, one step of {load_recipe(name).train.batch} examples"
        found += [
            {"work": work, "what": "products in float32", "value": single * 1e3, "unit": "ms"},
            {"work": work, "what": "in bfloat16", "value": half * 1e3, "unit": "ms"},
            {"work": work, "what": "ratio", "value": single / half, "unit": "x"},
        ]
    torch.set_num_threads(before)
    return found


def _step(name: str, precision: str) -> Callable[[], object]:
    recipe = load_recipe(name, [f"train.precision={precision}"])
    topology = recipe.topology((28, 28, 1), 10)
    names = tuple(str(digit) for digit in range(10))
    interface = recipe.interface.of((28, 28, 1), names, len(topology.layers))
    start = initial_network(topology, interface, recipe.method.convention, np.random.default_rng(0))
    network = make_network(start, recipe)
    optimiser = make_optimiser(network, recipe.train)
    generator = torch.Generator().manual_seed(0)
    values = (torch.rand(topology.n_values, recipe.train.batch, generator=generator) < 0.2).float()
    labels = torch.randint(0, 10, (recipe.train.batch,), generator=generator)
    return lambda: train_step(network, optimiser, values, labels, generator)
