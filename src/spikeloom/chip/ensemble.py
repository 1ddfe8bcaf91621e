"""Members of an ensemble taken apart, put together, and shown the image a little aside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from spikeloom.chip.assemble import assemble
from spikeloom.chip.limits import DELAY_MAX
from spikeloom.chip.neuron import Neurons
from spikeloom.chip.program import (
    TO_OUTPUT,
    ChipProgram,
    InputLines,
    OutputLines,
    Routes,
    place_row_by_row,
)
from spikeloom.chip.validate import validate_program
from spikeloom.errors import ProgramError
from spikeloom.interface import Coding, Dithered, Interface


def program_of_member(program: ChipProgram, member: int) -> ChipProgram:
    """Give one member of an ensemble as a program of its own, in its old places.

    Raises
    ------
    ProgramError
        If there is no such member, or its neurons feed another.
    """
    chosen = program.core_members == member
    if not chosen.any():
        raise ProgramError(f"member {member}: is not in the program; it has {_spans(program.members)}")
    of_line, of_output = program.inputs.members == member, program.outputs.members == member
    new_core, new_line, new_output = (_renumbered(kept) for kept in (chosen, of_line, of_output))
    cores, axons = program.routes.cores[chosen], program.routes.axons[chosen]
    to_cores, to_outputs = cores >= 0, cores == TO_OUTPUT
    moved = np.where(to_cores, new_core[np.where(to_cores, cores, 0)], cores)
    lines = np.where(to_outputs, new_output[np.where(to_outputs, axons, 0)], axons) if len(new_output) else axons
    if (to_cores & (moved < 0)).any() or (to_outputs & (lines < 0)).any():
        raise ProgramError(f"member {member}: its neurons feed another member; it cannot stand alone")
    fed = np.where(program.routes.to_cores, program.routes.cores, 0)
    if (program.routes.to_cores[~chosen] & chosen[fed[~chosen]]).any():
        raise ProgramError(f"member {member}: is fed by neurons of another member; it cannot stand alone")
    taps = of_line[program.inputs.tap_lines]
    if (chosen[program.inputs.tap_cores] & ~taps).any():
        raise ProgramError(f"member {member}: is fed by input lines of another member; it cannot stand alone")
    tap_cores = new_core[program.inputs.tap_cores[taps]]
    within = tap_cores >= 0
    inputs = InputLines(
        program.inputs.values[of_line],
        program.inputs.members[of_line],
        new_line[program.inputs.tap_lines[taps][within]],
        tap_cores[within],
        program.inputs.tap_axons[taps][within],
    )
    return assemble(
        axon_types=program.axon_types[chosen],
        crossbars=program.crossbars[chosen],
        neurons=program.neurons[chosen],
        potentials=program.potentials[chosen],
        seeds=program.seeds[chosen],
        core_members=program.core_members[chosen],
        placement=program.placement[chosen],
        routes=Routes(moved.astype(np.int32), lines.astype(np.int32), program.routes.delays[chosen]),
        inputs=inputs,
        outputs=OutputLines(program.outputs.classes[of_output], program.outputs.members[of_output]),
        interface=program.interface,
        check=validate_program,
    )


def _renumbered(kept: np.ndarray) -> np.ndarray:
    """Give each index its number among those that are kept, -1 for the others, int32."""
    return np.where(kept, kept.cumsum() - 1, -1).astype(np.int32)


def _spans(members: np.ndarray) -> str:
    return ", ".join(str(member) for member in members) if len(members) <= 8 else f"{members[0]} .. {members[-1]}"


def join_programs(programs: Sequence[ChipProgram]) -> ChipProgram:
    """Put programs of other members beside each other, core after core, so that they vote together.

    Raises
    ------
    ProgramError
        If there is none, two hold the same member, or they are not fed and read alike.
    """
    if not programs:
        raise ProgramError("ensemble: there is no program to join; give at least one")
    first = programs[0]
    members = np.concatenate([program.members for program in programs])
    if len(np.unique(members)) < len(members):
        raise ProgramError("ensemble: two programs hold the same member; give each members of its own")
    if not all(_fed_alike(program, first) for program in programs):
        raise ProgramError(
            "ensemble: the programs are not fed and read alike; join those of one coding, size and depth"
        )
    cores = _offsets(len(program.axon_types) for program in programs)
    lines, outputs = (_offsets(len(getattr(program, side)) for program in programs) for side in ("inputs", "outputs"))
    return assemble(
        **{
            name: _joined(programs, name) for name in ("axon_types", "crossbars", "potentials", "seeds", "core_members")
        },
        neurons=Neurons(
            **{part.name: np.concatenate([getattr(p.neurons, part.name) for p in programs]) for part in fields(Neurons)}
        ),
        placement=place_row_by_row(np.arange(sum(program.n_cores for program in programs))),
        routes=_joined_routes(programs, cores, outputs),
        inputs=_joined_inputs(programs, cores, lines),
        outputs=OutputLines(*(_joined([p.outputs for p in programs], name) for name in ("classes", "members"))),
        interface=_joined_interface([program.interface for program in programs]),
        check=validate_program,
    )


def _fed_alike(program: ChipProgram, other: ChipProgram) -> bool:
    if program.interface is None or other.interface is None:
        return program.interface is other.interface
    return program.interface.is_fed_like(other.interface)


def _joined_interface(interfaces: Sequence[Interface | None]) -> Interface | None:
    """Give the first interface; the data it was trained on only where all were trained on them."""
    first = interfaces[0]
    if first is None or all(interface == first for interface in interfaces):
        return first
    return first.model_copy(update={"data": None})


def answering_after(program: ChipProgram, latency: int) -> ChipProgram:
    """Give the program as it answers so many ticks after its input: what leaves the cores that see it takes longer.

    So that networks of different depth vote in the same tick. Events and hops stay what they were.

    Raises
    ------
    ProgramError
        If it answers later already, by more than delays can make up for, or no spikes pass from core to core.
    """
    if program.interface is None or program.interface.latency == latency:
        return program
    routes, later = program.routes, latency - program.interface.latency
    leaving = routes.to_cores & np.isin(np.arange(program.n_cores), program.inputs.tap_cores)[:, None]
    delays = routes.delays + later * leaving
    if later < 0 or not leaving.any() or delays.max() > DELAY_MAX:
        told = f"answers after {program.interface.latency} ticks, and is to after {latency}"
        raise ProgramError(f"ensemble: a member {told}; delays of 1 to {DELAY_MAX} between its cores cannot do that")
    interface = program.interface.model_copy(update={"latency": latency})
    return replace(program, routes=replace(routes, delays=delays.astype(routes.delays.dtype)), interface=interface)


def shifted(program: ChipProgram, down: int, right: int) -> ChipProgram:
    """Give the program as it sees every image moved by whole pixels; what moves out is lost, what moves in is dark.

    Only the wiring of the inputs changes: a line takes the value that lies so far up and left of its own.

    Raises
    ------
    ProgramError
        If the program is not fed images, or its coding differs from pixel to pixel otherwise than by such a shift.
    """
    if program.interface is None:
        raise ProgramError("shift: the program has no interface, so no image can be moved before it")
    _check_pattern(program.interface.coding, down, right)
    rows, columns, channels = program.interface.coded_shape
    place, channel = np.divmod(program.inputs.values, channels)
    row, column = np.divmod(place, columns)
    # the image moves down and right, so a line sees what lay up and left of it
    row, column = row - down, column - right
    within = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    values = ((row * columns + column) * channels + channel)[within].astype(np.int32)
    new_line = _renumbered(within)
    taps = within[program.inputs.tap_lines]
    inputs = InputLines(
        values,
        program.inputs.members[within],
        new_line[program.inputs.tap_lines[taps]],
        program.inputs.tap_cores[taps],
        program.inputs.tap_axons[taps],
    )
    return replace(program, inputs=inputs)


def _check_pattern(coding: Coding, down: int, right: int) -> None:
    """Refuse shifts by which a pattern of thresholds does not come to lie on itself."""
    if isinstance(coding, Dithered) and (down % coding.period[0] or right % coding.period[1]):
        raise ProgramError(
            f"shift: {down} pixels down, {right} right of a coding whose pattern is {coding.period[0]} x "
            f"{coding.period[1]} pixels; show the image moved in several ticks instead, with --ticks"
        )


def _offsets(lengths: Iterable[int]) -> list[int]:
    return [0, *np.cumsum(list(lengths))[:-1].tolist()]


def _joined(parts: Sequence[Any], name: str) -> np.ndarray:
    return np.concatenate([getattr(part, name) for part in parts])


def _joined_routes(programs: Sequence[ChipProgram], cores: list[int], outputs: list[int]) -> Routes:
    targets, axons = [], []
    for program, core, output in zip(programs, cores, outputs, strict=True):
        routes = program.routes
        targets.append(np.where(routes.to_cores, routes.cores + core, routes.cores))
        axons.append(np.where(routes.to_outputs, routes.axons + output, routes.axons))
    delays = np.concatenate([program.routes.delays for program in programs])
    return Routes(np.concatenate(targets).astype(np.int32), np.concatenate(axons).astype(np.int32), delays)


def _joined_inputs(programs: Sequence[ChipProgram], cores: list[int], lines: list[int]) -> InputLines:
    parts = [program.inputs for program in programs]
    return InputLines(
        _joined(parts, "values"),
        _joined(parts, "members"),
        np.concatenate([p.tap_lines + offset for p, offset in zip(parts, lines, strict=True)]).astype(np.int32),
        np.concatenate([p.tap_cores + offset for p, offset in zip(parts, cores, strict=True)]).astype(np.int32),
        _joined(parts, "tap_axons"),
    )
