"""Accuracy under faults: noise in the input, dead cores, dead neurons, stuck synapses; drawn, seeded, repeated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.data.datasets import Dataset
from spikeloom.machine import check_memory
from spikeloom.measure.accuracy import accuracy
from spikeloom.measure.evaluation import check_data
from spikeloom.measure.faults import FAULTS, Fault
from spikeloom.measure.showings import Showing, votes_of
from spikeloom.measure.votes import interface_needed
from spikeloom.randomness.streams import seed_of_draw

_BYTES_PER_DRAW = 2**7  # its accuracy, and what a list of them takes
SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2)


@dataclass(frozen=True)
class FaultRow:
    """Accuracy of a program with a share of its parts broken: mean and standard deviation over draws of the faults."""

    model: str
    cores: int
    fault: str
    share: float
    draws: int
    accuracy_mean: float
    accuracy_std: float | None


def check_fault_draws(draws: int) -> None:
    """Refuse more draws than there is memory for; SizeError."""
    check_memory("robustness", draws, "draws", _BYTES_PER_DRAW)


def robustness(
    name: str, program: ChipProgram, dataset: Dataset, draws: int = 3, *, seed: int = 0, threads: int = 0
) -> Iterator[FaultRow]:
    """Give a row for each fault and share.

    Parameters
    ----------
    name : str
        What the rows call the program.
    program : ChipProgram
    dataset : Dataset
    draws : int
        Draws of the faults; each also draws its inputs anew.
    """
    check_data(interface_needed(program), dataset)
    check_fault_draws(draws)
    for fault in FAULTS:
        for share in SHARES:
            accuracies = []
            for draw in range(draws):
                showing = Showing(program, dataset.values, seed_of_draw(seed, draw), fault=Fault(fault, share))
                found = votes_of(showing, threads=threads)
                accuracies.append(accuracy(found.decisions.classes, dataset.labels))
            std = float(np.std(accuracies, ddof=1)) if draws > 1 else None
            yield FaultRow(name, program.n_cores, fault, share, draws, float(np.mean(accuracies)), std)
