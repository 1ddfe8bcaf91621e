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
    # compared, not inverted: a program is checked before its numbers have the types of the chip
    certain = ~p.stochastic_synapse.any(-1) & (p.stochastic_leak == 0) & (p.mask_bits == 0)
    return to_zero & certain & (p.leak_reversal == 0) & (program.potentials == 0)


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


def answer_ages(program: ChipProgram) -> tuple[int, int | None] | None:
    """Give after how many ticks an input can reach an output line at the earliest, and at the latest.

    Returns
    -------
    earliest and latest, None for the latest where routes lead in a circle; None where no input reaches an output
    """
    routes, n_cores = program.routes, program.n_cores
    source, neuron = np.nonzero(routes.to_cores)
    edges = np.unique(np.stack([source, routes.cores[source, neuron], routes.delays[source, neuron]], 1), axis=0)
    voting = routes.to_outputs.any(1)
    tapped = np.unique(program.inputs.tap_cores)
    earliest = _ages(n_cores, tapped, edges.astype(np.int64), np.minimum, _NEVER)
    if not (earliest[voting] < _NEVER).any():
        return None
    try:
        core_levels(program)
    except CycleError:
        return int(earliest[voting].min()), None
    latest = _ages(n_cores, tapped, edges.astype(np.int64), np.maximum, -_NEVER)
    return int(earliest[voting].min()), int(latest[voting].max())


_NEVER = 2**40


def _ages(n_cores: int, tapped: np.ndarray, edges: np.ndarray, choose: np.ufunc, never: int) -> np.ndarray:
    """Give the age of an input that each core sees, of all the ways by which it comes the one that is chosen."""
    ages = np.full(n_cores, never, np.int64)
    ages[tapped] = 0
    source, target, delays = edges.T
    for _ in range(n_cores):  # a way is no longer than that
        before = ages.copy()
        known = ages[source] != never
        choose.at(ages, target[known], ages[source[known]] + delays[known])
        if (ages == before).all():
            break
    return ages
