"""The one way in which a chip program comes about: parts put together, gaps filled in, checked, narrowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from spikeloom.chip.core import pack_crossbars
from spikeloom.chip.neuron import PARAMETER_TYPES, Neurons
from spikeloom.chip.program import ChipProgram, InputLines, OutputLines, Routes, place_row_by_row
from spikeloom.chip.validate import validate_truenorth
from spikeloom.interface import Interface
from spikeloom.randomness.streams import core_seed

_TYPES = {"axon_types": np.uint8, "potentials": np.int32, "core_members": np.int32, "placement": np.int32}


def assemble(
    *,
    axon_types: np.ndarray,
    crossbars: np.ndarray,
    neurons: Neurons,
    routes: Routes,
    inputs: InputLines,
    outputs: OutputLines,
    interface: Interface | None = None,
    potentials: np.ndarray | None = None,
    seeds: np.ndarray | None = None,
    core_members: np.ndarray | None = None,
    placement: np.ndarray | None = None,
    check: Callable[[ChipProgram], None] = validate_truenorth,
) -> ChipProgram:
    """Give a program of these parts, in the types that `ChipProgram` has.

    Parameters
    ----------
    crossbars : (n_cores, n_axons, n_neurons) bool, or packed as `ChipProgram` has them
    potentials, seeds, core_members, placement : optional
        Without them potentials are zero, all cores are of member 0 with the seeds of root seed 0, and lie row by row.
    check : callable
        What the program must hold to; it sees the parts before they are narrowed, so that no value can wrap into range.

    Raises
    ------
    ProgramError
        If the program breaks a limit; the message names core, neuron, line or route.
    """
    cores = np.arange(len(axon_types))
    program = ChipProgram(
        axon_types=axon_types,
        crossbars=pack_crossbars(crossbars) if crossbars.dtype == np.bool_ else crossbars,
        neurons=neurons,
        potentials=np.zeros(neurons.shape, np.int32) if potentials is None else potentials,
        seeds=core_seed(0, 0, cores) if seeds is None else seeds,
        core_members=np.zeros(len(cores), np.int32) if core_members is None else core_members,
        placement=place_row_by_row(cores) if placement is None else placement,
        routes=routes,
        inputs=inputs,
        outputs=outputs,
        interface=interface,
    )
    check(program)
    return _narrowed(program)


def _narrowed(program: ChipProgram) -> ChipProgram:
    """Give the program with every array in its own type; the check has shown that all values fit."""
    neurons: dict[str, Any] = {name: _as(array, PARAMETER_TYPES[name]) for name, array in program.neurons.items()}
    routes, inputs, outputs = program.routes, program.inputs, program.outputs
    return ChipProgram(
        **{name: _as(getattr(program, name), kind) for name, kind in _TYPES.items()},
        crossbars=program.crossbars,
        seeds=_as(program.seeds, np.uint32),
        neurons=Neurons(**neurons),
        routes=Routes(_as(routes.cores, np.int32), _as(routes.axons, np.int32), _as(routes.delays, np.uint8)),
        inputs=InputLines(*(_as(getattr(inputs, name), np.int32) for name in InputLines.__dataclass_fields__)),
        outputs=OutputLines(_as(outputs.classes, np.int32), _as(outputs.members, np.int32)),
        interface=program.interface,
    )


def _as(array: np.ndarray, kind: type) -> np.ndarray:
    return array.astype(kind, copy=False)
