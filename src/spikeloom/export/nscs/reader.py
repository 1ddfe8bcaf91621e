"""NSCS's ``model.json``, read; `spikeloom.export.nscs.writer` says what it means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from spikeloom.chip.assemble import assemble
from spikeloom.chip.limits import (
    DELAY_MAX,
    DELAY_MIN,
    LEAK_LIMIT,
    MASK_BITS_MAX,
    N_AXON_TYPES,
    N_AXONS,
    N_NEURONS,
    POTENTIAL_MAX,
    POTENTIAL_MIN,
    RESET_BITS_MAX,
    STRENGTH_LIMIT,
    THRESHOLD_MAX,
)
from spikeloom.chip.neuron import neurons
from spikeloom.chip.program import (
    NOWHERE,
    TO_OUTPUT,
    ChipProgram,
    InputLines,
    OutputLines,
    Routes,
)
from spikeloom.errors import ExportError, ProgramError
from spikeloom.export.foreign import Part, checked, read_text
from spikeloom.export.format import Imported
from spikeloom.export.nscs.writer import DISCONNECTED, PIN, PINS_MAX, read_spikes_in
from spikeloom.reading import check_size, parse_json

Strength = Annotated[int, Field(ge=0, le=STRENGTH_LIMIT)]
Leak = Annotated[int, Field(ge=0, le=LEAK_LIMIT)]
Threshold = Annotated[int, Field(ge=0, le=THRESHOLD_MAX)]
MaskBits = Annotated[int, Field(ge=0, le=MASK_BITS_MAX)]
ResetMode = Annotated[int, Field(ge=0, le=2)]
ResetBits = Annotated[int, Field(ge=0, le=RESET_BITS_MAX)]
Potential = Annotated[int, Field(ge=POTENTIAL_MIN, le=POTENTIAL_MAX)]
Delay = Annotated[int, Field(ge=DELAY_MIN, le=DELAY_MAX)]
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]
Sign = Literal[-1, 1]


class NeuronType(Part):
    """Parameters that neurons share."""

    sigma0: Sign
    sigma1: Sign
    sigma2: Sign
    sigma3: Sign
    s0: Strength
    s1: Strength
    s2: Strength
    s3: Strength
    b0: bool
    b1: bool
    b2: bool
    b3: bool
    sigma_lambda: Sign
    leak: Leak = Field(alias="lambda")
    c_lambda: bool
    epsilon: bool
    alpha: Threshold
    beta: Threshold
    TM: MaskBits
    gamma: ResetMode
    kappa: bool
    sigma_VR: Sign
    VR: ResetBits
    V: Potential
    name: str

    @property
    def parameters(self) -> dict[str, Any]:
        """The same by the names of `spikeloom.chip.neuron.Neurons`."""
        kinds = range(N_AXON_TYPES)
        return {
            "strengths": [getattr(self, f"sigma{k}") * getattr(self, f"s{k}") for k in kinds],
            "stochastic_synapse": [getattr(self, f"b{k}") for k in kinds],
            "leak": self.sigma_lambda * self.leak,
            "stochastic_leak": self.c_lambda,
            "leak_reversal": self.epsilon,
            "threshold": self.alpha,
            "negative_threshold": self.beta,
            "mask_bits": self.TM,
            "reset_mode": self.gamma,
            "saturate": self.kappa,
            "reset": self.sigma_VR * (2**self.VR - 1),
        }


class Model(Part):
    """The head of the file: what the cores are."""

    coreCount: Annotated[int, Field(ge=1)]
    neuronClass: Literal["NeuronGeneral"]
    crossbarSize: Literal[256]
    crossbarclass: Literal["CrossbarBinary"]
    networking: Literal["INTRA"]


class CoreNeuron(Part):
    """A neuron of a core: its type, its dendrite (its column of the crossbar), and its destination."""

    type: str
    dendrite: int
    destCore: int
    destAxon: int
    delay: Delay


class Row(Part):
    """An axon's type and synapses."""

    type: Annotated[str, Field(pattern=r"^S[0-3]$")]
    synapses: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{2}( [0-9A-Fa-f]{2}){31}$")]


