"""What is timed: the paper's largest network on real images, and a full chip of recurrent cores."""

from __future__ import annotations

import numpy as np

from spikeloom.chip.assemble import assemble
from spikeloom.chip.core import pack_crossbars
from spikeloom.chip.limits import N_AXON_TYPES, N_AXONS, N_NEURONS
from spikeloom.chip.neuron import RESET_BY_THRESHOLD, neurons
from spikeloom.chip.program import ChipProgram, InputLines, OutputLines, Routes
from spikeloom.randomness.streams import core_seed

_LEAK = 10
_DELAYS = 15
# An axon that many neurons share would spike less often than they do together, so each is fed by one.


def recurrent_chip(n_cores: int, activity: float, seed: int = 0) -> ChipProgram:
    """Give cores that feed each other at random, half of the synapses on, a share `activity` of the axons per tick.

    Excitation and inhibition balance, so a neuron's rate is its leak over its threshold; starts are spread evenly.
    """
    rng = np.random.default_rng(seed)
    shape = (n_cores, N_NEURONS)
    threshold = round(_LEAK / activity)
    targets, axons = np.divmod(rng.permutation(n_cores * N_AXONS), N_AXONS)
    none = np.zeros(0, np.int32)
    return assemble(
        axon_types=np.tile(np.repeat(np.arange(N_AXON_TYPES, dtype=np.uint8), N_AXONS // N_AXON_TYPES), (n_cores, 1)),
        crossbars=_half_on(n_cores, rng),
        neurons=neurons(
            shape,
            strengths=np.array([-2, -1, 1, 2]),
            leak=_LEAK,
            threshold=threshold,
            negative_threshold=2**17,
            reset_mode=RESET_BY_THRESHOLD,
        ),
        potentials=rng.integers(0, threshold, shape).astype(np.int32),
        seeds=core_seed(seed, 0, np.arange(n_cores)),
        routes=Routes(
            targets.reshape(shape).astype(np.int32),
            axons.reshape(shape).astype(np.int32),
            rng.integers(1, _DELAYS + 1, shape).astype(np.uint8),
        ),
        inputs=InputLines(none, none, none, none, none),
        outputs=OutputLines(none, none),
    )


def _half_on(n_cores: int, rng: np.random.Generator) -> np.ndarray:
    """Give packed crossbars of which every synapse is on with probability one half."""
    packed = pack_crossbars(np.zeros((1, N_AXONS, N_NEURONS), bool)).shape[1:]
    return rng.integers(0, 256, (n_cores, *packed), dtype=np.uint8)
