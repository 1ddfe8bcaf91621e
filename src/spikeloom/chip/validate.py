"""Whether a program fits: one check a part, each naming the part, the value and what is allowed.

`validate_program` checks what every core of this kind can hold, and both back ends run; `validate_truenorth` also
checks what TrueNorth alone forbids. Other targets have their own rules beside their formats, in `spikeloom.export`.
"""

from __future__ import annotations

import math

import numpy as np

from spikeloom.chip import limits
from spikeloom.chip.limits import N_AXON_TYPES, N_AXONS, N_NEURONS
from spikeloom.chip.neuron import RESET_MODES, Neurons, parameter_shape
from spikeloom.chip.paths import answer_ages, why_not_streaming
from spikeloom.chip.program import (
    NOWHERE,
    TO_OUTPUT,
    ChipProgram,
    InputLines,
    OutputLines,
    Routes,
    route_offsets,
)
from spikeloom.errors import ProgramError
from spikeloom.interface import Interface


def validate_program(program: ChipProgram) -> None:
    """Check every limit that the neuron model and the cores have.

    Raises
    ------
    ProgramError
        Naming the first core, neuron, line or route that breaks a limit.
    """
    n_cores = program.n_cores
    if n_cores == 0:
        raise ProgramError("program: has no core; at least 1 is needed")
    _validate_shapes(program)
    validate_axon_types(program.axon_types)
    validate_neurons(program.neurons)
    _in_range("seed", program.seeds, 0, 2**32 - 1)
    _in_range("member", program.core_members, 0, 2**31 - 1)
    _in_range("potential", program.potentials, limits.POTENTIAL_MIN, limits.POTENTIAL_MAX)
    validate_placement(program.placement)
    validate_routes(program.routes, n_cores, len(program.outputs))
    validate_packets(program)
    validate_inputs(program.inputs, n_cores)
    validate_outputs(program.outputs)
    validate_interface(program.interface, program.inputs, program.outputs)
    validate_latency(program)


def validate_truenorth(program: ChipProgram) -> None:
    """Check every limit of a TrueNorth chip.

    Raises
    ------
    ProgramError
        Naming the first core, neuron, line or route that breaks a limit.
    """
    validate_program(program)
    _validate_reset_bits(program.neurons.reset)


def why_not_truenorth(program: ChipProgram) -> str | None:
    """Give the first limit of a TrueNorth chip that a valid program breaks, or None when it fits."""
    try:
        validate_truenorth(program)
    except ProgramError as error:
        return str(error)
    return None


def validate_axon_types(axon_types: np.ndarray) -> None:
    """Check that every axon has one of the four types."""
    _in_range("axon type", axon_types, 0, N_AXON_TYPES - 1, part="axon")


def validate_neurons(neurons: Neurons) -> None:
    """Check the widths of every neuron parameter."""
    _in_range("strength", neurons.strengths, -limits.STRENGTH_LIMIT, limits.STRENGTH_LIMIT)
    _in_range("leak", neurons.leak, -limits.LEAK_LIMIT, limits.LEAK_LIMIT)
    _in_range("threshold", neurons.threshold, 0, limits.THRESHOLD_MAX)
    _in_range("negative threshold", neurons.negative_threshold, 0, limits.THRESHOLD_MAX)
    _in_range("mask bits", neurons.mask_bits, 0, limits.MASK_BITS_MAX)
    _in_range("reset mode", neurons.reset_mode, min(RESET_MODES), max(RESET_MODES))
    _in_range("reset", neurons.reset, -limits.RESET_LIMIT, limits.RESET_LIMIT)


def validate_placement(placement: np.ndarray) -> None:
    """Check that every core has a place on a chip, and no other core has the same."""
    for axis, name, last in ((1, "column", limits.CHIP_COLUMNS - 1), (2, "row", limits.CHIP_ROWS - 1)):
        _in_range(f"place: {name}", placement[:, axis], 0, last)
    _in_range("place: chip", placement[:, 0], 0, None)
    # two cores in one place would both be right to the simulators, and wrong on every chip
    places, counts = np.unique(placement, axis=0, return_counts=True)
    if (counts > 1).any():
        chip, x, y = places[counts > 1][0]
        cores = np.flatnonzero((placement == (chip, x, y)).all(1))
        raise ProgramError(
            f"cores {_list(cores)}: all placed on chip {chip}, column {x}, row {y}; a place holds one core"
        )


def validate_routes(routes: Routes, n_cores: int, n_outputs: int) -> None:
    """Check that every route leads to an axon or output line that exists, with a delay of 1 to 15 ticks."""
    special = (routes.cores == NOWHERE) | (routes.cores == TO_OUTPUT)
    _in_range("route: target core", routes.cores, 0, n_cores - 1, where=~special)
    _in_range("route: target axon", routes.axons, 0, N_AXONS - 1, where=routes.to_cores)
    _in_range("route: output line", routes.axons, 0, n_outputs - 1, where=routes.to_outputs)
    connected = routes.cores != NOWHERE
    _in_range("route: delay", routes.delays, limits.DELAY_MIN, limits.DELAY_MAX, where=connected)


def validate_packets(program: ChipProgram) -> None:
    """Check that every route's distance fits the 9 bits of a packet."""
    for axis, name in ((0, "dx"), (1, "dy")):
        offsets = route_offsets(program)[..., axis]
        _in_range(f"route: {name}", offsets, limits.PACKET_OFFSET_MIN, limits.PACKET_OFFSET_MAX)


