"""The drift ledger: the same images through every form that a network takes, from probabilities to other tools.

Each stage is compared with the reference simulator: output spikes that differ, images whose votes changed, and the
first tick, core and neuron that diverge where the stage shows its neurons. A stage that cannot hold the program, or
whose tool is missing, says so.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spikeloom.chip.ensemble import program_of_member
from spikeloom.chip.limits import N_NEURONS
from spikeloom.chip.program import ChipProgram
from spikeloom.data.datasets import Dataset
from spikeloom.deployment.deploy import deploy
from spikeloom.errors import ExportError, PeerError
from spikeloom.export.nir.writer import GRAPH_FILE, write_nir
from spikeloom.export.nscs.reader import read_nscs
from spikeloom.export.nscs.writer import write_nscs
from spikeloom.export.ranc.reader import read_ranc
from spikeloom.export.ranc.simulator import CONFIG_FILE, INPUT_FILE, write_ranc
from spikeloom.export.sana_fe.writer import write_sana_fe
from spikeloom.measure.accuracy import decide
from spikeloom.measure.evaluation import check_data
from spikeloom.measure.votes import interface_needed, shown_spikes
from spikeloom.network.forward import class_means
from spikeloom.network.learned import LearnedNetwork
from spikeloom.peers.nir_graphs import run_nirtorch, run_snntorch
from spikeloom.peers.products import Products
from spikeloom.peers.sana_fe import run_sana_fe
from spikeloom.simulation import run


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


@dataclass(frozen=True, eq=False)
class Answer:
    """What a stage gives.

    outputs : (n_ticks, n_output_lines) bool, in our ticks
    rasters : (n_ticks, n_cores, n_neurons) bool, or None where the stage does not show them
    first_tick : the first tick that it answers
    """

    outputs: np.ndarray
    rasters: np.ndarray | None = None
    first_tick: int = 0


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
    check_data(interface_needed(program), dataset)
    means = class_means(network, dataset.values)
    yield Stage("trained probabilities", float((means.argmax(1) == dataset.labels).mean()))

    # a blank tick first: SANA-FE cannot take an input in its first
    inputs = np.pad(shown_spikes(program, dataset.values, seed), ((1, 0), (0, 0)))
    ledger = _Ledger(program, inputs, dataset)
    for name, stage in _STAGES:
        note(name)
        yield ledger.line(name, stage)


class _RefusedError(Exception):
    """A format cannot hold the program; what else goes wrong with our own files is a fault, and ends the ledger."""


@contextmanager
def _writing() -> Iterator[None]:
    """Take a refusal to write as an answer of the stage."""
    try:
        yield
    except ExportError as error:
        raise _RefusedError(str(error)) from error


class _Ledger:
    """Compares every stage with the reference."""

    def __init__(self, program: ChipProgram, inputs: np.ndarray, dataset: Dataset) -> None:
        self._program, self._inputs, self._dataset = program, inputs, dataset
        record = run(program, inputs, range(program.n_cores), backend="reference")
        self._reference = Answer(record.outputs, record.rasters)

    def line(self, name: str, stage: Callable[[ChipProgram, np.ndarray], Answer]) -> Stage:
        """Run a stage and give its line."""
        if name == REFERENCE:
            answer = self._reference
        else:
            try:
                answer = stage(self._program, self._inputs)
            except (_RefusedError, PeerError) as error:
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
        voters = np.bincount(self._program.outputs.classes, minlength=votes.shape[1])
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
        classes = np.arange(len(interface.class_names))
        first = interface.latency  # the blank tick, and latency - 1 ticks until the first answer
        answered = outputs[first : first + len(self._dataset) * interface.ticks_per_image].astype(np.int64)
        by_tick = answered @ (self._program.outputs.classes[:, None] == classes)
        return by_tick.reshape(len(self._dataset), interface.ticks_per_image, -1).sum(1)


def _products(program: ChipProgram, inputs: np.ndarray) -> Answer:
    return _with_outputs(program, Products(program).run(inputs))


def _fast(program: ChipProgram, inputs: np.ndarray) -> Answer:
    record = run(program, inputs, range(program.n_cores))
    return Answer(record.outputs, record.rasters)


def _ranc(program: ChipProgram, inputs: np.ndarray) -> Answer:
    """Write, read and run the members one by one, since an output line there is one of 256."""
    outputs = np.zeros((len(inputs), len(program.outputs)), bool)
    rasters = np.zeros((len(inputs), program.n_cores, N_NEURONS), bool)
    for member in program.members:
        alone = program_of_member(program, member)
        with tempfile.TemporaryDirectory() as name:
            with _writing():
                write_ranc(alone, Path(name), inputs[:, program.inputs.members == member])
            again, packets = read_ranc(Path(name) / INPUT_FILE, Path(name) / CONFIG_FILE)
        answer = _fast(again, packets)
        outputs[:, program.outputs.members == member] = answer.outputs
        rasters[:, program.core_members == member] = answer.rasters
    return Answer(outputs, rasters)


def _nscs(program: ChipProgram, inputs: np.ndarray) -> Answer:
    taps = np.stack([program.inputs.tap_cores, program.inputs.tap_axons], 1)
    with tempfile.TemporaryDirectory() as name:
        with _writing():
            model, *_ = write_nscs(program, Path(name))
        again = read_nscs(model, taps)
    return _fast(again, inputs[:, program.inputs.tap_lines])


def _sana_fe(program: ChipProgram, inputs: np.ndarray) -> Answer:
    with tempfile.TemporaryDirectory() as name:
        with _writing():
            write_sana_fe(program, Path(name), inputs, joules_per_event=0.0, joules_per_hop=0.0)
        return _with_outputs(program, run_sana_fe(Path(name), program.n_cores, len(inputs)).spikes)


def _snntorch(program: ChipProgram, inputs: np.ndarray) -> Answer:
    with tempfile.TemporaryDirectory() as name:
        with _writing():
            write_nir(program, Path(name), "portable")
        return _after_latency(program, run_snntorch(Path(name) / GRAPH_FILE, inputs))


def _nirtorch(program: ChipProgram, inputs: np.ndarray) -> Answer:
    with tempfile.TemporaryDirectory() as name:
        with _writing():
            write_nir(program, Path(name), "native")
        return _after_latency(program, run_nirtorch(Path(name) / GRAPH_FILE, inputs))


def _with_outputs(program: ChipProgram, rasters: np.ndarray) -> Answer:
    """Give the output lines of every neuron's spikes; those that share a line meet."""
    core, neuron = np.nonzero(program.routes.to_outputs)
    outputs = np.zeros((len(program.outputs), len(rasters)), bool)
    np.logical_or.at(outputs, program.routes.axons[core, neuron], rasters[:, core, neuron].T)
    return Answer(outputs.T, rasters)


def _after_latency(program: ChipProgram, answered: np.ndarray) -> Answer:
    """Shift a graph's answers, which come at once, to when the chip gives them; until then it answers nothing."""
    delay = interface_needed(program).latency - 1
    shifted = np.concatenate([np.zeros_like(answered[:delay]), answered])[: len(answered)]
    return Answer(shifted, first_tick=delay)


REFERENCE = "reference simulator"
_STAGES: tuple[tuple[str, Callable[[ChipProgram, np.ndarray], Answer]], ...] = (
    ("sampled, as matrix products", _products),
    (REFERENCE, _fast),
    ("fast simulator", _fast),
    ("RANC, written and read", _ranc),
    ("NSCS, written and read", _nscs),
    ("SANA-FE", _sana_fe),
    ("NIR portable, in snnTorch", _snntorch),
    ("NIR native, in nirtorch", _nirtorch),
)
"""Stages after the probabilities; every export that can run here."""
