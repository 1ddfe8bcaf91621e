"""Write a chip program by hand: add cores, set neurons, connect, route, build.

build = ProgramBuilder()
core = build.add_core()
build.set_neuron(core, 0, threshold=2, strengths=(1, 0, 0, 0))
build.connect(core, axon=0, neuron=0)
build.add_input([(core, 0)])
build.add_output(core, 0)
program = build.build()
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from spikeloom.chip.assemble import assemble
from spikeloom.chip.limits import N_AXON_TYPES, N_AXONS, N_NEURONS
from spikeloom.chip.neuron import PARAMETER_TYPES, Neurons, check_parameter_names, parameter_shape
from spikeloom.chip.program import NOWHERE, TO_OUTPUT, ChipProgram, InputLines, OutputLines, Routes
from spikeloom.errors import ProgramError
from spikeloom.interface import Interface
from spikeloom.randomness.streams import core_seed

# A neuron that nobody set never spikes: no synapses, no leak, a threshold above its potential.
_DEFAULTS = {"threshold": 1, "saturate": True}


class ProgramBuilder:
    """Collects cores, neurons, synapses and routes, and builds a validated program of one member."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._cores: list[dict[str, np.ndarray]] = []
        self._inputs: list[list[tuple[int, int]]] = []
        self._n_outputs = 0

    def add_core(self, axon_types: Sequence[int] | None = None) -> int:
        """Add a core and give its index; axon types default to 64 of each, in order."""
        types = np.repeat(np.arange(N_AXON_TYPES), N_AXONS // N_AXON_TYPES) if axon_types is None else axon_types
        self._cores.append(_blank_core(_whole(f"core {len(self._cores)}: axon types", types, (N_AXONS,))))
        return len(self._cores) - 1

    def set_neuron(self, core: int, neuron: int, potential: int | None = None, **parameters: Any) -> None:
        """Set parameters of a neuron by the names of `spikeloom.chip.neuron.Neurons`, or its start potential.

        What is not named stays as it is. A neuron that was never set has threshold 1 and never spikes.
        """
        kept = self._core(core, neuron=neuron)
        check_parameter_names(parameters)
        given = parameters if potential is None else {**parameters, "potentials": potential}
        for name, value in given.items():
            slot = kept[name][neuron]
            kept[name][neuron] = _whole(f"core {core}, neuron {neuron}: {name}", value, slot.shape)

    def connect(self, core: int, axon: int | slice, neuron: int | slice) -> None:
        """Switch the synapses between these axons and neurons on."""
        self._core(core, axon=axon, neuron=neuron)["crossbar"][axon, neuron] = True

    def route(self, core: int, neuron: int, to_core: int, to_axon: int, delay: int = 1) -> None:
        """Send a neuron's spikes to an axon of a core, `delay` ticks later."""
        self._core(to_core, axon=to_axon)
        self._set_route(core, neuron, to_core, to_axon, delay)

    def add_input(self, taps: Iterable[tuple[int, int]]) -> int:
        """Add an input line that reaches these (core, axon) pairs, and give its index."""
        taps = list(taps)
        for core, axon in taps:
            self._core(core, axon=axon)
        self._inputs.append(taps)
        return len(self._inputs) - 1

    def add_output(self, core: int, neuron: int) -> int:
        """Send a neuron's spikes off the chip on a new output line, and give the line's index."""
        self._set_route(core, neuron, TO_OUTPUT, self._n_outputs, 1)
        self._n_outputs += 1
        return self._n_outputs - 1

    def build(self, interface: Interface | None = None, classes: Sequence[int] | None = None) -> ChipProgram:
        """Give the program, checked against every limit of the chip.

        Parameters
        ----------
        interface : Interface, optional
            How values become spikes; input line i then carries value i.
        classes : sequence of int, optional
            Class that each output line votes for; the line's own index by default.

        Raises
        ------
        ProgramError
            Naming the core, neuron, line or route that breaks a limit.
        """
        if not self._cores:
            raise ProgramError("program: has no core; call add_core first")
        if classes is not None and len(classes) != self._n_outputs:
            raise ProgramError(
                f"outputs: {len(classes)} classes for {self._n_outputs} output lines; one a line is needed"
            )
        stacked = {name: np.stack([core[name] for core in self._cores]) for name in self._cores[0]}
        return assemble(
            axon_types=stacked["axon_types"],
            crossbars=stacked["crossbar"],
            neurons=Neurons(**{name: stacked[name] for name in PARAMETER_TYPES}),
            potentials=stacked["potentials"],
            seeds=core_seed(self._seed, 0, np.arange(len(self._cores))),
            routes=Routes(stacked["targets"], stacked["target_axons"], stacked["delays"]),
            inputs=self._input_lines(),
            outputs=_output_lines(range(self._n_outputs) if classes is None else classes),
            interface=interface,
        )

    def _core(self, core: int, axon: int | slice = 0, neuron: int | slice = 0) -> dict[str, np.ndarray]:
        for name, index, length in (
            ("core", core, len(self._cores)),
            ("axon", axon, N_AXONS),
            ("neuron", neuron, N_NEURONS),
        ):
            if isinstance(index, slice):
                _check_slice(name, index, length)
                continue
            _whole(name, index, ())
            if not 0 <= index < length:
                raise ProgramError(f"{name} {index}: there is no such {name}; {length} exist, counted from 0")
        return self._cores[core]

    def _set_route(self, core: int, neuron: int, target: int, axon: int, delay: int) -> None:
        routes = self._core(core, neuron=neuron)
        part = f"core {core}, neuron {neuron}"
        if routes["targets"][neuron] != NOWHERE:
            raise ProgramError(f"{part}: has a destination already; a neuron has one")
        routes["targets"][neuron], routes["target_axons"][neuron] = target, axon
        routes["delays"][neuron] = _whole(f"{part}: delay", delay, ())

    def _input_lines(self) -> InputLines:
        lines = np.arange(len(self._inputs), dtype=np.int32)
        taps = [(line, *tap) for line, taps in enumerate(self._inputs) for tap in taps]
        return InputLines(lines, np.zeros_like(lines), *np.array(taps, np.int32).reshape(-1, 3).T)


def _check_slice(name: str, indices: slice, length: int) -> None:
    for end in (indices.start, indices.stop):
        if end is not None and not -length <= end <= length:
            raise ProgramError(f"{name}s {indices.start} to {indices.stop}: {length} exist, counted from 0")


def _blank_core(axon_types: np.ndarray) -> dict[str, np.ndarray]:
    core = {
        name: np.full(parameter_shape(name, (N_NEURONS,)), _DEFAULTS.get(name, 0), np.int64) for name in PARAMETER_TYPES
    }
    return core | {
        "axon_types": axon_types,
        "crossbar": np.zeros((N_AXONS, N_NEURONS), bool),
        "potentials": np.zeros(N_NEURONS, np.int64),
        "targets": np.full(N_NEURONS, NOWHERE, np.int32),
        "target_axons": np.zeros(N_NEURONS, np.int32),
        "delays": np.ones(N_NEURONS, np.int64),
    }


def _whole(part: str, value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Give whole numbers of this shape; one number fills it."""
    given = np.asarray(value)
    if given.dtype.kind not in "iub" or given.shape not in ((), shape):
        wanted = f"{shape[0]} whole numbers" if shape else "a whole number"
        raise ProgramError(f"{part}: {value!r} was given; {wanted} can be")
    return np.broadcast_to(given, shape).astype(np.int64)


def _output_lines(classes: Iterable[int]) -> OutputLines:
    lines = np.array(list(classes), np.int32)
    return OutputLines(lines, np.zeros_like(lines))
