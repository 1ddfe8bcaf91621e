"""RANC's network and configuration files, read; `spikeloom.export.ranc.simulator` says what they mean.

Arrays that are shorter than the configuration says are filled up as RANC's simulator fills them: axons of type 0, no
connections, weights of 0, neurons that never spike. ``neuron_reset_type`` 1 compares the floor with "at or below" where
0 compares with "below": for whole numbers a floor that is one higher where the neuron resets to a value, and the same
where it cannot stand at its floor, or where that changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from spikeloom.chip.assemble import assemble
from spikeloom.chip.limits import (
    ARRAY_COLUMNS,
    CHIP_COLUMNS,
    DELAY_MAX,
    LEAK_LIMIT,
    N_AXON_TYPES,
    N_AXONS,
    N_NEURONS,
    POTENTIAL_MAX,
    POTENTIAL_MIN,
    RESET_LIMIT,
    STRENGTH_LIMIT,
    THRESHOLD_MAX,
)
from spikeloom.chip.neuron import RESET_BY_THRESHOLD, RESET_TO_VALUE, neurons
from spikeloom.chip.program import NOWHERE, TO_OUTPUT, ChipProgram, InputLines, OutputLines, Routes, place_at
from spikeloom.chip.validate import validate_program
from spikeloom.errors import ExportError, ProgramError
from spikeloom.export.foreign import Part, read_json
from spikeloom.export.format import Imported
from spikeloom.reading import check_size

NeuronCount = Annotated[int, Field(ge=1, le=N_NEURONS)]
AxonCount = Annotated[int, Field(ge=1, le=N_AXONS)]
GridColumns = Annotated[int, Field(ge=1, le=ARRAY_COLUMNS * CHIP_COLUMNS)]
GridRows = Annotated[int, Field(ge=1, le=2**16)]
TypeCount = Annotated[int, Field(ge=1, le=N_AXON_TYPES)]
TickOffset = Annotated[int, Field(ge=1, le=DELAY_MAX + 1)]
ResetType = Annotated[int, Field(ge=0, le=1)]
Axon = Annotated[int, Field(ge=0, le=N_AXONS - 1)]
DelayedTicks = Annotated[int, Field(ge=0, le=DELAY_MAX - 1)]
Reset = Annotated[int, Field(ge=-RESET_LIMIT, le=RESET_LIMIT)]
Strength = Annotated[int, Field(ge=-STRENGTH_LIMIT, le=STRENGTH_LIMIT)]
Leak = Annotated[int, Field(ge=-LEAK_LIMIT, le=LEAK_LIMIT)]
Threshold = Annotated[int, Field(ge=0, le=THRESHOLD_MAX)]
Floor = Annotated[int, Field(ge=-THRESHOLD_MAX, le=0)]
Potential = Annotated[int, Field(ge=POTENTIAL_MIN, le=POTENTIAL_MAX)]
ResetMode = Annotated[int, Field(ge=RESET_TO_VALUE, le=RESET_BY_THRESHOLD)]
AxonType = Annotated[int, Field(ge=0, le=N_AXON_TYPES - 1)]
Bit = Annotated[int, Field(ge=0, le=1)]
Coordinates = Annotated[list[int], Field(min_length=2, max_length=2)]


class Configuration(Part):
    """The sizes that RANC's simulator is built for."""

    num_neurons: NeuronCount
    num_axons: AxonCount
    num_cores_x: GridColumns
    num_cores_y: GridRows
    num_weights: TypeCount
    max_tick_offset: TickOffset = DELAY_MAX + 1
    neuron_reset_type: ResetType = 0


class Packet(Part):
    """A spike from outside."""

    destination_core: Coordinates
    destination_axon: Axon
    destination_tick: DelayedTicks


class OutputBus(Part):
    """Where spikes leave the grid."""

    coordinates: Coordinates
    num_outputs: AxonCount


class Neuron(Part):
    """A neuron; every key is required there."""

    reset_potential: Reset
    weights: list[Strength]
    leak: Leak
    positive_threshold: Threshold
    negative_threshold: Floor
    destination_core_offset: Coordinates
    destination_axon: int
    destination_tick: DelayedTicks
    current_potential: Potential
    reset_mode: ResetMode


class CoreFile(Part):
    """A core."""

    coordinates: Coordinates
    axons: list[AxonType]
    connections: list[list[Bit]]
    neurons: list[Neuron]


class NetworkFile(Part):
    """The whole input file."""

    packets: list[list[Packet]]
    output_bus: OutputBus
    cores: Annotated[list[CoreFile], Field(min_length=1)]


def read_ranc(paths: Sequence[Path]) -> Imported:
    """Read a network and its packets from its input and its configuration file.

    The program has an input line for each axon that a packet reaches, and the lines of the output bus.

    Raises
    ------
    ExportError
        Naming the file and the place inside it that is wrong.
    """
    input_file, config_file = paths
    config = read_json(config_file, Configuration)
    network = read_json(input_file, NetworkFile)
    reader = _Reader(Path(input_file), config, network)
    lines, inputs = reader.input_lines()
    try:
        return Imported(reader.program(lines), inputs)
    except ProgramError as error:
        raise ExportError(f"{input_file}: {error}") from error


