"""When a spike is seen: whether all that meets in a core is of one age, so that an example goes through it at once."""

from __future__ import annotations

from dataclasses import replace
from graphlib import CycleError

import numpy as np

from spikeloom.chip.paths import core_levels, memoryless_neurons
from spikeloom.chip.program import NOWHERE, ChipProgram
from spikeloom.export.tables.live import Live


def why_not_layered(program: ChipProgram, live: Live) -> str | None:
    """Give the first reason why a program cannot be run core after core on one tick's spikes; None where it can.

    It can where nothing is kept from tick to tick, nothing is drawn, and all spikes that meet are of one age: its
    outputs then answer the inputs of one tick, as the chip does some ticks later.
    """
    kept = np.argwhere(live.neurons & ~memoryless_neurons(program))
    if len(kept):
        core, neuron = kept[0]
        return f"core {core}, neuron {neuron} keeps a potential from tick to tick or draws at random"
    try:
        ages = core_ages(program, live)
    except CycleError as error:
        return f"cores {' -> '.join(str(core) for core in error.args[1])} form a circle"
    uneven = np.flatnonzero(ages < 0)
    if len(uneven):
        return f"core {uneven[0]} is reached by spikes of different age"
    voting = (live.neurons & program.routes.to_outputs).any(1)
    answering = np.unique(ages[voting])
    if len(answering) > 1:
        return f"output lines answer after {answering[0] + 1} and after {answering[1] + 1} ticks"
    if program.interface is not None and len(answering) and program.interface.latency != answering[0] + 1:
        return (
            f"output lines answer after {answering[0] + 1} ticks, and the interface reads {program.interface.latency}"
        )
    return None


def core_ages(program: ChipProgram, live: Live) -> np.ndarray:
    """Give how many ticks old the input is that each core sees, (n_cores,) int; -1 where spikes of several ages meet.

    Raises
    ------
    graphlib.CycleError
        If routes lead in a circle.
    """
    routes = program.routes
    seen: list[set[int]] = [set() for _ in range(program.n_cores)]
    tapped = live.axons[program.inputs.tap_cores, program.inputs.tap_axons]
    for core in np.unique(program.inputs.tap_cores[tapped]):
        seen[core].add(0)
    ages = np.zeros(program.n_cores, np.int64)
    reachable = replace(program, routes=replace(routes, cores=np.where(live.neurons, routes.cores, NOWHERE)))
    for core in np.argsort(core_levels(reachable), kind="stable"):  # no circle matters that leads to no output
        # a core that nothing feeds spikes by its leaks alone, the same in every tick
        ages[core] = -1 if len(seen[core]) > 1 else next(iter(seen[core]), 0)
        feeding = live.neurons[core] & routes.to_cores[core]
        later = np.unique(np.stack([routes.cores[core], routes.delays[core]], 1)[feeding], axis=0)
        for target, delay in later.tolist():
            seen[target].add(ages[core] + delay if ages[core] >= 0 else -1)
    return ages
