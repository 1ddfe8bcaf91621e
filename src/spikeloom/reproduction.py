"""The paper's experiment: both networks, ensembles of several sizes, several draws, on MNIST's test images."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spikeloom.data.datasets import Dataset
from spikeloom.measure.energy import shipped_profiles
from spikeloom.measure.evaluation import evaluate_network
from spikeloom.measure.showings import members_of_draws
from spikeloom.measure.votes import Progress
from spikeloom.network.learned import LearnedNetwork
from spikeloom.report.figures import accuracy_energy_figure, save_figures
from spikeloom.report.rows import Reproduced, measurement_row
from spikeloom.writing import write_atomically

NETWORKS = ("mnist-5", "mnist-30")
RESULTS_FILE, FIGURE_FILE = "results.json", "accuracy-energy.png"


def work(networks: Mapping[str, LearnedNetwork], ensembles: Mapping[int, int], n_images: int) -> int:
    """Give how many images will be shown to how many cores, the unit in which progress is told."""
    return sum(network.n_cores for network in networks.values()) * sum(members_of_draws(ensembles)) * n_images


def reproduce(
    networks: Mapping[str, LearnedNetwork],
    test_set: Dataset,
    ensembles: Mapping[int, int],
    *,
    seed: int = 0,
    threads: int = 0,
    progress: Progress | None = None,
) -> list[Reproduced]:
    """Measure every network in ensembles of every size, and give a row an ensemble.

    Parameters
    ----------
    networks : mapping of name to LearnedNetwork
    test_set : Dataset
    ensembles : mapping of ensemble size to number of draws
    """
    rows = []
    for name, network in networks.items():
        results = evaluate_network(network, test_set, ensembles, seed=seed, threads=threads, progress=progress)
        recipe = network.training.get("recipe", {}).get("name")
        rows += [Reproduced(name, recipe, found) for _, found in sorted(results.items())]
    return rows


def reproduction_json(rows: list[Reproduced]) -> dict[str, Any]:
    """Give the rows as JSON values."""
    return {
        "rows": [
            {"network": row.network, "recipe": row.recipe, **measurement_row(row.measurement, shipped_profiles())}
            for row in rows
        ]
    }


def save_reproduction(rows: list[Reproduced], folder: Path) -> list[Path]:
    """Write ``results.json`` and the figure (PNG and SVG) into a folder, and give the paths."""
    results = folder / RESULTS_FILE
    write_atomically(results, json.dumps(reproduction_json(rows), indent=2).encode())
    return [results, *save_figures(lambda theme: accuracy_energy_figure(theme, rows), folder / FIGURE_FILE)]
