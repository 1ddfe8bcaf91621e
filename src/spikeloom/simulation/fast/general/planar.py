"""How the general path lays a program out: every neuron parameter as planes, 256 neurons a plane.

Plane p of a number holds its bit p for all neurons of a core. Cores with the same parameters share them, so that a
chip of like cores keeps its parameters in the cache.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from spikeloom.chip.limits import (
    DELAY_MAX,
    LEAK_LIMIT,
    MASK_BITS_MAX,
    N_AXON_TYPES,
    N_AXONS,
    N_NEURONS,
    PACKET_OFFSET_MIN,
    POTENTIAL_MAX,
    STRENGTH_LIMIT,
    THRESHOLD_MAX,
)
from spikeloom.chip.neuron import RESET_BY_THRESHOLD, RESET_TO_VALUE, Neurons
from spikeloom.chip.program import ChipProgram, Routes, route_crossings, route_hops
from spikeloom.errors import ProgramError
from spikeloom.simulation.fast.bits.lists import crossbar_words, starts_of
from spikeloom.simulation.fast.bits.memory import aligned, zeros

NEURON_WORDS = N_NEURONS // 64
ROWS = N_AXONS + 1
"""Rows of a core's crossbar; the last one is empty, to fill up whole steps of counting."""
POTENTIAL_PLANES = POTENTIAL_MAX.bit_length() + 1  # with the sign
RING = DELAY_MAX + 1  # ticks that a spike may be on its way
SIZE_PLANES = STRENGTH_LIMIT.bit_length()  # of a strength, whose sign has a plane of its own
LEAK_PLANES = LEAK_LIMIT.bit_length() + 1
THRESHOLD_PLANES = THRESHOLD_MAX.bit_length()
RESET_PLANES = POTENTIAL_PLANES  # as wide as what it replaces, so that it is added without a carry beyond

# Where each parameter begins in the planes of a core.
STRENGTH_SIZES = 0
STRENGTH_SIGNS = STRENGTH_SIZES + N_AXON_TYPES * SIZE_PLANES
SYNAPSE_CHANCE = STRENGTH_SIGNS + N_AXON_TYPES
LEAK = SYNAPSE_CHANCE + N_AXON_TYPES
LEAK_CHANCE = LEAK + LEAK_PLANES
LEAK_REVERSAL = LEAK_CHANCE + 1
THRESHOLD = LEAK_REVERSAL + 1
NEGATIVE_THRESHOLD = THRESHOLD + THRESHOLD_PLANES
MASK = NEGATIVE_THRESHOLD + THRESHOLD_PLANES
RESET = MASK + MASK_BITS_MAX
TO_VALUE = RESET + RESET_PLANES
BY_THRESHOLD = TO_VALUE + 1
SATURATE = BY_THRESHOLD + 1
N_PLANES = SATURATE + 1

WAY_CROSSING = 2 ** (-2 * PACKET_OFFSET_MIN).bit_length()  # above all hops that a packet can go
N_CORES_MAX = 2**31 // (N_AXONS * RING)


