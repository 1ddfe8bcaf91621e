"""Programs as broken hardware would run them: dead cores, dead neurons, synapses stuck off or on.

A share of the parts fails, drawn by a generator; the program is otherwise as it was.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spikeloom.chip.core import pack_crossbars, unpack_crossbars
from spikeloom.chip.limits import N_NEURONS
from spikeloom.chip.program import NOWHERE, ChipProgram


def with_dead_cores(program: ChipProgram, share: float, rng: np.random.Generator) -> ChipProgram:
    """Give the program with a share of its cores silent."""
    dead = np.zeros(program.n_cores, bool)
    dead[rng.permutation(program.n_cores)[: round(share * program.n_cores)]] = True
    return _silenced(program, np.broadcast_to(dead[:, None], (program.n_cores, N_NEURONS)))


def with_dead_neurons(program: ChipProgram, share: float, rng: np.random.Generator) -> ChipProgram:
    """Give the program with each neuron silent with this probability."""
    return _silenced(program, rng.random((program.n_cores, N_NEURONS)) < share)


def with_stuck_synapses(program: ChipProgram, share: float, rng: np.random.Generator) -> ChipProgram:
    """Give the program with each synapse stuck with this probability, off or on alike."""
    crossbars = unpack_crossbars(program.crossbars)
    stuck = rng.random(crossbars.shape, np.float32) < share
    stuck &= (program.routes.cores != NOWHERE)[:, None, :]  # neurons that go nowhere stay switched off
    drawn = rng.random(crossbars.shape, np.float32) < 0.5
    return replace(program, crossbars=pack_crossbars(np.where(stuck, drawn, crossbars)))


def _silenced(program: ChipProgram, dead: np.ndarray) -> ChipProgram:
    """Cut dead neurons off: whatever they do reaches nothing, and their synapses cost no events."""
    crossbars = unpack_crossbars(program.crossbars) & ~dead[:, None, :]
    routes = replace(program.routes, cores=np.where(dead, np.int32(NOWHERE), program.routes.cores))
    return replace(program, crossbars=pack_crossbars(crossbars), routes=routes)