def validate_inputs(inputs: InputLines, n_cores: int) -> None:
    """Check that every tap of every input line leads to an axon that exists."""
    _same_length("input lines", values=inputs.values, members=inputs.members)
    _same_length("input taps", lines=inputs.tap_lines, cores=inputs.tap_cores, axons=inputs.tap_axons)
    _exist("input tap", "line", inputs.tap_lines, len(inputs))
    _exist("input tap", "core", inputs.tap_cores, n_cores)
    _exist("input tap", "axon", inputs.tap_axons, N_AXONS)


def validate_outputs(outputs: OutputLines) -> None:
    """Check that every output line has a class and a member."""
    _same_length("output lines", classes=outputs.classes, members=outputs.members)


def validate_interface(interface: Interface | None, inputs: InputLines, outputs: OutputLines) -> None:
    """Check that the interface names every value and class that the lines carry."""
    if interface is None:
        return
    _exist("input line", "value", inputs.values, math.prod(interface.coded_shape))
    _exist("output line", "class", outputs.classes, interface.n_classes)


def validate_latency(program: ChipProgram) -> None:
    """Check that the interface reads the outputs when they answer: another tick's votes are another image's.

    Neurons that keep a potential may answer later than their inputs reach them, so for those only what is too early
    is refused.
    """
    interface = program.interface
    ages = None if interface is None else answer_ages(program)
    if interface is None or ages is None:
        return
    first, last = ages[0] + 1, None if ages[1] is None or why_not_streaming(program) else ages[1] + 1
    if first <= interface.latency and (last is None or interface.latency <= last):
        return
    allowed = f"at least {first}" if last is None else f"{first}" if first == last else f"{first} .. {last}"
    raise ProgramError(
        f"interface: latency {interface.latency}; {allowed} is allowed: so many ticks, that of the input counted, it "
        "takes to the outputs"
    )


def _validate_shapes(program: ChipProgram) -> None:
    n_cores = program.n_cores
    by_neuron = (n_cores, N_NEURONS)
    wanted: dict[str, tuple[np.ndarray, tuple[int, ...]]] = {
        "axon_types": (program.axon_types, (n_cores, N_AXONS)),
        "crossbars": (program.crossbars, (n_cores, N_AXONS, N_NEURONS // 8)),
        "potentials": (program.potentials, by_neuron),
        "seeds": (program.seeds, (n_cores,)),
        "core_members": (program.core_members, (n_cores,)),
        "placement": (program.placement, (n_cores, 3)),
        "routes.cores": (program.routes.cores, by_neuron),
        "routes.axons": (program.routes.axons, by_neuron),
        "routes.delays": (program.routes.delays, by_neuron),
    }
    for name, array in program.neurons.items():
        wanted[f"neurons.{name}"] = (array, parameter_shape(name, by_neuron))
    for name, (array, shape) in wanted.items():
        if array.shape != shape:
            raise ProgramError(f"program: {name} has shape {array.shape}; {shape} is needed for {n_cores} cores")
        if array.dtype.kind not in "iub":
            raise ProgramError(f"program: {name} is of {array.dtype}; whole numbers are needed")


def _same_length(part: str, **arrays: np.ndarray) -> None:
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        listed = ", ".join(f"{length} {name}" for name, length in lengths.items())
        raise ProgramError(f"{part}: {listed}; as many of each are needed")


def _exist(part: str, name: str, indices: np.ndarray, count: int) -> None:
    wrong = np.flatnonzero((indices < 0) | (indices >= count))
    if len(wrong):
        raise ProgramError(f"{part} {wrong[0]}: {name} {indices[wrong[0]]}; 0 .. {count - 1} exist")


def _validate_reset_bits(reset: np.ndarray) -> None:
    """Check that every |reset| is 2^VR - 1, the only values the chip can hold."""
    allowed = (1 << np.arange(limits.RESET_BITS_MAX + 1)) - 1
    wrong = ~np.isin(np.abs(reset), allowed)
    if wrong.any():
        where = np.argwhere(wrong)[0]
        raise ProgramError(
            f"{_place(where)}: reset {reset[tuple(where)]}; "
            f"+-(2^VR - 1) with VR 0 .. {limits.RESET_BITS_MAX} is allowed"
        )


def _in_range(
    name: str,
    values: np.ndarray,
    low: int,
    high: int | None,
    *,
    where: np.ndarray | None = None,
    part: str = "neuron",
) -> None:
    wrong = values < low
    if high is not None:
        wrong = wrong | (values > high)
    if where is not None:
        wrong &= where
    if wrong.any():
        index = np.argwhere(wrong)[0]
        allowed = f"at least {low}" if high is None else f"{low} .. {high}"
        raise ProgramError(f"{_place(index, part)}: {name} {values[tuple(index)]}; {allowed} is allowed")


def _place(index: np.ndarray, part: str = "neuron") -> str:
    return f"core {index[0]}" if len(index) == 1 else f"core {index[0]}, {part} {index[1]}"


def _list(cores: np.ndarray) -> str:
    shown = ", ".join(str(core) for core in cores[:4])
    return f"{shown} and {len(cores) - 4} more" if len(cores) > 4 else shown
