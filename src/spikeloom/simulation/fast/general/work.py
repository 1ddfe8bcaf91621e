"""What the kernels of the general path are handed: what a thread owns, and where in the run it is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Work(NamedTuple):
    """What a thread keeps for itself, so that no two threads write to one place.

    thread : its number
    scratch : (SCRATCH_WORDS,) uint64
        Intermediate results of one core; `spikeloom.simulation.fast.general.scratch` says what lies where, and when.
    keys : (n_neurons,) uint32
        Roots of the random draws of a core's neurons in this tick.
    arrivals : (2 * ARRIVAL_WORDS,) int64
        Crossbar rows that spikes reach, of the core that is worked on and of the next one, in turn.
    """

    thread: int
    scratch: np.ndarray
    keys: np.ndarray
    arrivals: np.ndarray


class Here(NamedTuple):
    """Where a thread is.

    core : index of the core
    set : of its parameters
    tick : since the start of the run, the key of random draws
    row : the same since the start of the piece
    arrivals : word of `Work.arrivals` where the core's own list begins
    """

    core: int
    set: int
    tick: int
    row: int
    arrivals: int
