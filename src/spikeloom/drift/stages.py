"""The stages of the drift ledger: one program and its input spikes through everything that can run it here."""

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
from spikeloom.errors import ExportError
from spikeloom.export.c import C
from spikeloom.export.format import Exported, Format
from spikeloom.export.formats import FORMATS
from spikeloom.export.nir import NIR
from spikeloom.export.sana_fe import SANA_FE
from spikeloom.export.tables.inputs import bytes_that_spike
from spikeloom.export.tables.layout import tables_of
from spikeloom.export.verilog import VERILOG
from spikeloom.measure.votes import interface_needed
from spikeloom.peers.built import run_c, run_verilog
from spikeloom.peers.nir_graphs import run_nirtorch, run_snntorch
from spikeloom.peers.products import Products
from spikeloom.peers.sana_fe import run_sana_fe
from spikeloom.simulation import run
from spikeloom.value import Value


@dataclass(frozen=True, eq=False, repr=False)
class Answer(Value):
    """What a stage gives.

    outputs : (n_ticks, n_output_lines) bool, in our ticks
    rasters : (n_ticks, n_cores, n_neurons) bool, or None where the stage does not show them
    first_tick : the first tick that it answers
    """

    outputs: np.ndarray
    rasters: np.ndarray | None = None
    first_tick: int = 0


Runner = Callable[[ChipProgram, np.ndarray], Answer]
"""Runs a program on input spikes, (n_ticks, n_input_lines) bool."""


class RefusedError(Exception):
    """A format cannot hold the program; what else goes wrong with our own files is a fault, and ends the ledger."""


@contextmanager
def _writing() -> Iterator[None]:
    """Take a refusal to write as an answer of the stage."""
    try:
        yield
    except ExportError as error:
        raise RefusedError(str(error)) from error


def _products(program: ChipProgram, inputs: np.ndarray) -> Answer:
    return _with_outputs(program, Products(program).run(inputs))


def _fast(program: ChipProgram, inputs: np.ndarray) -> Answer:
    record = run(program, inputs, range(program.n_cores))
    return Answer(record.outputs, record.rasters)


def _read_back(form: Format) -> Runner:
    """Give the stage of a format that can be read: written, read again, and run here.

    Members go one by one, since a format may number too few output lines for all.
    """

    def stage(program: ChipProgram, inputs: np.ndarray) -> Answer:
        outputs = np.zeros((len(inputs), len(program.outputs)), bool)
        rasters = np.zeros((len(inputs), program.n_cores, N_NEURONS), bool)
        for member in program.members:
            alone = program_of_member(program, member)
            answer = _written_and_read(form, alone, inputs[:, program.inputs.members == member])
            outputs[:, program.outputs.members == member] = answer.outputs
            rasters[:, program.core_members == member] = answer.rasters
        return Answer(outputs, rasters if form.keeps_places else None)

    return stage


def _written_and_read(form: Format, program: ChipProgram, inputs: np.ndarray) -> Answer:
    assert form.read is not None
    with tempfile.TemporaryDirectory() as name:
        with _writing():
            paths = form.write(Exported(program, inputs), Path(name), form.options())
        again = form.read(paths[: len(form.reads)])
    given = inputs if again.inputs is None else again.inputs  # a graph holds none
    # files of spikes end with the last spike
    return _fast(again.program, np.pad(given, ((0, len(inputs) - len(given)), (0, 0))))


def _sana_fe(program: ChipProgram, inputs: np.ndarray) -> Answer:
    with tempfile.TemporaryDirectory() as name:
        with _writing():
            SANA_FE.write(Exported(program, inputs), Path(name), SANA_FE.options())
        return _with_outputs(program, run_sana_fe(Path(name), program.n_cores, len(inputs)).spikes)


def _nir(profile: str, run_graph: Callable[[Path, np.ndarray], np.ndarray]) -> Runner:
    """Give the stage of a NIR graph of this profile, run by another tool."""

    def stage(program: ChipProgram, inputs: np.ndarray) -> Answer:
        with tempfile.TemporaryDirectory() as name:
            with _writing():
                (path,) = NIR.write(Exported(program, inputs), Path(name), NIR.chosen({"profile": profile}))
            return _after_latency(program, run_graph(path, inputs))

    return stage


def _c(program: ChipProgram, inputs: np.ndarray) -> Answer:
    with _exported(C, program) as folder:
        tables = tables_of(program)
        return _late(run_c(folder, inputs, len(program.outputs)), tables.answer_age if tables.layered else 0)


def _verilog(program: ChipProgram, inputs: np.ndarray) -> Answer:
    with _exported(VERILOG, program) as folder:
        lines = run_verilog(folder, bytes_that_spike(program, inputs))
        return _late(lines, interface_needed(program).latency - 1)


@contextmanager
def _exported(form: Format, program: ChipProgram) -> Iterator[Path]:
    """Write a program into a folder for a while."""
    with tempfile.TemporaryDirectory() as name:
        with _writing():
            form.write(Exported(program), Path(name), form.options())
        yield Path(name)


def _with_outputs(program: ChipProgram, rasters: np.ndarray) -> Answer:
    """Give the output lines of every neuron's spikes; those that share a line meet."""
    core, neuron = np.nonzero(program.routes.to_outputs)
    outputs = np.zeros((len(program.outputs), len(rasters)), bool)
    np.logical_or.at(outputs, program.routes.axons[core, neuron], rasters[:, core, neuron].T)
    return Answer(outputs.T, rasters)


def _after_latency(program: ChipProgram, answered: np.ndarray) -> Answer:
    """Shift a graph's answers, which come at once, to when the chip gives them; until then it answers nothing."""
    return _late(answered, interface_needed(program).latency - 1)


def _late(answered: np.ndarray, ticks: int) -> Answer:
    shifted = np.concatenate([np.zeros_like(answered[:ticks]), answered])[: len(answered)]
    return Answer(shifted, first_tick=ticks)


REFERENCE = "reference simulator"
STAGES: tuple[tuple[str, Runner], ...] = (
    ("sampled, as matrix products", _products),
    (REFERENCE, _fast),
    ("fast simulator", _fast),
    *(
        (f"{form.name.upper()}, written and read", _read_back(form))
        for form in FORMATS.values()
        if form.read is not None
    ),
    ("SANA-FE", _sana_fe),
    ("NIR portable, in snnTorch", _nir("portable", run_snntorch)),
    ("NIR native, in nirtorch", _nir("native", run_nirtorch)),
    ("C, compiled here", _c),
    ("Verilog, in Verilator", _verilog),
)
"""Stages after the probabilities; every export that can run here."""
