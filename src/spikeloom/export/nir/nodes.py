"""A spiking node of a NIR graph as neurons of a core: whole weights, types of axons, a leak or a threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spikeloom.chip.limits import LEAK_LIMIT, N_AXON_TYPES, N_AXONS, STRENGTH_LIMIT, THRESHOLD_MAX
from spikeloom.export.nir.graph import Graph


@dataclass(frozen=True)
class NodeCore:
    """What a spiking node takes of a core.

    axon_types : (n_axons,) uint8
    connected : (n_axons, n_neurons) bool
    strengths : (n_neurons, n_axon_types) int64
    leaks : (n_neurons,) int64
        Added in every tick.
    thresholds : (n_neurons,) int64, optional
        First potentials at which neurons spike that keep theirs until then; None of memoryless ones, which spike at 1.
    """

    axon_types: np.ndarray
    connected: np.ndarray
    strengths: np.ndarray
    leaks: np.ndarray
    thresholds: np.ndarray | None


def core_of(graph: Graph, name: str) -> NodeCore:
    """Give a spiking node as a core; ExportError, naming it, where a core cannot hold it."""
    weights = _whole_weights(graph, name)
    integrates = graph.integrates(name)
    leaks = _whole_bias(graph, name) if integrates else _leaks(graph, name)
    types, strengths = _typed(graph, name, weights)
    return NodeCore(types, weights.T != 0, strengths, leaks, _first_sums(graph, name) if integrates else None)


def _whole_weights(graph: Graph, name: str) -> np.ndarray:
    weighted, weights = graph.weighted(name), graph.weights(name)
    if max(weights.shape) > N_AXONS:
        raise graph.error(
            weighted, f"{weights.shape[1]} axons, {weights.shape[0]} neurons; a core has {N_AXONS} of each"
        )
    if (weights != np.rint(weights)).any() or not abs(weights).max(initial=0) <= STRENGTH_LIMIT:
        raise graph.error(weighted, f"weights are not all whole numbers of -{STRENGTH_LIMIT} .. {STRENGTH_LIMIT}")
    return weights.astype(np.int64)


def _leaks(graph: Graph, name: str) -> np.ndarray:
    """Give the leaks with which neurons of no memory spike at a potential of 1, (n_neurons,)."""
    # it spikes where the sum exceeds threshold - bias; of whole sums the first is the next whole number
    leaks = -np.floor(graph.threshold(name) - graph.bias(name))
    if not abs(leaks).max(initial=0) <= LEAK_LIMIT:  # also true for not-a-number
        raise graph.error(name, f"needs a leak of {abs(leaks).max():g}; at most {LEAK_LIMIT} either way can be")
    return leaks.astype(np.int64)


def _whole_bias(graph: Graph, name: str) -> np.ndarray:
    """Give the bias of an IF, which is added in every step as a leak is, (n_neurons,)."""
    bias = np.broadcast_to(graph.bias(name), graph.threshold(name).shape)
    if (bias != np.rint(bias)).any() or abs(bias).max(initial=0) > LEAK_LIMIT:
        raise graph.error(name, f"is fed biases that are not all whole numbers of -{LEAK_LIMIT} .. {LEAK_LIMIT}")
    return bias.astype(np.int64)


def _first_sums(graph: Graph, name: str) -> np.ndarray:
    """Give the first whole potential at which neurons of an IF spike, (n_neurons,)."""
    first = np.floor(graph.threshold(name)) + 1
    if not ((first >= 0) & (first <= THRESHOLD_MAX)).all():
        raise graph.error(name, f"has thresholds up to {first.max():g}; 0 to {THRESHOLD_MAX:,} can be")
    return first.astype(np.int64)


def _typed(graph: Graph, name: str, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give axons types, the first whose strengths agree: types (n_axons,) and strengths (n_neurons, 4).

    Next is always the axon that fewest types are left to, of these one with most synapses, as graphs are coloured.
    Source: Brelaz 1979, "New methods to color the vertices of a graph", CACM 22(4).
    """
    n_neurons, n_axons = weights.shape
    strengths = np.zeros((n_neurons, N_AXON_TYPES), np.int64)
    types = np.zeros(n_axons, np.uint8)
    clashes = np.zeros((N_AXON_TYPES, n_axons), bool)
    n_synapses, left = (weights != 0).sum(0), np.ones(n_axons, bool)
    for _ in range(n_axons):
        # synapses are fewer than what one more clash weighs
        axon = int(np.where(left, clashes.sum(0) * (n_neurons + 1) + n_synapses, -1).argmax())
        if clashes[:, axon].all():
            raise graph.error(name, f"axon {axon}: no {N_AXON_TYPES} axon types were found for all; simplify weights")
        chosen = int((~clashes[:, axon]).argmax())
        types[axon], left[axon] = chosen, False
        column = weights[:, axon]
        fresh = (column != 0) & (strengths[:, chosen] == 0)
        strengths[fresh, chosen] = column[fresh]
        others = weights[fresh]  # only where a strength is new can another axon clash with it now
        clashes[chosen] |= ((others != 0) & (others != column[fresh, None])).any(0)
    return types, strengths
