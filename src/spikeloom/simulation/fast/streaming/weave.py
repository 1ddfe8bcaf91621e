"""A streamable program as lists that its kernel walks: who feeds an axon, and which axons feed a neuron.

Only neurons that can spike are woven: those with a synapse that is on, or a leak above zero. A neuron's rows are its
axons, group by group of one strength; a group has at most `COUNT_MAX` rows, and is filled up to whole steps of
`ROWS_AT_ONCE` with `SILENT`, an axon on which nothing arrives.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from spikeloom.chip.limits import N_AXON_TYPES, N_AXONS, N_NEURONS
from spikeloom.chip.paths import core_levels
from spikeloom.chip.program import ChipProgram, route_crossings, route_hops
from spikeloom.chip.trains import WORD_BITS
from spikeloom.simulation.fast.bits.adders import COUNT_MAX, ROWS_AT_ONCE
from spikeloom.simulation.fast.bits.compiled import kernel
from spikeloom.simulation.fast.bits.lists import crossbar_words, starts_of
from spikeloom.simulation.fast.bits.planes import lowest_bit

SILENT = N_AXONS
"""Row of an axon that never spikes."""


class Weave(NamedTuple):
    """The lists; ``x_starts[i] : x_starts[i + 1]`` is where i has its part of x.

    level_starts, cores : cores in an order in which each comes after all that feed it, level by level
    tap_starts (n_cores * 256 + 1), tap_lines : input lines of each axon
    route_starts (n_cores * 256 + 1), route_sources, route_delays : woven neurons that feed each axon
    fan_outs (n_cores * 256) : synapses that are on, of each axon
    neuron_starts (n_cores + 1), neurons : woven neurons of each core, by their index within all neurons
    hops, crossings, leaks, n_planes : of each woven neuron; planes that hold any sum it can have
    group_starts (n_woven + 1), strengths, row_starts (n_groups + 1), rows
    """

    level_starts: np.ndarray
    cores: np.ndarray
    tap_starts: np.ndarray
    tap_lines: np.ndarray
    route_starts: np.ndarray
    route_sources: np.ndarray
    route_delays: np.ndarray
    fan_outs: np.ndarray
    neuron_starts: np.ndarray
    neurons: np.ndarray
    hops: np.ndarray
    crossings: np.ndarray
    leaks: np.ndarray
    n_planes: np.ndarray
    group_starts: np.ndarray
    strengths: np.ndarray
    row_starts: np.ndarray
    rows: np.ndarray


def weave(program: ChipProgram) -> Weave:
    """Give the lists of a streamable program."""
    crossbars = crossbar_words(program)
    synapses = np.zeros((program.n_cores, N_NEURONS, N_AXON_TYPES), np.int64)
    _count_synapses(crossbars, program.axon_types, synapses)
    # half of a deployed network's neurons go nowhere and were switched off; they can never spike and are left out
    neurons = np.flatnonzero(synapses.any(-1) | (program.neurons.leak > 0))
    counts = synapses.reshape(-1, N_AXON_TYPES)[neurons]
    strengths = program.neurons.strengths.reshape(-1, N_AXON_TYPES)[neurons].astype(np.int64)
    # a synapse of strength zero adds nothing, whatever arrives
    counts = np.where(strengths == 0, 0, counts)
    leaks = program.neurons.leak.ravel()[neurons].astype(np.int64)
    return Weave(
        **_levels(program),
        **_taps(program),
        **_routes(program, neurons),
        fan_outs=np.bitwise_count(crossbars).sum(-1, dtype=np.int64).ravel(),
        neuron_starts=np.searchsorted(neurons, np.arange(program.n_cores + 1) * N_NEURONS),
        neurons=neurons,
        hops=route_hops(program).ravel()[neurons].astype(np.int64),
        crossings=route_crossings(program).ravel()[neurons].astype(np.int64),
        leaks=leaks,
        n_planes=_planes_needed(strengths, counts, leaks),
        **_groups(program, crossbars, neurons, counts, strengths),
    )


def _levels(program: ChipProgram) -> dict[str, np.ndarray]:
    levels = core_levels(program)
    cores = np.argsort(levels, kind="stable")
    return {"level_starts": starts_of(levels[cores], int(levels.max(initial=-1)) + 1), "cores": cores}


def _taps(program: ChipProgram) -> dict[str, np.ndarray]:
    axons = program.inputs.tap_cores.astype(np.int64) * N_AXONS + program.inputs.tap_axons
    order = np.argsort(axons, kind="stable")
    lines = program.inputs.tap_lines[order].astype(np.int64)
    return {"tap_starts": starts_of(axons[order], program.n_cores * N_AXONS), "tap_lines": lines}


def _routes(program: ChipProgram, neurons: np.ndarray) -> dict[str, np.ndarray]:
    targets, axons, delays = (
        array.ravel()[neurons].astype(np.int64)
        for array in (program.routes.cores, program.routes.axons, program.routes.delays)
    )
    sources = np.flatnonzero(targets >= 0)
    keys = targets[sources] * N_AXONS + axons[sources]
    # by axon, so that all that feed one lie together; stable, so that equal programs give equal lists
    order = np.argsort(keys, kind="stable")
    sources = sources[order]
    starts = starts_of(keys[order], program.n_cores * N_AXONS)
    return {"route_starts": starts, "route_sources": sources, "route_delays": delays[sources].astype(np.uint64)}


def _groups(
    program: ChipProgram, crossbars: np.ndarray, neurons: np.ndarray, counts: np.ndarray, strengths: np.ndarray
) -> dict[str, np.ndarray]:
    # whole steps of counting, so that the inner loop has no remainder
    padded = -(-counts // ROWS_AT_ONCE) * ROWS_AT_ONCE  # rows of each woven neuron and type
    ends = padded.cumsum().reshape(padded.shape)
    n_groups = -(-padded // COUNT_MAX)
    # 16 bits a row: the lists of a large ensemble are read once a plane and should stay in the cache
    rows = np.full(int(padded.sum()), SILENT, np.uint16)
    places = np.full((program.n_cores * N_NEURONS, N_AXON_TYPES), -1)
    # where each neuron's next row of a type goes; -1 for what is not woven
    places[neurons] = np.where(strengths == 0, -1, ends - padded)
    _fill_rows(crossbars, program.axon_types, places, rows)
    within = np.arange(int(n_groups.sum())) - np.repeat(n_groups.cumsum() - n_groups.ravel(), n_groups.ravel())
    row_starts = np.repeat((ends - padded).ravel(), n_groups.ravel()) + within * COUNT_MAX
    return {
        "group_starts": np.append(0, n_groups.sum(1).cumsum()),
        "strengths": np.repeat(strengths.ravel(), n_groups.ravel()),
        "row_starts": np.append(row_starts, len(rows)),
        "rows": rows,
    }


def _planes_needed(strengths: np.ndarray, counts: np.ndarray, leaks: np.ndarray) -> np.ndarray:
    """Give the planes of a signed number that holds every partial sum of input + leak - 1."""
    # one plane more than the largest sum needs, for the sign
    largest = (abs(strengths) * counts).sum(1) + abs(leaks) + 1
    return np.ceil(np.log2(largest + 1)).astype(np.int64) + 1


@kernel
def _count_synapses(crossbars: Any, axon_types: Any, found: Any) -> None:
    """Add the synapses of every neuron to its axon types."""
    for core in range(len(crossbars)):
        for axon in range(N_AXONS):
            axon_type = axon_types[core, axon]
            for word in range(N_NEURONS // WORD_BITS):
                bits = crossbars[core, axon, word]
                while bits:
                    found[core, WORD_BITS * word + lowest_bit(bits), axon_type] += 1
                    bits &= bits - np.uint64(1)


@kernel
def _fill_rows(crossbars: Any, axon_types: Any, places: Any, rows: Any) -> None:
    """Write each axon into the rows of its neurons; `places` moves on, and is -1 where a type has no strength."""
    for core in range(len(crossbars)):
        for axon in range(N_AXONS):
            axon_type = axon_types[core, axon]
            for word in range(N_NEURONS // WORD_BITS):
                bits = crossbars[core, axon, word]
                while bits:
                    neuron = core * N_NEURONS + WORD_BITS * word + lowest_bit(bits)
                    place = places[neuron, axon_type]
                    if place >= 0:
                        rows[place] = axon
                        places[neuron, axon_type] = place + 1
                    bits &= bits - np.uint64(1)
