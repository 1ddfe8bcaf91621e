"""Route every neuron to its one axon, input values to their many axons, and voters to output lines."""

from __future__ import annotations

import numpy as np

from spikeloom.chip.limits import DELAY_MIN, N_NEURONS
from spikeloom.chip.program import NOWHERE, TO_OUTPUT, InputLines, OutputLines, Routes
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.topology import UNUSED


def first_cores(network: LearnedNetwork) -> np.ndarray:
    """Give the index of each layer's first core within a member, and the number of cores as last entry."""
    return np.concatenate([[0], np.cumsum([layer.n_cores for layer in network.layers])])


def member_routes(network: LearnedNetwork) -> Routes:
    """Give the routes of one member, its cores counted from 0 and its output lines in the order of its voters."""
    starts = first_cores(network)
    shape = (int(starts[-1]), N_NEURONS)
    cores = np.full(shape, NOWHERE, np.int32)
    axons = np.zeros(shape, np.int32)
    # sources say who feeds an axon; routes say it the other way round, a destination a neuron
    for start, below, layer in zip(starts[1:], starts[:-1], network.layers[1:], strict=False):
        target, axon, sharing = np.nonzero(layer.sources != UNUSED)
        source, neuron = np.divmod(layer.sources[target, axon, sharing], N_NEURONS)
        cores[below + source, neuron] = start + target
        axons[below + source, neuron] = axon
    voters = np.flatnonzero(network.classes >= 0)
    core, neuron = np.divmod(voters, N_NEURONS)
    cores[starts[-2] + core, neuron] = TO_OUTPUT
    axons[starts[-2] + core, neuron] = np.arange(len(voters))
    return Routes(cores, axons, np.full(shape, DELAY_MIN, np.uint8))


def ensemble_routes(routes: Routes, n_outputs: int, n_members: int) -> Routes:
    """Give the routes of members one after another, each to its own cores and output lines."""
    n_cores = len(routes.cores)
    position = np.arange(n_members, dtype=np.int32)[:, None, None]
    cores = np.where(routes.to_cores, routes.cores + position * n_cores, routes.cores)
    axons = np.where(routes.to_outputs, routes.axons + position * n_outputs, routes.axons)
    delays = np.broadcast_to(routes.delays, axons.shape)
    return Routes(*(array.reshape(-1, N_NEURONS) for array in (cores, axons, delays)))


def input_lines(network: LearnedNetwork, members: np.ndarray) -> InputLines:
    """Give one line a member and input value, each reaching every axon that the value feeds."""
    sources = network.layers[0].sources
    core, axon, sharing = np.nonzero(sources != UNUSED)
    values, line = np.unique(sources[core, axon, sharing], return_inverse=True)
    position = np.arange(len(members))[:, None]
    taps = (line + position * len(values), core + position * network.n_cores, axon + position * 0)
    carried = (np.tile(values, len(members)), np.repeat(members, len(values)))
    return InputLines(*(array.ravel().astype(np.int32) for array in (*carried, *taps)))


def output_lines(network: LearnedNetwork, members: np.ndarray) -> OutputLines:
    """Give one line a member and voter, each a vote for the voter's class."""
    classes = network.classes[network.classes >= 0]
    return OutputLines(
        np.tile(classes, len(members)).astype(np.int32), np.repeat(members, len(classes)).astype(np.int32)
    )
