"""What the page shows beside a model: images with labels, its mistakes, measured points, energy profiles."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.data.datasets import Dataset
from spikeloom.deployment.deploy import SHIFTS, deploy, show_moved
from spikeloom.interface import Interface, Still
from spikeloom.measure.energy import shipped_profiles
from spikeloom.measure.evaluation import evaluate_network, evaluate_program
from spikeloom.measure.measurement import Measurement
from spikeloom.measure.votes import count_votes
from spikeloom.network.learned import LearnedNetwork
from spikeloom.notebook import plural

_log = logging.getLogger(__name__)

EXAMPLES, MISTAKES = 100, 60  # images of each kind that go with a page
SIZES = (1, 2, 4, 8, 16)  # of ensembles that the page offers


def facts_of(
    model: LearnedNetwork | ChipProgram, title: str, dataset: Dataset | None, seed: int = 0, threads: int = 0
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Give facts and arrays of a model; without a data set those of a program that is fed by hand.

    Parameters
    ----------
    dataset : Dataset or None
        Whose first images are shown and on which the model is measured.
    """
    certain = isinstance(model, ChipProgram) or model.is_certain
    # the page counts no crossings between chips, so it offers no profile that prices them
    profiles = {
        name: profile.model_dump() for name, profile in shipped_profiles().items() if not profile.joules_per_crossing
    }
    facts: dict[str, Any] = {"title": title, "told": _told(model), "certain": certain, "profiles": profiles}
    facts |= {"shifts": {}, "curve": [], "mistakes": [], "nImages": 0, "prepare": "fit"}
    interface = model.interface
    if interface is None or dataset is None:
        return facts, {}
    program = deploy(model, seed=seed)
    shifts = SHIFTS if interface.frames == Still() else {}
    mistakes = _mistakes(program, dataset, seed, threads)
    shown = np.unique(np.concatenate([np.arange(min(EXAMPLES, len(dataset))), mistakes]))
    points = list(_points(model, program, dataset, list(shifts), seed, threads))
    facts |= {
        "shifts": {ticks: [list(shift) for shift in moves] for ticks, moves in shifts.items()},
        "curve": points,
        "mistakes": np.searchsorted(shown, mistakes).tolist(),
        "numbers": shown.tolist(),
        "labels": dataset.labels[shown].tolist(),
        "nImages": len(shown),
        "nFrames": interface.frames.n_frames,
        "prepare": "mnist" if interface.data is not None and interface.data.source == "mnist" else "fit",
    }
    return facts, {"images": _bytes(dataset, shown)}


def _told(model: LearnedNetwork | ChipProgram) -> str:
    """Give a line on what the model is."""
    if isinstance(model, ChipProgram):
        shown = "fed spikes by hand" if model.interface is None else _shape(model.interface)
        return f"a chip program: {plural(model.n_cores, 'core')}, {plural(len(model.members), 'member')}, {shown}"
    recipe = model.training.get("recipe", {}).get("name", "untrained")
    return f"a learned network, recipe {recipe}: {plural(model.n_cores, 'core')} a member, {_shape(model.interface)}"


def _shape(interface: Interface) -> str:
    return f"{' x '.join(map(str, interface.value_shape))} values, {interface.n_classes} classes"


def _mistakes(program: ChipProgram, dataset: Dataset, seed: int, threads: int) -> np.ndarray:
    """Give the first images that the program gets wrong; of a network, one sampled member."""
    decided = count_votes(program, dataset.values, seed, threads=threads).decisions.classes
    return np.flatnonzero(decided != dataset.labels)[:MISTAKES]


def _points(
    model: LearnedNetwork | ChipProgram,
    program: ChipProgram,
    dataset: Dataset,
    ticks: list[int],
    seed: int,
    threads: int,
) -> Iterator[dict[str, Any]]:
    """Measure what the page's sliders can set: ensembles, and ticks an image, of which the first is one."""
    if isinstance(model, LearnedNetwork) and not model.is_certain:
        _log.info("measuring ensembles of %s members", ", ".join(map(str, SIZES)))
        measured = evaluate_network(model, dataset, dict.fromkeys(SIZES, 1), seed=seed, threads=threads)
        yield from (_point(found) for found in measured.values())
    if isinstance(model, ChipProgram) or model.is_certain:
        yield _point(evaluate_program(program, dataset, seed=seed, threads=threads))
    for several in ticks[1:]:
        yield _point(evaluate_program(show_moved(program, several), dataset, seed=seed, threads=threads))


def _point(found: Measurement) -> dict[str, Any]:
    return {
        "members": found.members,
        "ticks": found.ticks_per_image,
        "cores": found.cores,
        "accuracy": found.accuracy,
        "images": found.images,
        "events": found.events_per_image,
        "hops": found.hops_per_image,
        "split": "test set",
    }


def _bytes(dataset: Dataset, shown: np.ndarray) -> np.ndarray:
    images = dataset.images[shown]
    return images if images.dtype == np.uint8 else np.round(images * 255).astype(np.uint8)
