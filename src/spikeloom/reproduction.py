"""The paper's experiment: both networks, ensembles of several sizes, several draws, on MNIST's test images."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spikeloom.artefact import write_atomically
from spikeloom.data.datasets import Dataset
from spikeloom.measure.energy import PAPER_PROFILE, shipped_profiles
from spikeloom.measure.evaluation import evaluate_network, member_jobs
from spikeloom.measure.votes import Progress
from spikeloom.network.learned import LearnedNetwork
from spikeloom.report.figures import accuracy_energy_figure, save_figure
from spikeloom.report.rows import result_row

NETWORKS = ("mnist-5", "mnist-30")
RESULTS_FILE, FIGURE_FILE = "results.json", "accuracy-energy.png"


@dataclass(frozen=True)
class Reproduction:
    """What the experiment gave, a row an ensemble; `profile` is the one that table and figure show."""

    rows: list[dict[str, Any]]
    profile: str = PAPER_PROFILE


def work(networks: Mapping[str, LearnedNetwork], ensembles: Mapping[int, int], n_images: int) -> int:
    """Give how many images will be shown to how many cores, the unit in which progress is told."""
    n_members = len(member_jobs(ensembles))
    return sum(network.n_cores for network in networks.values()) * n_members * n_images


def reproduce(
    networks: Mapping[str, LearnedNetwork],
    test_set: Dataset,
    ensembles: Mapping[int, int],
    *,
    seed: int = 0,
    threads: int = 1,
    progress: Progress | None = None,
) -> Reproduction:
    """Measure every network in ensembles of every size.

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
        for _, result in sorted(results.items()):
            rows.append({"network": name, "recipe": recipe, **result_row(result, shipped_profiles())})
    return Reproduction(rows)


def save_reproduction(reproduction: Reproduction, folder: Path) -> list[Path]:
    """Write ``results.json`` and the figure (PNG and SVG) into a folder, and give the paths."""
    results = folder / RESULTS_FILE
    write_atomically(results, json.dumps({"rows": reproduction.rows}, indent=2).encode())
    figure = accuracy_energy_figure(reproduction.rows, reproduction.profile)
    return [results, *save_figure(figure, folder / FIGURE_FILE)]