class PlanarLayout(NamedTuple):
    """What the kernel of the general path walks.

    crossbars : (n_cores * ROWS * 4,) uint64
        Rows of neurons as bits, the last one empty; here and below the axons of a core are sorted by type.
    axons : (n_cores, n_axons) int64
        The number each of them has in the program.
    axons_of_type : (n_cores * n_axon_types * 4,) uint64, axons as bits
    seeds : (n_cores,) uint32
    sets : (n_cores,) int64
        Which of the distinct parameter sets a core has.
    parameters : (n_sets * N_PLANES * 4,) uint64
    occupied : (n_sets, N_PLANES) bool
        Planes in which a bit is set; the others need no work.
    largest : (n_sets, n_axon_types) int64
        Largest size of a strength.
    widths : (n_sets, 3) int64
        Planes up to the highest that is occupied, of threshold, negative threshold and mask.
    magnitudes : (n_sets * (n_axon_types + 1), n_neurons) uint8
        Sizes of each set's strengths and leak, to be compared with random numbers.
    targets : (n_cores * n_neurons,) int32
        Index of the axon within all axons, times 16, plus the delay; -1 for nowhere; -2 - line for an output line.
    ways : (n_cores * n_neurons,) uint16
        Hops of each neuron's route, and WAY_CROSSING times the seams between chips that it crosses.
    tap_starts (n_cores + 1), tap_lines, tap_axons : input lines that reach each core, and the axon
    """

    crossbars: np.ndarray
    axons: np.ndarray
    axons_of_type: np.ndarray
    seeds: np.ndarray
    sets: np.ndarray
    parameters: np.ndarray
    occupied: np.ndarray
    largest: np.ndarray
    widths: np.ndarray
    magnitudes: np.ndarray
    targets: np.ndarray
    ways: np.ndarray
    tap_starts: np.ndarray
    tap_lines: np.ndarray
    tap_axons: np.ndarray


def planar(program: ChipProgram) -> PlanarLayout:
    """Give the planes and lists of any program.

    Raises
    ------
    ProgramError
        If it has more axons than the lists can number.
    """
    if program.n_cores > N_CORES_MAX:
        raise ProgramError(
            f"program: {program.n_cores:,} cores; the fast back end runs {N_CORES_MAX:,}; split the program"
        )
    # Axons by type: rows that share a strength are counted together, and a type's rows then lie together in memory.
    axons = np.argsort(program.axon_types, axis=1, kind="stable")
    places = np.argsort(axons, axis=1)  # of each axon among those sorted
    sorted_types = np.take_along_axis(program.axon_types, axons, 1)
    # a chip of like cores keeps one set of parameters, which stays in the cache, in place of thousands
    firsts, sets = _distinct_cores(program.neurons)
    neurons = program.neurons[firsts]
    parameters = parameter_planes(neurons)
    in_use = np.any(parameters != 0, axis=-1)
    inputs = program.inputs
    order = np.argsort(inputs.tap_cores, kind="stable")
    return PlanarLayout(
        crossbars=_rows(np.take_along_axis(crossbar_words(program), axons[..., None], 1)),
        axons=axons,
        axons_of_type=words(sorted_types[:, None, :] == np.arange(N_AXON_TYPES)[:, None]).ravel(),
        seeds=program.seeds.astype(np.uint32),
        sets=sets,
        parameters=aligned(parameters.ravel()),
        occupied=in_use,
        largest=abs(neurons.strengths.astype(np.int64)).max(1),
        widths=_widths(in_use),
        magnitudes=np.concatenate([abs(neurons.strengths).transpose(0, 2, 1), abs(neurons.leak)[:, None]], axis=1)
        .reshape(-1, N_NEURONS)
        .astype(np.uint8),
        # one 32-bit number a neuron: a spike costs one fetch, not three
        targets=_targets(program.routes, places).ravel(),
        ways=(route_hops(program) + WAY_CROSSING * route_crossings(program)).astype(np.uint16).ravel(),
        tap_starts=starts_of(inputs.tap_cores[order], program.n_cores),
        tap_lines=inputs.tap_lines[order].astype(np.int64),
        tap_axons=places[inputs.tap_cores, inputs.tap_axons][order],
    )


def _rows(crossbars: np.ndarray) -> np.ndarray:
    # a row of 256 neurons is half a cache line; aligned, none lies across two
    rows = zeros(len(crossbars), ROWS, NEURON_WORDS)
    rows[:, :N_AXONS] = crossbars
    return rows.ravel()


def _targets(routes: Routes, places: np.ndarray) -> np.ndarray:
    axon = places[np.where(routes.to_cores, routes.cores, 0), np.where(routes.to_cores, routes.axons, 0)]
    axons = (routes.cores * np.int64(N_AXONS) + axon) * RING + routes.delays
    return np.where(routes.to_cores, axons, np.where(routes.to_outputs, -2 - routes.axons, -1)).astype(np.int32)


