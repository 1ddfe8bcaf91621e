"""Every stream of chance that a root seed feeds, each by a key of its own: two that share none share no number.

On the chip and in its inputs the counter-based hash of `spikeloom.randomness.draws` begins with `CORE_STREAM` or
`INPUT_STREAM`. Everything else draws from a NumPy generator that is spawned from the root seed by a key below.
"""

from __future__ import annotations

import numpy as np

from spikeloom.randomness.draws import draw

# First key of a counter-based draw: the letters "inpu", "core", "draw" and "move".
INPUT_STREAM = 0x696E7075
CORE_STREAM = 0x636F7265
DRAW_STREAM = 0x64726177
MOTION_STREAM = 0x6D6F7665

# Purposes of a neuron's draws in one tick: 0 .. 255 are its synapses, by axon.
LEAK_PURPOSE = 256
THRESHOLD_PURPOSE = 257

# First keys of the generators that are spawned from a root seed; the split's seed is its own, and so is its key.
# A fault's key is one long, an epoch's two, a process's three: none is another's.
_SYNAPSES, _START, _FAULTS, _EPOCH = 0, 1, 2, 2
_SPLIT = 0

SPLIT_SEED = 0  # of every recipe, whatever its own seed, so that all seeds are judged on the same examples


def core_seed(root_seed: int, member: int, core: np.ndarray | int) -> np.ndarray:
    """Give the seed of a member's core, the same alone or among many members."""
    return draw(CORE_STREAM, root_seed, member, core)


def seed_of_draw(seed: int, number: int) -> int:
    """Give the root seed of one of several draws: the seed itself for draw 0, and a hash of both for the others.

    So a program deployed with a seed is draw 0 of that seed, and neighbouring seeds share no draws.
    """
    return seed if number == 0 else int(draw(DRAW_STREAM, seed, number))


def synapse_generator(seed: int, member: int) -> np.random.Generator:
    """Give the generator of a member's synapses, the same alone or among many members."""
    return _spawned(seed, _SYNAPSES, member)


def split_generator() -> np.random.Generator:
    """Give the generator that holds out the validation split."""
    return _spawned(SPLIT_SEED, _SPLIT)


def start_generator(seed: int) -> np.random.Generator:
    """Give the generator of a network as it is before training."""
    return _spawned(seed, _START)


def fault_generator(seed: int) -> np.random.Generator:
    """Give the generator of broken parts and noisy inputs."""
    return _spawned(seed, _FAULTS)


def epoch_seed(seed: int, epoch: int) -> int:
    """Give the seed of an epoch's own generator, so that no state of a generator need be kept to go on."""
    return int(np.random.SeedSequence(seed, spawn_key=(_EPOCH, epoch)).generate_state(1, np.uint32)[0])


def process_seed(seed: int, epoch: int, rank: int) -> int:
    """Give the seed of what one of several processes draws of its own examples in an epoch."""
    return int(np.random.SeedSequence(seed, spawn_key=(_EPOCH, epoch, rank)).generate_state(1, np.uint32)[0])


def validation_seed(seed: int) -> int:
    """Give the seed of the spikes by which the training network itself is judged: the root, alike after every epoch."""
    return seed


def _spawned(seed: int, *key: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
