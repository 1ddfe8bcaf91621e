r"""NSCS, IBM's TrueNorth simulator and chip loader: ``model.json`` and spike files, written and read.

The model is JSON in parts, and not strict: the key ``core`` repeats, and the order of the parts matters. Neurons with
equal parameters and start potentials share a neuron type. A crossbar has a row an axon, 32 hexadecimal bytes, neuron 0
the highest bit of the first. A neuron's ``destCore`` is -1 where it goes nowhere, and -32 where it feeds an output pin,
the number of which is its ``destAxon``.

Spike files are a JSON header, the byte 0xFF, and big-endian words of 32 bits: tick, core and axon of a spike in, and
six words of a spike out, of which words 0, 3 and 4 are tick, destination core and destination axon. A spike in reaches
its axon in the tick after its own (``defaultDestinationDelay`` 1), so a run there is one tick behind a run here.
Source: the public package pytruenorth, which writes these files for IBM's tools.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from spikeloom.chip.limits import (
    DELAY_MIN,
    N_AXON_TYPES,
    N_NEURONS,
)
from spikeloom.chip.program import (
    NOWHERE,
    TO_OUTPUT,
    ChipProgram,
    InputLines,
)
from spikeloom.chip.validate import validate_truenorth
from spikeloom.errors import ExportError, ProgramError
from spikeloom.export.features import Support
from spikeloom.export.foreign import read_bytes
from spikeloom.export.format import Exported, Options
from spikeloom.reading import parse_json
from spikeloom.writing import write_atomically

MODEL_FILE, INPUT_FILE = "model.json", "spikes_in.sfri"

SUPPORT = {
    "memoryless neurons": Support("faithful", "alpha 1, beta 0, kappa on, VR 0"),
    "potentials kept from tick to tick": Support("faithful", "all parameters of the neuron"),
    "reset by subtraction": Support("faithful", "gamma 1"),
    "no reset": Support("faithful", "gamma 2"),
    "saturation at a floor": Support("faithful", "kappa"),
    "stochastic synapses": Support("approximate", "equal in distribution: the hardware has its own random numbers"),
    "stochastic leaks": Support("approximate", "equal in distribution: the hardware has its own random numbers"),
    "random thresholds": Support("approximate", "equal in distribution: the hardware has its own random numbers"),
    "leak reversal": Support("faithful", "epsilon"),
    "delays above 1": Support("faithful", "delay"),
    "circles of cores": Support("faithful", "destCore leads anywhere"),
    "neurons that share an axon": Support("faithful", "spikes that meet are one spike"),
    "neurons that share an output line": Support("faithful", "the same pin; spikes that meet are listed each"),
    "neurons that go nowhere": Support("faithful", "destCore -1"),
    "axon types and on/off synapses": Support("faithful", "rows of the crossbar"),
    "placement on chips": Support("equivalent", "cores are numbered; IBM's tools place them"),
}

DISCONNECTED, PIN = -1, -32
TICKS_MAX, PINS_MAX = 2**24, 2**20
"""What is taken from a file as meant: more ticks or output pins would fill the memory."""
_IN_HEADER = {
    "class": "SpikeWriter",
    "nscsVersion": "1.4.0",
    "encoding": "RAWI3",
    "defaultDestinationDelay": 1,
}
_END_OF_HEADER = b"\xff"


def write_nscs(exported: Exported, folder: Path, options: Options = Options()) -> list[Path]:
    """Write ``model.json`` and, with spikes, ``spikes_in.sfri``; give their paths.

    Raises
    ------
    ExportError
        If the program does not fit TrueNorth.
    """
    program = exported.program
    try:
        validate_truenorth(program)
    except ProgramError as error:
        raise ExportError(str(error)) from error
    types, numbers = _neuron_types(program)
    header = {
        "model": {
            "coreCount": program.n_cores,
            "neuronClass": "NeuronGeneral",
            "crossbarSize": N_NEURONS,
            "crossbarclass": "CrossbarBinary",
            "networking": "INTRA",
        }
    }
    parts = [header, {"neuronTypes": types}]
    parts += [{"core": _core(program, core, numbers[core])} for core in range(program.n_cores)]
    text = ",\n".join(json.dumps(part, indent=4)[1:-1] for part in parts)
    write_atomically(folder / MODEL_FILE, f"{{\n{text}\n}}".encode())
    if exported.inputs is None:
        return [folder / MODEL_FILE]
    write_spikes_in(folder / INPUT_FILE, spikes_of(program.inputs, exported.inputs))
    return [folder / MODEL_FILE, folder / INPUT_FILE]


def spikes_of(lines: InputLines, inputs: np.ndarray) -> np.ndarray:
    """Give the spikes at every axon that the lines reach, (n_spikes, 3) int64: tick, core, axon."""
    tick, tap = np.nonzero(inputs[:, lines.tap_lines])
    return np.stack([tick, lines.tap_cores[tap], lines.tap_axons[tap]], 1).astype(np.int64)


def write_spikes_in(path: Path, spikes: np.ndarray) -> None:
    """Write (n_spikes, 3) int: tick, core and axon of each spike into the chip."""
    header = json.dumps(_IN_HEADER, separators=(",", ":")).encode()
    write_atomically(path, header + _END_OF_HEADER + spikes.astype(">u4").tobytes())


def read_spikes_in(path: Path) -> np.ndarray:
    """Read a file of spikes into the chip, (n_spikes, 3) int64: tick, core, axon; ExportError where it is none."""
    return _words(path, "RAWI3", 3)


def _words(path: Path, encoding: str, n: int) -> np.ndarray:
    content = read_bytes(path)
    header, end, body = content.partition(_END_OF_HEADER)
    if not end or _encoding(header) != encoding:
        raise ExportError(f"{path}: has no header of spikes in encoding {encoding} before byte 0xFF")
    if len(body) % (4 * n):
        raise ExportError(f"{path}: {len(body)} bytes of spikes; a spike has {4 * n}, so the file is cut short")
    words = np.frombuffer(body, ">u4").reshape(-1, n).astype(np.int64)
    if len(words) and words[:, 0].max() >= TICKS_MAX:
        raise ExportError(f"{path}: a spike in tick {words[:, 0].max():,}; ticks below {TICKS_MAX:,} are read")
    return words


def _encoding(header: bytes) -> str | None:
    try:
        return str(parse_json(header)["encoding"])
    except (KeyError, TypeError, ValueError):
        return None


def _neuron_types(program: ChipProgram) -> tuple[list[dict[str, Any]], np.ndarray]:
    """Give the distinct neuron types, and the number of each neuron's, (n_cores, n_neurons) int."""
    p = program.neurons
    columns = [array.reshape(p.leak.size, -1).astype(np.int64) for _, array in p.items()]
    table = np.concatenate([*columns, program.potentials.reshape(-1, 1)], axis=1)
    # equal parameters and start potentials share a type: a file of two million neurons lists a few hundred
    _, firsts, numbers = np.unique(table, axis=0, return_index=True, return_inverse=True)
    flat = [np.unravel_index(first, p.shape) for first in firsts]
    return [_neuron_type(program, place, f"N{n}") for n, place in enumerate(flat)], numbers.reshape(p.shape)


