"""What a program may use, and what each format makes of it.

faithful: kept as it is. equivalent: kept in another form that gives the same spikes. approximate: spikes may differ,
which is said when it is written. unsupported: refused.

A format is one `Support` a feature. The table that users read and the refusal of programs come from the same data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from graphlib import CycleError
from typing import Literal

import numpy as np

from spikeloom.chip.limits import DELAY_MIN, N_AXONS
from spikeloom.chip.neuron import RESET_BY_THRESHOLD, RESET_NONE
from spikeloom.chip.paths import core_levels, memoryless_neurons
from spikeloom.chip.program import NOWHERE, TO_OUTPUT, ChipProgram
from spikeloom.errors import ExportError

Verdict = Literal["faithful", "equivalent", "approximate", "unsupported"]


@dataclass(frozen=True)
class Support:
    """What a format makes of a feature, and how, or what else to do."""

    verdict: Verdict
    note: str


@dataclass(frozen=True)
class Feature:
    """Something that neurons may use; `where` tells which do, (n_cores, n_neurons) bool."""

    name: str
    where: Callable[[ChipProgram], np.ndarray]


def _everywhere(program: ChipProgram) -> np.ndarray:
    return np.ones(program.neurons.shape, bool)


def _shared_targets(program: ChipProgram, kind: np.ndarray) -> np.ndarray:
    """Tell which of these neurons share their axon or output line with another."""
    cores, axons, delays = (
        array[kind].astype(np.int64) for array in (program.routes.cores, program.routes.axons, program.routes.delays)
    )
    keys = np.stack([cores, axons, np.where(cores == TO_OUTPUT, 0, delays)], 1)
    _, inverse, counts = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    shared = np.zeros(kind.shape, bool)
    shared[kind] = counts[inverse.ravel()] > 1
    return shared


def _in_circles(program: ChipProgram) -> np.ndarray:
    try:
        core_levels(program)
    except CycleError as error:
        circle = np.isin(np.arange(program.n_cores), error.args[1])
        return np.broadcast_to(circle[:, None], program.neurons.shape)
    return np.zeros(program.neurons.shape, bool)


def _saturates_above_reset(program: ChipProgram) -> np.ndarray:
    """Tell which saturate at a floor other than zero, or at zero but with another reset."""
    p = program.neurons
    plain = (p.negative_threshold == 0) & (p.reset_mode == 0) & (p.reset == 0)
    return p.saturate & ~plain


FEATURES = (
    Feature("memoryless neurons", memoryless_neurons),
    Feature("potentials kept from tick to tick", lambda program: ~memoryless_neurons(program)),
    Feature("reset by subtraction", lambda program: program.neurons.reset_mode == RESET_BY_THRESHOLD),
    Feature("no reset", lambda program: program.neurons.reset_mode == RESET_NONE),
    Feature("saturation at a floor", _saturates_above_reset),
    Feature("stochastic synapses", lambda program: program.neurons.stochastic_synapse.max(-1)),
    Feature("stochastic leaks", lambda program: program.neurons.stochastic_leak),
    Feature("random thresholds", lambda program: program.neurons.mask_bits > 0),
    Feature("leak reversal", lambda program: program.neurons.leak_reversal),
    Feature(
        "delays above 1",
        lambda program: (program.routes.delays > DELAY_MIN) & program.routes.to_cores,
    ),
    Feature("circles of cores", _in_circles),
    Feature("neurons that share an axon", lambda program: _shared_targets(program, program.routes.to_cores)),
    Feature("neurons that share an output line", lambda program: _shared_targets(program, program.routes.to_outputs)),
    Feature("neurons that go nowhere", lambda program: program.routes.cores == NOWHERE),
    Feature("axon types and on/off synapses", _everywhere),
    Feature("placement on chips", _everywhere),
)


_FORGET = "take neurons that forget: threshold 1, reset 0, saturation at 0"
MEMORYLESS_ONLY = {
    "potentials kept from tick to tick": Support("unsupported", _FORGET),
    "reset by subtraction": Support("unsupported", _FORGET),
    "no reset": Support("unsupported", _FORGET),
    "saturation at a floor": Support("unsupported", _FORGET),
    "stochastic synapses": Support("unsupported", "make the synapses certain"),
    "stochastic leaks": Support("unsupported", "make the leaks certain"),
    "random thresholds": Support("unsupported", "set mask_bits 0"),
    "leak reversal": Support("unsupported", "switch it off"),
}
"""The part of their support that formats without a neuron's memory share."""