class Crossbar(Part):
    """The rows, one an axon."""

    rows: Annotated[list[Row], Field(min_length=N_AXONS, max_length=N_AXONS)]


class CorePart(Part):
    """A core."""

    id: Annotated[int, Field(ge=0)]
    rngSeed: Seed
    timeScaleExponent: Literal[0] = 0
    neurons: Annotated[list[CoreNeuron], Field(min_length=N_NEURONS, max_length=N_NEURONS)]
    crossbar: Crossbar


def read_nscs_files(paths: Sequence[Path]) -> Imported:
    """Read a ``model.json`` and, with it, a file of spikes in; errors as in `read_nscs`."""
    model, *spikes = paths
    if not spikes:
        return Imported(read_nscs(model))
    taps, inputs = input_lines(read_spikes_in(spikes[0]))
    return Imported(read_nscs(model, taps), inputs)


def read_nscs(path: Path, taps: np.ndarray | None = None) -> ChipProgram:
    """Read a ``model.json``.

    Parameters
    ----------
    taps : (n_lines, 2) int, optional
        Core and axon of each input line; the file does not name any.

    Raises
    ------
    ExportError
        Naming the file and the place inside it that is wrong.
    """
    types, cores = _parts(Path(path))
    parameters, potentials = _parameters(Path(path), types, cores)
    lines = np.zeros((0, 2), np.int64) if taps is None else taps
    numbers = np.arange(len(lines), dtype=np.int32)
    routes = _routes(Path(path), cores)
    n_pins = int(routes.axons[routes.to_outputs].max(initial=-1)) + 1
    pins = np.arange(n_pins, dtype=np.int32)
    try:
        return assemble(
            axon_types=np.array([[int(row.type[1]) for row in core.crossbar.rows] for core in cores], np.uint8),
            crossbars=np.stack([_crossbar(core) for core in cores]),
            neurons=neurons((len(cores), N_NEURONS), **parameters),
            potentials=potentials,
            seeds=np.array([core.rngSeed for core in cores], np.uint32),
            routes=routes,
            inputs=InputLines(numbers, np.zeros_like(numbers), numbers, *lines.astype(np.int32).reshape(-1, 2).T),
            outputs=OutputLines(pins, np.zeros_like(pins)),
        )
    except ProgramError as error:
        raise ExportError(f"{path}: {error}") from error


