"""Proof, from a program's parameters, that it may be run a core at a time over many ticks.

That is so when every neuron starts and ends each tick at potential zero (memoryless), nothing is drawn at random, and
no path of routes leads back to its start (acyclic).
"""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import numpy as np

from spikeloom.chip.neuron import RESET_TO_VALUE
from spikeloom.chip.program import ChipProgram


def why_not_streaming(program: ChipProgram) -> str | None:
    """Give the first reason why a program cannot be streamed, or None when it can."""
    stateful = np.argwhere(~memoryless_neurons(program))
    if len(stateful):
        core, neuron = stateful[0]
        return f"core {core}, neuron {neuron} keeps a potential from tick to tick or draws at random"
    try:
        core_levels(program)
    except CycleError as error:
        return f"cores {' -> '.join(str(core) for core in error.args[1])} form a circle"
    return None


def memoryless_neurons(program: ChipProgram) -> np.ndarray:
    """Tell which neurons provably start and end every tick at potential zero, (n_cores, n_neurons) bool.

    A spike resets to zero; below zero the potential goes to -0; and with a threshold of 1 every other potential is
    zero already.
    """
    p = program.neurons
    to_zero = (p.threshold == 1) & (p.reset_mode == RESET_TO_VALUE) & (p.reset == 0) & (p.negative_threshold == 0)
    certain = ~p.stochastic_synapse.any(-1) & ~p.stochastic_leak & (p.mask_bits == 0)
    return to_zero & certain & ~p.leak_reversal & (program.potentials == 0)


def core_levels(program: ChipProgram) -> np.ndarray:
    """Give each core's level, (n_cores,) int: one more than the highest of those that feed it, 0 where none does.

    Raises
    ------
    graphlib.CycleError
        If routes lead in a circle.
    """
    sources = np.broadcast_to(np.arange(program.n_cores)[:, None], program.routes.cores.shape)
    routed = program.routes.to_cores
    edges = np.unique(program.routes.cores[routed] * np.int64(program.n_cores) + sources[routed])
    feeders: dict[int, list[int]] = {core: [] for core in range(program.n_cores)}
    for target, source in zip(*(part.tolist() for part in divmod(edges, program.n_cores)), strict=True):
        feeders[target].append(source)
    levels = np.zeros(program.n_cores, np.int64)
    # in an order in which every feeder comes first; a circle has none, and the sorter names it
    for core in TopologicalSorter(feeders).static_order():
        levels[core] = max((levels[feeder] + 1 for feeder in feeders[core]), default=0)
    return levels
