"""Random valid programs: everything that the chip can do, in a few cores."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from spikeloom.chip.core import pack_crossbars
from spikeloom.chip.neuron import Neurons, memoryless, neurons
from spikeloom.chip.program import (
    NOWHERE,
    TO_OUTPUT,
    ChipProgram,
    InputLines,
    OutputLines,
    Routes,
    place_row_by_row,
)
from spikeloom.chip.validate import validate_program

N_LINES = 30
PLACES = np.array([0, 1, 4095, 4096, 4097, 20_000])  # of the array's cores: several chips


@st.composite
def any_programs(draw: st.DrawFn) -> ChipProgram:
    """Neurons in every mode, circles, delays 1 .. 15, shared axons, shared output lines, several chips."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_cores = draw(st.integers(1, 4))
    shape = (n_cores, 256)
    chance = draw(st.sampled_from([0, 0.3, 1]))  # share of neurons in each stochastic mode
    largest = draw(st.sampled_from([2, 40, 255]))  # strength and leak
    widest = draw(st.sampled_from([0, 6, 18]))  # bits of thresholds, masks and resets
    kinds = draw(st.sampled_from([(1, 256), shape]))  # cores of one kind, or each of its own
    parameters = neurons(
        kinds,
        strengths=rng.integers(-largest, largest + 1, (*kinds, 4)),
        stochastic_synapse=rng.random((*kinds, 4)) < chance,
        leak=rng.integers(-largest, largest + 1, kinds) * draw(st.integers(0, 1)),
        stochastic_leak=rng.random(kinds) < chance,
        leak_reversal=rng.random(kinds) < draw(st.sampled_from([0, 0.5])),
        threshold=rng.integers(0, 2**widest, kinds),
        negative_threshold=rng.integers(0, 2**widest, kinds),
        mask_bits=np.where(rng.random(kinds) < chance, rng.integers(0, widest + 1, kinds), 0),
        reset_mode=rng.integers(0, 3, kinds),
        saturate=rng.random(kinds) < 0.5,
        reset=rng.choice([-1, 1], kinds) * (2 ** rng.integers(0, widest + 1, kinds) - 1),
    )
    every = (np.broadcast_to(array, (n_cores, *array.shape[1:])) for _, array in parameters.items())
    extreme = draw(st.booleans())  # potentials at both ends, so that sums saturate
    potentials = rng.choice([-(2**19), 2**19 - 1], shape) if extreme else rng.integers(-50, 50, shape)
    targets = rng.integers(0, n_cores, shape)
    return _program(draw, rng, Neurons(*every), potentials, targets)


@st.composite
def memoryless_programs(draw: st.DrawFn) -> ChipProgram:
    """The paper's neurons without circles: cores in a random order, any delays."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_cores = draw(st.integers(1, 5))
    shape = (n_cores, 256)
    largest = draw(st.sampled_from([1, 3, 255]))
    strengths, leaks = (rng.integers(-largest, largest + 1, size) for size in ((*shape, 4), shape))
    parameters = memoryless(strengths, leaks)
    order = rng.permutation(n_cores)
    targets = np.full(shape, NOWHERE)
    for place, core in enumerate(order[:-1]):
        targets[core] = rng.choice(order[place + 1 :], 256)
    return _program(draw, rng, parameters, np.zeros(shape), targets)


def _program(draw, rng, parameters, potentials, targets) -> ChipProgram:
    n_cores = len(targets)
    shape = (n_cores, 256)
    density = draw(st.sampled_from([0.01, 0.2, 0.9]))
    used = rng.random(shape) < draw(st.sampled_from([0.3, 1]))  # neurons with synapses
    fate = rng.random(shape)
    targets = np.where(fate < 0.1, NOWHERE, np.where((fate < 0.3) | (targets == NOWHERE), TO_OUTPUT, targets))
    n_outputs = 40
    axons = np.where(targets == TO_OUTPUT, rng.integers(0, n_outputs, shape), rng.integers(0, 256, shape))
    taps = np.stack([rng.integers(0, n, 4 * N_LINES) for n in (N_LINES, n_cores, 256)])
    program = ChipProgram(
        axon_types=rng.integers(0, 4, shape).astype(np.uint8),
        crossbars=pack_crossbars((rng.random((n_cores, 256, 256)) < density) & used[:, None]),
        neurons=parameters,
        potentials=potentials.astype(np.int32),
        seeds=rng.integers(0, 2**32, n_cores, dtype=np.uint32),
        core_members=np.zeros(n_cores, np.int32),
        placement=place_row_by_row(rng.permutation(PLACES)[:n_cores]),
        routes=Routes(targets.astype(np.int32), axons.astype(np.int32), rng.integers(1, 16, shape).astype(np.uint8)),
        inputs=InputLines(np.arange(N_LINES, dtype=np.int32), np.zeros(N_LINES, np.int32), *taps.astype(np.int32)),
        outputs=OutputLines(np.arange(n_outputs, dtype=np.int32), np.zeros(n_outputs, np.int32)),
    )
    validate_program(program)
    return program
