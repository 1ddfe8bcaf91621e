"""Chip programs as files: one artefact, crossbars packed to bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import numpy as np

from spikeloom.artefact import Format, check_no_more, check_unpacked, checked_array, read_artefact, write_artefact
from spikeloom.chip.assemble import assemble
from spikeloom.chip.limits import N_AXONS, N_NEURONS
from spikeloom.chip.neuron import PARAMETER_TYPES, Neurons, parameter_shape
from spikeloom.chip.program import ChipProgram, InputLines, OutputLines, Routes
from spikeloom.chip.trains import SpikeTrains, pack, unpack, words_of
from spikeloom.chip.validate import validate_program
from spikeloom.errors import ArtefactError, ProgramError
from spikeloom.interface import Interface

PROGRAM = Format("chip program", 4, "spikeloom deploy LEARNED")
SPIKES = Format("spike trains", 1, "spikeloom import")

_LINE_FIELDS = {
    "inputs": ("values", "members", "tap_lines", "tap_cores", "tap_axons"),
    "outputs": ("classes", "members"),
}


def save_program(program: ChipProgram, path: str | Path) -> None:
    """Write a program to a file, atomically."""
    arrays = {name: getattr(program, name) for name in _core_arrays(1)}
    arrays |= {f"neurons.{name}": array for name, array in program.neurons.items()}
    arrays |= {f"routes.{part.name}": getattr(program.routes, part.name) for part in fields(Routes)}
    arrays |= {
        f"{group}.{name}": getattr(getattr(program, group), name)
        for group, names in _LINE_FIELDS.items()
        for name in names
    }
    interface = None if program.interface is None else program.interface.model_dump(mode="json")
    write_artefact(path, PROGRAM, arrays, {"interface": interface})


def load_program(path: Path) -> ChipProgram:
    """Read a program and check that it fits the chip.

    Raises
    ------
    ArtefactError
        If the file is damaged, foreign, or holds a program that breaks a limit.
    """
    arrays, record = read_artefact(path, PROGRAM)
    n_cores = len(checked_array(arrays, "axon_types", np.uint8, (None, N_AXONS), path))
    core_arrays = {
        name: checked_array(arrays, name, dtype, shape, path) for name, (dtype, shape) in _core_arrays(n_cores).items()
    }
    by_neuron = (n_cores, N_NEURONS)
    parameters = {
        name: checked_array(arrays, f"neurons.{name}", dtype, parameter_shape(name, by_neuron), path)
        for name, dtype in PARAMETER_TYPES.items()
    }
    try:
        return assemble(
            **core_arrays,
            neurons=Neurons(**parameters),
            routes=Routes(
                checked_array(arrays, "routes.cores", np.int32, by_neuron, path),
                checked_array(arrays, "routes.axons", np.int32, by_neuron, path),
                checked_array(arrays, "routes.delays", np.uint8, by_neuron, path),
            ),
            inputs=InputLines(*_lines(arrays, "inputs", path)),
            outputs=OutputLines(*_lines(arrays, "outputs", path)),
            interface=interface_from(record.get("interface"), path),
            check=validate_program,
        )
    except ProgramError as error:
        raise ArtefactError(f"{path}: {error}") from error


def save_spikes(spikes: np.ndarray, path: str | Path) -> None:
    """Write (n_ticks, n_lines) bool to a file, a bit each, atomically."""
    trains = pack(spikes)
    write_artefact(path, SPIKES, {"words": trains.words}, {"n_ticks": trains.n_ticks})


def load_spikes(path: Path) -> np.ndarray:
    """Read (n_ticks, n_lines) bool; ArtefactError where the file is damaged or foreign."""
    arrays, record = read_artefact(path, SPIKES)
    words = checked_array(arrays, "words", np.uint64, (None, None), path)
    n_ticks = record.get("n_ticks")
    check_no_more(arrays, {"words"}, path)
    if type(n_ticks) is not int or n_ticks < 0 or words.shape[1] != words_of(n_ticks):
        raise ArtefactError(f"{path}: {n_ticks!r} ticks in {words.shape[1]} words a line; the file is damaged")
    check_unpacked(path, len(words) * n_ticks)
    return unpack(SpikeTrains(words, n_ticks))


def _core_arrays(n_cores: int) -> dict[str, tuple[type, tuple[int, ...]]]:
    return {
        "axon_types": (np.uint8, (n_cores, N_AXONS)),
        "crossbars": (np.uint8, (n_cores, N_AXONS, N_NEURONS // 8)),
        "potentials": (np.int32, (n_cores, N_NEURONS)),
        "seeds": (np.uint32, (n_cores,)),
        "core_members": (np.int32, (n_cores,)),
        "placement": (np.int32, (n_cores, 3)),
    }


def _lines(arrays: dict[str, np.ndarray], group: str, path: Path) -> list[np.ndarray]:
    return [checked_array(arrays, f"{group}.{name}", np.int32, (None,), path) for name in _LINE_FIELDS[group]]


def interface_from(record: object, path: Path) -> Interface | None:
    """Give the interface that a file's record holds, or None; ArtefactError where it cannot be read."""
    if record is None:
        return None
    if not isinstance(record, Mapping):
        raise ArtefactError(f"{path}: interface: {type(record).__name__} in place of a record; the file is damaged")
    try:
        return Interface(**record)
    except (ProgramError, TypeError) as error:
        raise ArtefactError(f"{path}: {error}; the file is damaged") from error