def input_lines(spikes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give a line for each axon that spikes reach, in the order of cores and axons.

    Parameters
    ----------
    spikes : (n_spikes, 3) int
        Tick, core, axon.

    Returns
    -------
    taps : (n_lines, 2) int64
        Core and axon of each line.
    inputs : (n_ticks, n_lines) bool
    """
    taps, line = np.unique(spikes[:, 1:], axis=0, return_inverse=True)
    n_ticks = int(spikes[:, 0].max(initial=-1)) + 1
    try:
        check_size(n_ticks * len(taps))  # a byte a line and tick, whatever the few that spike
    except OSError as error:
        raise ExportError(f"spikes: {n_ticks:,} ticks of {len(taps):,} lines: {error.strerror}") from error
    inputs = np.zeros((n_ticks, len(taps)), bool)
    inputs[spikes[:, 0], line.ravel()] = True
    return taps, inputs


def _parts(path: Path) -> tuple[dict[str, NeuronType], list[CorePart]]:
    """Read the parts of the model: neuron types by name, cores in the order of their numbers."""
    try:
        pairs = parse_json(read_text(path), object_pairs_hook=_repeated)
    except ValueError as error:
        raise ExportError(f"{path}: is not whole: {error}") from error
    if not isinstance(pairs, dict) or not {"model", "neuronTypes", "core"} <= set(pairs):
        raise ExportError(f"{path}: has no parts 'model', 'neuronTypes' and 'core'; a model of NSCS is needed")
    model = checked(path, Model, pairs["model"], "model")
    types = [checked(path, NeuronType, t, f"neuronTypes[{n}]") for n, t in enumerate(_as_list(pairs["neuronTypes"]))]
    found = [checked(path, CorePart, part, f"core[{n}]") for n, part in enumerate(_as_list(pairs["core"]))]
    if model.coreCount != len(found):
        raise ExportError(f"{path}: model.coreCount: {model.coreCount}; the file holds {len(found)} cores")
    names = [kind.name for kind in types]
    if len(set(names)) < len(names):
        (twice, _), *_ = Counter(names).most_common(1)
        raise ExportError(f"{path}: neuronTypes: two are called '{twice}'; give each a name of its own")
    by_number: dict[int, CorePart] = {}
    for n, core in enumerate(found):
        if core.id in by_number or core.id >= len(found):
            raise ExportError(f"{path}: core[{n}].id: {core.id}; each of 0 .. {len(found) - 1} once is needed")
        by_number[core.id] = core
    return {kind.name: kind for kind in types}, [by_number[n] for n in range(len(found))]


def _repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Give an object as a dict, in which a key that repeats holds the list of its values."""
    cores = [value for key, value in pairs if key == "core"]
    return dict(pairs) | ({"core": cores} if cores else {})


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _parameters(
    path: Path, types: dict[str, NeuronType], cores: list[CorePart]
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Give every parameter, and the start potentials, of all neurons."""
    names = [[neuron.type for neuron in core.neurons] for core in cores]
    for core, row in enumerate(names):
        for neuron, name in enumerate(row):
            if name not in types:
                raise ExportError(f"{path}: core {core}, neurons[{neuron}].type: no neuron type is called '{name}'")
    of_type = {name: kind.parameters | {"potentials": kind.V} for name, kind in types.items()}
    keys = next(iter(of_type.values())).keys()
    found = {key: np.array([[of_type[name][key] for name in row] for row in names]) for key in keys}
    return found, found.pop("potentials").astype(np.int32)


def _routes(path: Path, cores: list[CorePart]) -> Routes:
    shape = (len(cores), N_NEURONS)
    targets, axons, delays = (np.zeros(shape, kind) for kind in (np.int32, np.int32, np.uint8))
    for core, part in enumerate(cores):
        for neuron, (target, axon, delay) in enumerate(_destinations(path, core, part, len(cores))):
            targets[core, neuron], axons[core, neuron], delays[core, neuron] = target, axon, delay
    return Routes(targets, axons, delays)


def _destinations(path: Path, core: int, part: CorePart, n_cores: int) -> Iterator[tuple[int, int, int]]:
    for number, neuron in enumerate(part.neurons):
        place = f"{path}: core {core}, neurons[{number}]"
        if neuron.dendrite != number:
            raise ExportError(f"{place}.dendrite: {neuron.dendrite}; neuron {number} on dendrite {number} is read")
        if neuron.destCore == DISCONNECTED:
            yield NOWHERE, 0, neuron.delay
        elif neuron.destCore == PIN:
            if not 0 <= neuron.destAxon < PINS_MAX:
                raise ExportError(f"{place}.destAxon: pin {neuron.destAxon}; 0 .. {PINS_MAX - 1} are read")
            yield TO_OUTPUT, neuron.destAxon, neuron.delay
        else:
            if not 0 <= neuron.destCore < n_cores:
                raise ExportError(f"{place}.destCore: {neuron.destCore}; 0 .. {n_cores - 1}, -1 or -32 can be")
            if not 0 <= neuron.destAxon < N_AXONS:
                raise ExportError(f"{place}.destAxon: {neuron.destAxon}; 0 .. {N_AXONS - 1} exist")
            yield neuron.destCore, neuron.destAxon, neuron.delay


def _crossbar(core: CorePart) -> np.ndarray:
    rows = [np.frombuffer(bytes.fromhex(row.synapses), np.uint8) for row in core.crossbar.rows]
    return np.stack(rows)