def _neuron_type(program: ChipProgram, place: Any, name: str) -> dict[str, Any]:
    p = program.neurons[place]
    by_type = {f"sigma{k}": -1 if p.strengths[k] < 0 else 1 for k in range(N_AXON_TYPES)}
    by_type |= {f"s{k}": abs(int(p.strengths[k])) for k in range(N_AXON_TYPES)}
    by_type |= {f"b{k}": bool(p.stochastic_synapse[k]) for k in range(N_AXON_TYPES)}
    return by_type | {
        "sigma_lambda": -1 if p.leak < 0 else 1,
        "lambda": abs(int(p.leak)),
        "c_lambda": bool(p.stochastic_leak),
        "epsilon": bool(p.leak_reversal),
        "alpha": int(p.threshold),
        "beta": int(p.negative_threshold),
        "TM": int(p.mask_bits),
        "gamma": int(p.reset_mode),
        "kappa": bool(p.saturate),
        "sigma_VR": -1 if p.reset < 0 else 1,
        "VR": int(abs(int(p.reset))).bit_length(),
        "V": int(program.potentials[place]),
        "name": name,
    }


def _core(program: ChipProgram, core: int, numbers: np.ndarray) -> dict[str, Any]:
    routes = program.routes
    targets = routes.cores[core]
    cores = np.where(targets == NOWHERE, DISCONNECTED, np.where(targets == TO_OUTPUT, PIN, targets))
    axons = np.where(targets == NOWHERE, DISCONNECTED, routes.axons[core])
    return {
        "id": core,
        "rngSeed": int(program.seeds[core]),
        "timeScaleExponent": 0,
        "neurons": [
            {
                "type": f"N{numbers[neuron]}",
                "dendrite": neuron,
                "destCore": int(cores[neuron]),
                "destAxon": int(axons[neuron]),
                "delay": int(routes.delays[core, neuron]) if targets[neuron] >= 0 else DELAY_MIN,
            }
            for neuron in range(N_NEURONS)
        ],
        "crossbar": {
            "rows": [
                {"type": f"S{kind}", "synapses": row.tobytes().hex(" ").upper()}
                for kind, row in zip(program.axon_types[core], program.crossbars[core], strict=True)
            ]
        },
    }