def parameter_planes(neurons: Neurons) -> np.ndarray:
    """Give (n_cores, N_PLANES, 4) uint64; what is drawn at random has size 1 here, and chance takes it away."""
    # by chance a synapse adds its sign alone: size 1 here, and `lucky` takes it away where the draw is above its size
    chance = neurons.stochastic_synapse & (neurons.strengths != 0)
    sizes = np.where(chance, 1, abs(neurons.strengths.astype(np.int64)))
    leaks = np.where(neurons.stochastic_leak, np.sign(neurons.leak), neurons.leak)
    by_type = [
        *(bits(sizes[..., axon_type], SIZE_PLANES) for axon_type in range(N_AXON_TYPES)),
        (neurons.strengths < 0).transpose(0, 2, 1),
        chance.transpose(0, 2, 1),
    ]
    by_neuron = [
        bits(leaks, LEAK_PLANES),
        (neurons.stochastic_leak & (neurons.leak != 0))[:, None],
        neurons.leak_reversal[:, None],
        bits(neurons.threshold, THRESHOLD_PLANES),
        bits(neurons.negative_threshold, THRESHOLD_PLANES),
        neurons.mask_bits[:, None] > np.arange(MASK_BITS_MAX)[:, None],
        bits(neurons.reset, RESET_PLANES),
        (neurons.reset_mode == RESET_TO_VALUE)[:, None],
        (neurons.reset_mode == RESET_BY_THRESHOLD)[:, None],
        neurons.saturate[:, None],
    ]
    return words(np.concatenate(by_type + by_neuron, axis=1))


def bits(numbers: np.ndarray, n_planes: int) -> np.ndarray:
    """Give the lowest bits of whole numbers, two's complement, (..., n) -> (..., n_planes, n) bool."""
    return (numbers[..., None, :].astype(np.int64) >> np.arange(n_planes)[:, None]) & 1 == 1


def numbers(planes: np.ndarray) -> np.ndarray:
    """Give the signed numbers of planes, (..., n_planes, 4) uint64 -> (..., 256) int32."""
    weights = 1 << np.arange(planes.shape[-2], dtype=np.int32)
    weights[-1] *= -1
    return np.einsum("...pn,p->...n", single_bits(planes).astype(np.int32), weights)


def single_bits(planes: np.ndarray) -> np.ndarray:
    """Give (..., 4) uint64 as (..., 256) bool."""
    return np.unpackbits(planes.astype("<u8", copy=False).view(np.uint8), axis=-1, bitorder="little").astype(bool)


def words(single: np.ndarray) -> np.ndarray:
    """Pack (..., 256) bool into (..., 4) uint64."""
    packed = np.packbits(single, axis=-1, bitorder="little")
    return packed.view("<u8").astype(np.uint64, copy=False)


def _widths(occupied: np.ndarray) -> np.ndarray:
    parts = (THRESHOLD, NEGATIVE_THRESHOLD, MASK)
    places = np.arange(1, THRESHOLD_PLANES + 1)
    return np.stack([(occupied[:, part : part + THRESHOLD_PLANES] * places).max(1) for part in parts], 1)


def _distinct_cores(neurons: Neurons) -> tuple[np.ndarray, np.ndarray]:
    """Give the first core of each distinct parameter set, and the set of every core."""
    rows = np.concatenate(
        [np.ascontiguousarray(array).reshape(len(array), -1).view(np.uint8) for _, array in neurons.items()], axis=1
    )
    # compared byte by byte: two cores are alike only where every parameter of every neuron is
    seen: dict[bytes, int] = {}
    sets = np.array([seen.setdefault(row.tobytes(), len(seen)) for row in rows])
    return np.unique(sets, return_index=True)[1], sets