def refuse_unsupported(program: ChipProgram, support: Mapping[str, Support], target: str) -> None:
    """Refuse a program that uses what a format cannot hold; neurons that go nowhere may, since they are left out.

    Raises
    ------
    ExportError
        Naming the first neuron that uses it, the feature and a way out.
    """
    for feature in FEATURES:
        how = support[feature.name]
        if how.verdict == "unsupported":
            used = feature.where(program) & (program.routes.cores != NOWHERE)
            refuse_neurons(used, f"{feature.name}: {target} cannot hold that; {how.note}")


def used_with(program: ChipProgram, support: Mapping[str, Support], verdict: Verdict) -> dict[str, str]:
    """Give the features that a program uses and a format keeps with this verdict, each with the format's note."""
    connected = program.routes.cores != NOWHERE
    return {
        feature.name: support[feature.name].note
        for feature in FEATURES
        if support[feature.name].verdict == verdict and (feature.where(program) & connected).any()
    }


def refuse_shared_axons(program: ChipProgram, target: str) -> None:
    """Refuse input lines that share an axon with another line or a neuron, for targets that would add their spikes."""
    routes, lines = program.routes, program.inputs
    routed = routes.cores[routes.to_cores].astype(np.int64) * N_AXONS + routes.axons[routes.to_cores]
    tapped = lines.tap_cores.astype(np.int64) * N_AXONS + lines.tap_axons
    axons, counts = np.unique(np.concatenate([np.unique(routed), tapped]), return_counts=True)
    if (counts > 1).any():
        core, axon = divmod(int(axons[counts > 1][0]), N_AXONS)
        raise ExportError(
            f"core {core}, axon {axon}: is fed by an input line and by something else; {target} adds spikes that meet "
            "where the chip takes them as one; give each an axon of its own"
        )


def even_levels(program: ChipProgram, target: str) -> np.ndarray:
    """Give each core's level; refuse where paths of different length meet, for targets that answer at once.

    Raises
    ------
    ExportError
        Naming the core where they meet.
    """
    levels = core_levels(program)
    routes, lines = program.routes, program.inputs
    without = f"{target} has no delays to even that out"
    targets = np.where(routes.to_cores, routes.cores, 0)
    uneven = routes.to_cores & (levels[targets] != levels[:, None] + 1)
    refuse_neurons(uneven, f"spikes of different age would meet in its target; {without}")
    late = np.flatnonzero(levels[lines.tap_cores] > 0)
    if len(late):
        raise ExportError(f"core {lines.tap_cores[late[0]]}: is fed by inputs and by cores; {without}")
    voting = routes.to_outputs.any(1)
    early = np.flatnonzero(voting & (levels != levels[voting].max(initial=-1)))
    if len(early):
        raise ExportError(f"core {early[0]}: its outputs come before those of others; {without}")
    return levels


def refuse_neurons(wrong: np.ndarray, problem: str) -> None:
    """Refuse where any neuron is wrong, (n_cores, n_neurons) bool; ExportError names the first, and how many."""
    if wrong.any():
        core, neuron = np.argwhere(wrong)[0]
        more = int(wrong.sum()) - 1
        others = f" (and {more:,} more)" if more else ""
        raise ExportError(f"core {core}, neuron {neuron}{others}: {problem}")
