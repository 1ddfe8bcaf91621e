r"""The learned network's own forward pass in NumPy: spike probabilities layer by layer, without sampling anything.

    x = 1 - prod (1 - n)  over the neurons that share the axon
    mu = b + sum x c s,   var = sum x c (1 - x c) s^2,   n = Phi((mu - boundary) / sqrt(var + floor))

Source: Esser et al. 2015, eq. 4 to 7. Training has the same equations with their gradients, in torch.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from spikeloom.interface.delays import NOW, delayed
from spikeloom.interface.encode import coded_rows
from spikeloom.network.learned import Convention, LearnedLayer, LearnedNetwork
from spikeloom.network.topology import UNUSED

_BATCH = 1000


def class_means(network: LearnedNetwork, values: np.ndarray) -> np.ndarray:
    """Give the mean spike probability of each class's neurons, (n_images, n_classes).

    Parameters
    ----------
    network : LearnedNetwork
    values : (n_images, n_values) float32
        In [0, 1].
    """
    voters = network.classes[:, None] == np.arange(network.topology.n_classes)
    n_ticks, delays = network.interface.ticks_per_image, network.interface.delays
    rows, lasting = coded_rows(network.interface, values)
    if delays != NOW:
        rows, lasting = delayed(rows.repeat(lasting, axis=0), n_ticks, delays), 1
    batches = np.split(rows, range(_BATCH, len(rows), _BATCH))
    votes = [_output_probabilities(network, batch) @ voters.astype(np.float32) for batch in batches]
    means = np.concatenate(votes) / voters.sum(0)
    by_tick = means.reshape(len(values), -1, means.shape[1]).repeat(lasting, axis=1)  # (n_images, n_ticks, n_classes)
    return by_tick[:, network.interface.readout.skip :].mean(1)


def spike_probabilities(layer: LearnedLayer, convention: Convention, values: np.ndarray) -> np.ndarray:
    """Give the spike probability of every neuron of a layer, (n_images, n_cores * n_neurons).

    Parameters
    ----------
    layer : LearnedLayer
    convention : Convention
    values : (n_images, n_values)
        Of the layer below.
    """
    # -1 reads the last value, which the mask then takes away
    spiking = np.where(layer.sources == UNUSED, 0, values[:, layer.sources])  # (n_images, n_cores, n_axons, n_sharing)
    axons = any_spikes(spiking).transpose(1, 0, 2)
    weights = layer.probabilities * layer.synaptic_strengths
    mean = axons @ weights + layer.biases[:, None, :]
    variance = axons @ (weights * layer.synaptic_strengths) - axons**2 @ weights**2
    deviation = np.sqrt(np.maximum(variance, 0) + convention.variance_floor)
    spikes = ndtr((mean - convention.boundary) / deviation)  # (n_cores, n_images, n_neurons)
    return spikes.transpose(1, 0, 2).reshape(len(values), -1)


def any_spikes(probabilities: np.ndarray) -> np.ndarray:
    """Give the probability that any of those on the last axis spikes."""
    return probabilities[..., 0] if probabilities.shape[-1] == 1 else 1 - (1 - probabilities).prod(-1)


def _output_probabilities(network: LearnedNetwork, values: np.ndarray) -> np.ndarray:
    for layer in network.layers:
        values = spike_probabilities(layer, network.convention, values)
    return values
