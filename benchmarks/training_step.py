"""A training step against matrix products alone, three forward and six backward.

Of the same shapes as the step's own, and of whole cores, which a step would take if it trained every neuron.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from benchmarks.timing import timed_in_turn
from spikeloom.chip.limits import N_AXONS, N_NEURONS
from spikeloom.network.initial import initial_network
from spikeloom.network.learned import Convention
from spikeloom.training.network import TrainingNetwork
from spikeloom.training.recipe_files import load_recipe
from spikeloom.training.step import make_optimiser, train_step

BATCH = 100


def rows() -> list[dict[str, Any]]:
    """Give step and products in milliseconds, and their ratio, for both networks."""
    found = []
    for name in ("mnist-5", "mnist-30"):
        step, products, whole_cores = timed_in_turn(*_work(name), rounds=40, warm_up=5)
        work = f"{name}, one step of {BATCH} examples"
        found += [
            {"work": work, "what": "whole step", "value": step * 1e3, "unit": "ms"},
            {"work": work, "what": "its matrix products alone", "value": products * 1e3, "unit": "ms"},
            {"work": work, "what": "ratio", "value": step / products, "unit": "x"},
            {"work": work, "what": "products of whole 256 x 256 cores", "value": whole_cores * 1e3, "unit": "ms"},
            {"work": work, "what": "ratio to those", "value": step / whole_cores, "unit": "x"},
        ]
    return found


def _work(name: str) -> tuple[Callable[[], object], Callable[[], object], Callable[[], object]]:
    """Give the step, the products of its connected neurons, and those of whole cores."""
    recipe = load_recipe(name)
    topology = recipe.topology((28, 28, 1), 10)
    names = tuple(str(digit) for digit in range(10))
    interface = recipe.interface.of((28, 28, 1), names, len(topology.layers))
    network = TrainingNetwork(initial_network(topology, interface, Convention(), np.random.default_rng(0)))
    optimiser = make_optimiser(network, recipe.train)
    generator = torch.Generator().manual_seed(0)
    # as sparse as a digit: four pixels of five are dark
    values = torch.rand(topology.n_values, BATCH) * (torch.rand(topology.n_values, BATCH) < 0.2)
    labels = torch.randint(0, 10, (BATCH,))

    connected = [group.probabilities.shape for layer in network.layers for group in layer.groups]
    whole = [(rows * columns, N_AXONS, N_NEURONS) for rows, columns in topology.grids]

    def step() -> None:
        train_step(network, optimiser, values, labels, generator)

    return step, _products(connected), _products(whole)


def _products(shapes: Sequence[tuple[int, ...]]) -> Callable[[], object]:
    """Give a function that does a step's products on (n_cores, n_axons, n_neurons) weights, and nothing else."""
    operands = [
        (torch.rand(shape), torch.rand(shape[0], shape[1], BATCH), torch.rand(shape[0], shape[2], BATCH))
        for shape in shapes
    ]

    def products() -> None:
        for weights, inputs, gradients in operands:
            for _ in range(3):
                torch.bmm(weights.mT, inputs)
                torch.bmm(weights, gradients)
                torch.bmm(inputs, gradients.mT)

    return products