class _Reader:
    """Turns a checked network file into a program, refusing what does not lie on the grid."""

    def __init__(self, path: Path, config: Configuration, network: NetworkFile) -> None:
        self._path, self._config, self._network = path, config, network
        self._bus = self._on_grid("output_bus.coordinates", network.output_bus.coordinates)
        self._places: dict[tuple[int, int], int] = {}
        for index, core in enumerate(network.cores):
            place = self._on_grid(f"cores[{index}].coordinates", core.coordinates)
            if place in self._places or place == self._bus:
                holder = "the output bus" if place == self._bus else f"cores[{self._places[place]}]"
                raise self._error(f"cores[{index}].coordinates", f"{list(place)} holds {holder} already")
            self._places[place] = index
            self._check_lengths(index, core)

    def program(self, lines: InputLines) -> ChipProgram:
        """Give the program, cores in the order of the file."""
        cores = self._network.cores
        n_outputs = self._network.output_bus.num_outputs
        outputs = np.arange(n_outputs, dtype=np.int32)
        parameters = {
            "strengths": self._by_neuron("weights", (N_AXON_TYPES,)),
            "leak": self._by_neuron("leak"),
            "threshold": self._by_neuron("positive_threshold", default=1),
            "negative_threshold": self._floors(),
            "reset_mode": self._by_neuron("reset_mode"),
            "reset": self._by_neuron("reset_potential"),
        }
        return assemble(
            axon_types=np.stack([_filled(core.axons, (N_AXONS,)) for core in cores]),
            crossbars=np.stack([_crossbar(core) for core in cores]),
            neurons=neurons((len(cores), N_NEURONS), **parameters),
            potentials=self._by_neuron("current_potential"),
            placement=place_at(np.array([core.coordinates for core in cores])),
            routes=self._routes(),
            inputs=lines,
            outputs=OutputLines(outputs, np.zeros_like(outputs)),
            check=validate_program,
        )

    def input_lines(self) -> tuple[InputLines, np.ndarray]:
        """Give a line for each axon that packets reach, in the order of cores and axons, and their spikes."""
        spikes = np.array(list(self._packets()), np.int64).reshape(-1, 2)  # (tick, core * 256 + axon)
        axons, line = np.unique(spikes[:, 1], return_inverse=True)
        n_ticks = max(len(self._network.packets), int(spikes[:, 0].max(initial=-1)) + 1)
        try:
            check_size(n_ticks * len(axons))  # a byte a line and tick, whatever the few that spike
        except OSError as error:
            raise self._error("packets", f"{n_ticks:,} ticks of {len(axons):,} lines: {error.strerror}") from error
        inputs = np.zeros((n_ticks, len(axons)), bool)
        inputs[spikes[:, 0], line.ravel()] = True
        numbers = np.arange(len(axons), dtype=np.int32)
        core, axon = np.divmod(axons, N_AXONS)
        taps = core.astype(np.int32), axon.astype(np.int32)
        return InputLines(numbers, np.zeros_like(numbers), numbers, *taps), inputs

    def _packets(self) -> Iterator[tuple[int, int]]:
        for tick, packets in enumerate(self._network.packets):
            for index, packet in enumerate(packets):
                part = f"packets[{tick}][{index}]"
                place = self._on_grid(f"{part}.destination_core", packet.destination_core)
                if place not in self._places:
                    raise self._error(f"{part}.destination_core", f"no core lies at {list(place)}")
                if packet.destination_axon >= self._config.num_axons:
                    raise self._error(
                        f"{part}.destination_axon", f"axon {packet.destination_axon}; {self._config.num_axons} exist"
                    )
                self._check_tick(part, packet.destination_tick)
                core = self._places[place]
                yield tick + packet.destination_tick, core * N_AXONS + packet.destination_axon

    def _routes(self) -> Routes:
        shape = (len(self._network.cores), N_NEURONS)
        routes = Routes(np.full(shape, NOWHERE, np.int32), np.zeros(shape, np.int32), np.ones(shape, np.uint8))
        for index, core in enumerate(self._network.cores):
            for number, neuron in enumerate(core.neurons):
                target, axon = self._target(index, number, core, neuron)
                routes.cores[index, number], routes.axons[index, number] = target, axon
                routes.delays[index, number] = neuron.destination_tick + 1
        return routes

    def _target(self, index: int, number: int, core: CoreFile, neuron: Neuron) -> tuple[int, int]:
        part = f"cores[{index}].neurons[{number}]"
        dx, dy = neuron.destination_core_offset
        place = self._on_grid(f"{part}.destination_core_offset", [core.coordinates[0] + dx, core.coordinates[1] + dy])
        at_bus = place == self._bus
        if not at_bus and place not in self._places:
            return NOWHERE, 0  # an empty place of the grid: spikes vanish there
        n = self._network.output_bus.num_outputs if at_bus else self._config.num_axons
        if not 0 <= neuron.destination_axon < n:
            kind = "output line" if at_bus else "axon"
            raise self._error(f"{part}.destination_axon", f"{kind} {neuron.destination_axon}; 0 .. {n - 1} exist")
        return TO_OUTPUT if at_bus else self._places[place], neuron.destination_axon

    def _by_neuron(self, name: str, shape: tuple[int, ...] = (), default: int = 0) -> np.ndarray:
        values = [[getattr(neuron, name) for neuron in core.neurons] for core in self._network.cores]
        return np.stack([_filled(rows, (N_NEURONS, *shape), default) for rows in values])

    def _floors(self) -> np.ndarray:
        """Give how far below zero each neuron's floor lies, (n_cores, n_neurons)."""
        depths = -self._by_neuron("negative_threshold")
        if self._config.neuron_reset_type == 0:
            return depths
        for index, core in enumerate(self._network.cores):
            for number, neuron in enumerate(core.neurons):
                depths[index, number] = self._depth(f"cores[{index}].neurons[{number}]", core, number, neuron)
        return depths

    def _depth(self, part: str, core: CoreFile, number: int, neuron: Neuron) -> int:
        """Give the depth of a floor under reset type 1; ExportError where the neuron would differ from any of ours."""
        depth, to_value = -neuron.negative_threshold, neuron.reset_mode == RESET_TO_VALUE
        if depth == 0 and not (to_value and neuron.reset_potential):  # what stands at zero goes to zero
            return 0
        if to_value and depth > 0:
            return depth - 1
        if _stays_above(core, number, neuron):
            return depth
        raise self._error(
            f"{part}.negative_threshold",
            f"{neuron.negative_threshold}: the neuron can stand at it, which neuron_reset_type 1 resets and a chip's "
            "neuron does not; take type 0, or a floor that is never reached",
        )

    def _check_lengths(self, index: int, core: CoreFile) -> None:
        config = self._config
        lengths = [
            ("axons", len(core.axons), config.num_axons),
            ("connections", len(core.connections), config.num_neurons),
            ("neurons", len(core.neurons), config.num_neurons),
            *((f"connections[{n}]", len(row), config.num_axons) for n, row in enumerate(core.connections)),
            *((f"neurons[{n}].weights", len(neuron.weights), config.num_weights)
              for n, neuron in enumerate(core.neurons)),
        ]  # fmt: skip
        for part, found, wanted in lengths:
            if found > wanted:
                raise self._error(f"cores[{index}].{part}", f"{found} entries; the configuration says {wanted}")
        if len(core.connections) < len(core.neurons):
            raise self._error(
                f"cores[{index}].connections",
                f"{len(core.connections)} rows for {len(core.neurons)} neurons; one a neuron is needed",
            )
        for axon, kind in enumerate(core.axons):
            if kind >= config.num_weights:
                raise self._error(
                    f"cores[{index}].axons[{axon}]", f"type {kind}; neurons have {config.num_weights} weights"
                )
        for number, neuron in enumerate(core.neurons):
            self._check_tick(f"cores[{index}].neurons[{number}]", neuron.destination_tick)

    def _check_tick(self, part: str, ticks: int) -> None:
        if ticks >= self._config.max_tick_offset:
            raise self._error(f"{part}.destination_tick", f"{ticks}; max_tick_offset is {self._config.max_tick_offset}")

    def _on_grid(self, part: str, place: list[int]) -> tuple[int, int]:
        x, y = place
        columns, rows = self._config.num_cores_x, self._config.num_cores_y
        if not (0 <= x < columns and 0 <= y < rows):
            raise self._error(part, f"leads to [{x}, {y}]; the grid is {columns} x {rows}")
        return x, y

    def _error(self, part: str, problem: str) -> ExportError:
        return ExportError(f"{self._path}: {part}: {problem}")


def _stays_above(core: CoreFile, number: int, neuron: Neuron) -> bool:
    """Whether a neuron provably never stands at or below its floor: nothing pulls it down, and it begins above."""
    pulled = neuron.leak < 0 or any(
        on and _at(neuron.weights, _at(core.axons, axon)) < 0 for axon, on in enumerate(core.connections[number])
    )
    lowest = min(neuron.current_potential, neuron.reset_potential if neuron.reset_mode == RESET_TO_VALUE else 0)
    return not pulled and lowest > neuron.negative_threshold


def _at(values: Sequence[int], place: int) -> int:
    return values[place] if place < len(values) else 0


def _crossbar(core: CoreFile) -> np.ndarray:
    """Give which synapses are on, (n_axons, n_neurons) bool; rows without a neuron connect nothing."""
    return _filled(core.connections[: len(core.neurons)], (N_NEURONS, N_AXONS)).T > 0


def _filled(values: Any, shape: tuple[int, ...], default: int = 0) -> np.ndarray:
    """Give values as an array of this shape, rows of any length, the rest filled up."""
    filled = np.full(shape, default, np.int64)
    for place, value in enumerate(values):
        if isinstance(value, list):
            filled[place, : len(value)] = value
        else:
            filled[place] = value
    return filled
