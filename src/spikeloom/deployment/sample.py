"""Sample probabilities into on/off synapses, and biases into integer leaks."""

from __future__ import annotations

import numpy as np

from spikeloom.chip.limits import LEAK_LIMIT
from spikeloom.network.learned import BiasRounding, LearnedLayer

_ROUNDINGS = {"trunc": np.trunc, "ceil": np.ceil, "nearest": np.rint}


def sample_crossbars(layer: LearnedLayer, rng: np.random.Generator) -> np.ndarray:
    """Draw every synapse on or off, (n_cores, n_axons, n_neurons) bool."""
    return rng.random(layer.probabilities.shape, np.float32) < layer.probabilities


def integer_leaks(biases: np.ndarray, rounding: BiasRounding) -> np.ndarray:
    """Round biases to what a leak can hold, int16.

    With an integer sum, ``sum + b > 0`` is exactly ``sum + ceil(b) >= 1``. The paper drops the fraction (trunc), which
    makes neurons with a positive bias fire less than trained. A network trained with its boundary at one half has
    its biases on the integers' own scale, and `nearest` fits it best.
    """
    return np.clip(_ROUNDINGS[rounding](biases), -LEAK_LIMIT, LEAK_LIMIT).astype(np.int16)
