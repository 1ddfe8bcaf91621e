"""One neurosynaptic core: 256 axons of four types, a crossbar of on/off synapses, 256 neurons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spikeloom.chip.neuron import Neurons
from spikeloom.value import Value


@dataclass(frozen=True, eq=False, repr=False)
class Core(Value):
    """A core by itself.

    axon_types : (n_axons,) uint8
    crossbar : (n_axons, n_neurons) bool
    neurons : Neurons of (n_neurons,)
    potentials : (n_neurons,) int32
        Potentials before the first tick.
    seed : int
        Root of the core's random draws.
    """

    axon_types: np.ndarray
    crossbar: np.ndarray
    neurons: Neurons
    potentials: np.ndarray
    seed: int = 0

    @property
    def synaptic_strengths(self) -> np.ndarray:
        """What a synapse between each axon and neuron adds when it is on, (n_axons, n_neurons) int16."""
        return self.neurons.strengths[:, self.axon_types].T

    @property
    def weights(self) -> np.ndarray:
        """Crossbar times strength, (n_axons, n_neurons) int16."""
        return self.synaptic_strengths * self.crossbar


def pack_crossbars(crossbars: np.ndarray) -> np.ndarray:
    """Pack (..., n_axons, n_neurons) bool into bytes along the neurons; neuron 0 is the highest bit of byte 0."""
    # NSCS has the same order, so its rows are these bytes in hexadecimal
    return np.packbits(crossbars, axis=-1)


def unpack_crossbars(packed: np.ndarray) -> np.ndarray:
    """Give (..., n_axons, n_neurons) bool of packed crossbars."""
    return np.unpackbits(packed, axis=-1).astype(bool)
