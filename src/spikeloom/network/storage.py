"""Learned networks as files: one artefact, probabilities as float32 or, where they are quantised, as 8 bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from spikeloom.artefact import Format, check_no_more, check_unpacked, checked_array, read_artefact, write_artefact
from spikeloom.chip.core import pack_crossbars, unpack_crossbars
from spikeloom.chip.limits import LEAK_LIMIT, N_AXON_TYPES, N_AXONS, N_NEURONS, STRENGTH_LIMIT
from spikeloom.chip.storage import interface_from
from spikeloom.errors import ArtefactError, FitError
from spikeloom.interface import Interface
from spikeloom.network.history import checked_history
from spikeloom.network.learned import Convention, LearnedLayer, LearnedNetwork
from spikeloom.network.quantise import from_steps, quantise, to_steps
from spikeloom.network.topology import UNUSED, Topology, Windows

LEARNED = Format("learned network", 4, "spikeloom train RECIPE")
_PARTS = tuple(part.name for part in fields(LearnedLayer))


def save_learned(network: LearnedNetwork, path: str | Path) -> None:
    """Write a learned network to a file, atomically; ArtefactError where it cannot be written."""
    write_artefact(path, LEARNED, learned_arrays(network), learned_record(network))


def save_quantised(network: LearnedNetwork, path: Path) -> None:
    """Write a learned network small, atomically: probabilities of 0 and 1 as bits, others in 8 bits, biases rounded."""
    small = quantise(network)
    arrays = learned_arrays(small)
    for index, layer in enumerate(small.layers):
        name = f"layers.{index}.probabilities"
        # an eighth of a byte in place of one: networks trained as deployed are this small
        if np.isin(layer.probabilities, (0, 1)).all():
            del arrays[name]
            arrays[f"layers.{index}.synapses"] = pack_crossbars(layer.probabilities > 0)
        else:
            arrays[name] = to_steps(layer.probabilities)
    write_artefact(path, LEARNED, arrays, learned_record(small))


def load_learned(path: Path) -> LearnedNetwork:
    """Read a learned network.

    Raises
    ------
    ArtefactError
        If the file is damaged, foreign, or its parts do not fit each other.
    """
    return learned_from(*read_artefact(path, LEARNED), path)


def learned_arrays(network: LearnedNetwork) -> dict[str, np.ndarray]:
    """Give the arrays of a learned network under the names they have in files."""
    arrays = {"classes": network.classes}
    for index, layer in enumerate(network.layers):
        arrays |= {f"layers.{index}.{part.name}": getattr(layer, part.name) for part in fields(layer)}
    return arrays


def learned_record(network: LearnedNetwork) -> dict[str, Any]:
    """Give everything of a learned network that is not an array, as JSON values."""
    return {
        "topology": asdict(network.topology),
        "interface": network.interface.model_dump(mode="json"),
        "convention": asdict(network.convention),
        "training": dict(network.training),
    }


def learned_from(arrays: Mapping[str, np.ndarray], record: Mapping[str, Any], path: Path) -> LearnedNetwork:
    """Give the learned network that arrays and record describe; `path` names them in errors."""
    try:
        _check_whole_numbers(record["topology"])
        _check_counts(arrays, record["topology"])
        topology = _topology(record["topology"])
        convention = Convention(**record["convention"])
        training = checked_history(record["training"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError, FitError) as error:
        raise ArtefactError(
            f"{path}: its record of the network cannot be read ({error!r}); the file is damaged"
        ) from error
    interface = interface_from(record.get("interface"), path)
    _check_interface(interface, topology, path)
    assert interface is not None
    sizes = [topology.n_values] + [rows * columns * N_NEURONS for rows, columns in topology.grids]
    layers = tuple(
        _layer(arrays, index, below, above // N_NEURONS, path) for index, (below, above) in enumerate(pairwise(sizes))
    )
    classes = checked_array(arrays, "classes", np.int16, (sizes[-1],), path)
    without = sorted(set(range(topology.n_classes)) - set(classes.tolist()))
    if without:
        raise ArtefactError(f"{path}: no neuron votes for class {without[0]}; the file is damaged")
    known = {"classes", *(f"layers.{index}.{part}" for index in range(len(layers)) for part in (*_PARTS, "synapses"))}
    check_no_more(arrays, known, path)
    _check_range("classes", classes, -1, topology.n_classes - 1, path)
    return LearnedNetwork(topology, layers, classes, interface, convention, training)


def _check_interface(interface: Interface | None, topology: Topology, path: Path) -> None:
    if interface is None:
        raise ArtefactError(f"{path}: has no interface; the file is damaged")
    if interface.n_classes != topology.n_classes:
        raise ArtefactError(
            f"{path}: {interface.n_classes} class names for {topology.n_classes} classes; the file is damaged"
        )
    if interface.coded_shape != topology.input_shape or interface.latency != len(topology.layers):
        raise ArtefactError(f"{path}: its interface and its topology do not fit each other; the file is damaged")


def _check_whole_numbers(value: Any) -> None:
    """Refuse floating point and what else is no whole number, truth value or nothing in a topology."""
    if isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            _check_whole_numbers(each)
    elif value is not None and type(value) not in (int, bool):
        raise ValueError(f"{value!r:.60} where a whole number is needed")


def _check_counts(arrays: Mapping[str, np.ndarray], record: Mapping[str, Any]) -> None:
    """Refuse a topology of other layers and cores than the file has arrays for, before its windows are walked."""
    below = tuple(record["input_shape"])[:2]
    for index, layer in enumerate(record["layers"]):
        below = tuple(
            (length - size) // stride + 1
            for length, size, stride in zip(below, layer["size"], layer["stride"], strict=True)
        )
        held = arrays.get(f"layers.{index}.sources")
        if held is None or held.ndim == 0 or below[0] * below[1] != len(held):
            raise ValueError(f"layer {index + 1} of {below[0]} x {below[1]} cores")


def _topology(record: Mapping[str, Any]) -> Topology:
    layers = tuple(
        Windows(
            tuple(layer["size"]),
            tuple(layer["stride"]),
            layer["features"],
            bool(layer["shared"]),
            layer.get("repeats", 1),
            layer.get("neurons"),
        )
        for layer in record["layers"]
    )
    rows, columns, channels = record["input_shape"]
    return Topology((rows, columns, channels), record["n_classes"], layers)


def _layer(arrays: Mapping[str, np.ndarray], index: int, below: int, n_cores: int, path: Path) -> LearnedLayer:
    name = f"layers.{index}"
    probabilities = _probabilities(arrays, name, n_cores, path)
    layer = LearnedLayer(
        sources=checked_array(arrays, f"{name}.sources", np.int32, (n_cores, N_AXONS, None), path),
        axon_types=checked_array(arrays, f"{name}.axon_types", np.uint8, (n_cores, N_AXONS), path),
        strengths=checked_array(arrays, f"{name}.strengths", np.int16, (n_cores, N_NEURONS, N_AXON_TYPES), path),
        probabilities=probabilities,
        biases=checked_array(arrays, f"{name}.biases", np.float32, (n_cores, N_NEURONS), path),
    )
    _check_range(f"{name}.sources", layer.sources, -1, below - 1, path)
    _check_range(f"{name}.axon_types", layer.axon_types, 0, N_AXON_TYPES - 1, path)
    _check_range(f"{name}.probabilities", layer.probabilities, 0, 1, path)
    _check_range(f"{name}.strengths", layer.strengths, -STRENGTH_LIMIT, STRENGTH_LIMIT, path)
    _check_range(f"{name}.biases", layer.biases, -LEAK_LIMIT, LEAK_LIMIT, path)
    if not layer.sources.shape[2]:
        raise ArtefactError(f"{path}: '{name}.sources' has no room for a source; the file is damaged")
    used = layer.sources[layer.sources != UNUSED]
    if not len(used):
        raise ArtefactError(f"{path}: '{name}.sources' names no source; the file is damaged")
    if index and len(np.unique(used)) != len(used):
        raise ArtefactError(f"{path}: '{name}.sources' names a neuron twice; a neuron has one destination")
    return layer


def _probabilities(arrays: Mapping[str, np.ndarray], layer: str, n_cores: int, path: Path) -> np.ndarray:
    """Give probabilities that were stored as bits, as 8-bit steps, or as they are."""
    if f"{layer}.synapses" in arrays:
        check_no_more(arrays, set(arrays) - {f"{layer}.probabilities"}, path)
        packed = checked_array(arrays, f"{layer}.synapses", np.uint8, (n_cores, N_AXONS, N_NEURONS // 8), path)
        check_unpacked(path, 8 * np.float32().nbytes * packed.nbytes)
        return unpack_crossbars(packed).astype(np.float32)
    name = f"{layer}.probabilities"
    stored = arrays.get(name)
    kind = np.uint8 if stored is not None and stored.dtype == np.uint8 else np.float32
    probabilities = checked_array(arrays, name, kind, (n_cores, N_AXONS, N_NEURONS), path)
    return from_steps(probabilities) if kind is np.uint8 else probabilities


def _check_range(name: str, values: np.ndarray, low: float, high: float, path: Path) -> None:
    if not ((values >= low) & (values <= high)).all():  # also false for not-a-number
        raise ArtefactError(f"{path}: '{name}' spans {values.min()} .. {values.max()}; {low} .. {high} is allowed")
