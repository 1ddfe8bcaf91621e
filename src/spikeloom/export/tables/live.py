"""What of a program can reach an output line; the rest costs a table nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.value import Value


@dataclass(frozen=True, eq=False, repr=False)
class Live(Value):
    """Axons and neurons that can matter to an output.

    axons : (n_cores, n_axons) bool
        Fed by an input line or a neuron that is live, and heard by a neuron that is.
    neurons : (n_cores, n_neurons) bool
        They feed an output line, or an axon that is live.
    synapses : (n_cores, n_axons, n_neurons) bool
        On, of a strength other than zero, between such axons and neurons.
    """

    axons: np.ndarray
    neurons: np.ndarray
    synapses: np.ndarray


def live_parts(program: ChipProgram) -> Live:
    """Give what can reach an output, by leaving out dead ends until none is left."""
    synapses = np.stack([program.core(core).weights != 0 for core in range(program.n_cores)])
    routes, lines = program.routes, program.inputs
    axons = np.ones(program.axon_types.shape, bool)
    while True:
        targets = np.where(routes.to_cores, routes.cores, 0), np.where(routes.to_cores, routes.axons, 0)
        neurons = routes.to_outputs | (routes.to_cores & axons[targets])
        fed = np.zeros(axons.shape, bool)
        fed[lines.tap_cores, lines.tap_axons] = True
        feeding = neurons & routes.to_cores
        fed[routes.cores[feeding], routes.axons[feeding]] = True
        heard = (synapses & neurons[:, None, :]).any(2)
        left = axons & fed & heard
        if (left == axons).all():
            return Live(axons, neurons, synapses & axons[:, :, None] & neurons[:, None, :])
        axons = left
