"""A model as the page reads it: facts as JSON and arrays as bytes, in one deflated block.

``page/model.js`` says how it is laid out and reads it. A program brings its crossbars; a learned network brings its
probabilities in 8 bits, of which the page samples members as `spikeloom.deployment.sample` does. Arrays that are the
same everywhere, or repeat from member to member, are kept once.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.deployment.deploy import deploy
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.quantise import quantise, to_steps

# The page's types, by NumPy's.
_TYPES = {"uint8": "u1", "bool": "u1", "int16": "i2", "int32": "i4", "uint32": "u4"}
_NEURONS = {
    "leak": "leak",
    "threshold": "threshold",
    "negative_threshold": "negativeThreshold",
    "reset": "reset",
    "reset_mode": "resetMode",
    "saturate": "saturate",
    "mask_bits": "maskBits",
    "stochastic_leak": "stochasticLeak",
    "leak_reversal": "leakReversal",
    "strengths": "strengths",
    "stochastic_synapse": "stochasticSynapse",
}
_LINES = {"inputValues": ("inputs", "values"), "inputMembers": ("inputs", "members")}
_LINES |= {f"tap{name.title()}": ("inputs", f"tap_{name}") for name in ("lines", "cores", "axons")}
_LINES |= {"outputClasses": ("outputs", "classes"), "outputMembers": ("outputs", "members")}


def payload(
    model: LearnedNetwork | ChipProgram, facts: Mapping[str, Any], more: Mapping[str, np.ndarray], seed: int = 0
) -> bytes:
    """Give a model as the page reads it.

    Parameters
    ----------
    facts : mapping
        JSON values that the page shows beside it.
    more : mapping of arrays
        That go with it, such as images.
    seed : int
        Of a program's inputs.
    """
    arrays = dict(more)
    if isinstance(model, LearnedNetwork):
        # the page samples probabilities of 8 bits, and a program of them has the same synapses
        small = quantise(model)
        program = deploy(small)
        arrays["probabilities"] = to_steps(np.concatenate([layer.probabilities for layer in small.layers]))
        arrays["connected"] = np.concatenate(small.connected)
    else:
        program = model
        arrays["crossbars"] = program.crossbars
        arrays |= {"seeds": program.seeds, "coreMembers": program.core_members, "places": program.placement}
    arrays |= _arrays(program)
    if isinstance(model, LearnedNetwork):  # what the page makes for every member anew
        for name in ("inputMembers", "outputMembers"):
            del arrays[name]
    interface = None if program.interface is None else program.interface.model_dump(mode="json", exclude={"data"})
    known = {"nCores": program.n_cores, "seed": seed, "interface": interface, **facts}
    return zlib.compress(_packed(known, arrays, len(program.members)), 9)


def _arrays(program: ChipProgram) -> dict[str, np.ndarray]:
    routes = program.routes
    arrays = {"axonTypes": program.axon_types, "potentials": program.potentials}
    arrays |= {"targets": routes.cores, "targetAxons": routes.axons, "delays": routes.delays}
    arrays |= {ours: getattr(program.neurons, theirs) for theirs, ours in _NEURONS.items()}
    return arrays | {name: getattr(getattr(program, side), part) for name, (side, part) in _LINES.items()}


def _packed(facts: dict[str, Any], arrays: Mapping[str, np.ndarray], n_members: int) -> bytes:
    entries, blocks, offset = [], [], 0
    for name, array in arrays.items():
        entry: dict[str, Any] = {"name": name, "type": _TYPES[str(array.dtype)], "shape": list(array.shape)}
        if array.size and (array == array.flat[0]).all():
            entry["value"] = int(array.flat[0])
        else:
            block = _once(array, n_members)
            entry |= {"offset": offset, "bytes": len(block)}
            blocks.append(block)
            offset += len(block)
        entries.append(entry)
    header = json.dumps({"facts": facts, "arrays": entries}, allow_nan=False).encode()
    return len(header).to_bytes(4, "little") + header + b"".join(blocks)


def _once(array: np.ndarray, n_members: int) -> bytes:
    """Give an array's bytes, of members that have the same those of the first."""
    length = len(array) // n_members if n_members and len(array) % n_members == 0 else len(array)
    first = array[:length]
    repeats = length and all((array[at : at + length] == first).all() for at in range(0, len(array), length))
    shown = first if repeats else array
    return np.ascontiguousarray(shown).astype(shown.dtype.newbyteorder("<"), copy=False).tobytes()
