"""Accuracy under faults: noise in the input, dead cores, dead neurons, stuck synapses; drawn, seeded, repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from spikeloom.chip.faults import with_dead_cores, with_dead_neurons, with_stuck_synapses
from spikeloom.chip.program import ChipProgram
from spikeloom.data.datasets import Dataset
from spikeloom.measure.evaluation import evaluate_program
from spikeloom.randomness.streams import fault_generator, seed_of_draw

SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2)

Fault = Callable[[ChipProgram, float, np.random.Generator], ChipProgram]
PROGRAM_FAULTS: dict[str, Fault] = {
    "dead cores": with_dead_cores,
    "dead neurons": with_dead_neurons,
    "stuck synapses": with_stuck_synapses,
}
INPUT_NOISE = "input noise"


@dataclass(frozen=True)
class FaultRow:
    """Accuracy of a program with a share of its parts broken: mean and standard deviation over draws of the faults."""

    fault: str
    share: float
    draws: int
    accuracy_mean: float
    accuracy_std: float | None


def robustness(
    program: ChipProgram, dataset: Dataset, draws: int = 3, *, seed: int = 0, threads: int = 1
) -> Iterator[FaultRow]:
    """Give a row for each fault and share.

    Parameters
    ----------
    program : ChipProgram
    dataset : Dataset
    draws : int
        Draws of the faults; each also draws its inputs anew.
    """
    for fault in (INPUT_NOISE, *PROGRAM_FAULTS):
        for share in SHARES:
            accuracies = []
            for draw in range(draws):
                drawn = seed_of_draw(seed, draw)
                rng = fault_generator(drawn)
                broken = PROGRAM_FAULTS[fault](program, share, rng) if fault in PROGRAM_FAULTS else program
                shown = noisy(dataset, share, rng) if fault == INPUT_NOISE else dataset
                accuracies.append(evaluate_program(broken, shown, seed=drawn, threads=threads).accuracy)
            std = float(np.std(accuracies, ddof=1)) if draws > 1 else None
            yield FaultRow(fault, share, draws, float(np.mean(accuracies)), std)


def noisy(dataset: Dataset, share: float, rng: np.random.Generator) -> Dataset:
    """Give the data with each value, by this probability, replaced by dark or light at random."""
    full = 255 if dataset.images.dtype == np.uint8 else 1
    hit = rng.random(dataset.images.shape, np.float32) < share
    drawn = (rng.random(dataset.images.shape, np.float32) < 0.5) * full
    return replace(dataset, images=np.where(hit, drawn, dataset.images).astype(dataset.images.dtype))
