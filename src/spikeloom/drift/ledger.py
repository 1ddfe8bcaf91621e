"""The drift ledger: the same images through every form that a network takes, from probabilities to other tools.

Each stage is compared with the reference simulator: output spikes that differ, images whose votes changed, and the
first tick, core and neuron that diverge where the stage shows its neurons. A stage that cannot hold the program, or
whose tool is missing, says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from spikeloom.chip.limits import N_NEURONS
from spikeloom.chip.program import ChipProgram
from spikeloom.chip.trains import pack
from spikeloom.data.datasets import Dataset
from spikeloom.deployment.deploy import deploy
from spikeloom.drift.stages import REFERENCE, STAGES, Answer, RefusedError, Runner
from spikeloom.errors import PeerError
from spikeloom.interface import decide
from spikeloom.machine import check_memory
from spikeloom.measure.evaluation import check_data
from spikeloom.measure.votes import interface_needed, shown_spikes
from spikeloom.network.forward import class_means
from spikeloom.network.learned import LearnedNetwork
from spikeloom.simulation import backend_named, run


@dataclass(frozen=True)
class First:
    """Where two runs first differ."""

    tick: int
    core: int
    neuron: int


@dataclass(frozen=True)
class Stage:
    """One line of the ledger.

    accuracy, spikes_differing, votes_changed are None where the stage does not know them; `first` is None where nothing
    differs or neurons are not shown; `refused` says why a stage did not run.
    """

    stage: str
    accuracy: float | None = None
    spikes_differing: int | None = None
    votes_changed: int | None = None
    first: First | None = None
    refused: str | None = None


_BYTES_PER_NEURON = 12  # of a tick: spikes and potentials of the reference, and of the stage beside it

Note = Callable[[str], None]


def drift_ledger(
    network: LearnedNetwork, dataset: Dataset, members: int = 1, *, seed: int = 0, note: Note = lambda _: None
) -> Iterator[Stage]:
    """Give the ledger of a network's sampled members on a data set, stage after stage.

    Parameters
    ----------
    network : LearnedNetwork
    dataset : Dataset
        All of it is shown; take as many images as every stage has time for.
    """
    program = deploy(network, members, seed)
    interface = interface_needed(program)
    check_data(interface, dataset)
    n_ticks = len(dataset) * interface.ticks_per_image
    check_memory("drift", n_ticks, "ticks", program.n_cores * N_NEURONS * _BYTES_PER_NEURON)
    means = class_means(network, dataset.values)
    yield Stage("trained probabilities", float((means.argmax(1) == dataset.labels).mean()))

    # a blank tick first: SANA-FE cannot take an input in its first
    inputs = np.pad(shown_spikes(program, dataset.values, seed), ((1, 0), (0, 0)))
    ledger = _Ledger(program, inputs, dataset)
    for name, stage in STAGES:
        note(name)
        yield ledger.line(name, stage)


class _Ledger:
    """Compares every stage with the reference."""

    def __init__(self, program: ChipProgram, inputs: np.ndarray, dataset: Dataset) -> None:
        self._program, self._inputs, self._dataset = program, inputs, dataset
        record = run(program, inputs, range(program.n_cores), backend="reference")
        self._reference = Answer(record.outputs, record.rasters)

    def line(self, name: str, stage: Runner) -> Stage:
        """Run a stage and give its line."""
        if name == REFERENCE:
            answer = self._reference
        else:
            try:
                answer = stage(self._program, self._inputs)
            except (RefusedError, PeerError) as error:
                return Stage(name, refused=str(error))
        reference = self._reference
        votes, expected = self._votes(answer.outputs), self._votes(reference.outputs)
        lines = answer.outputs != reference.outputs
        lines[: answer.first_tick] = False
        differing, first = int(lines.sum()), self._first_neuron(lines)
        if answer.rasters is not None and reference.rasters is not None:
            unequal = answer.rasters != reference.rasters
            differing += int(unequal.sum())
            first = First(*(int(index) for index in np.argwhere(unequal)[0])) if unequal.any() else first
        interface = interface_needed(self._program)
        voters = interface.readout.voters(self._program.outputs.classes, interface.n_classes, interface.ticks_per_image)
        right = decide(votes, voters).classes == self._dataset.labels
        return Stage(name, float(right.mean()), differing, int((votes != expected).any(1).sum()), first)

    def _first_neuron(self, unequal: np.ndarray) -> First | None:
        """Give the first tick in which an output line differs, and a neuron that feeds the line."""
        if not unequal.any():
            return None
        tick, line = np.argwhere(unequal)[0]
        core, neuron = np.argwhere(self._program.routes.to_outputs & (self._program.routes.axons == line))[0]
        return First(int(tick), int(core), int(neuron))

    def _votes(self, outputs: np.ndarray) -> np.ndarray:
        """Give the votes of each class for each image, (n_images, n_classes)."""
        interface = interface_needed(self._program)
        first = interface.latency  # the blank tick, and latency - 1 ticks until the first answer
        answered = outputs[first : first + len(self._dataset) * interface.ticks_per_image]
        by_tick = backend_named("reference").count(pack(answered), self._program.outputs.classes, interface.n_classes)
        return interface.readout.votes(by_tick, interface.ticks_per_image)
