"""How far the Gaussian spike probability is from the exact distribution of the sum."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr

N_AXONS, N_NEURONS, N_EXAMPLES = 256, 24, 4
VARIANCE_FLOOR = 0.01


def rows() -> list[dict[str, Any]]:
    """Give mean and largest error for dense and sparse inputs and both boundaries."""
    found = []
    for density in (1.0, 0.2, 0.03):
        for boundary in (0.5, 0.0):
            error = _errors(density, boundary)
            work = f"Gaussian, {density:.0%} of axons active, boundary {boundary}"
            found += [
                {"work": work, "what": "mean error of P(spike)", "value": float(error.mean()), "unit": ""},
                {"work": work, "what": "largest error of P(spike)", "value": float(error.max()), "unit": ""},
            ]
    return found


def _errors(density: float, boundary: float) -> np.ndarray:
    rng = np.random.default_rng(4)
    spikes = rng.random((N_AXONS, N_EXAMPLES)) * (rng.random((N_AXONS, N_EXAMPLES)) < density)
    synapses = rng.random((N_AXONS, N_NEURONS))
    strengths = rng.integers(-2, 3, (N_AXONS, N_NEURONS))
    on = spikes[:, None, :] * synapses[:, :, None]  # (n_axons, n_neurons, n_examples)
    mean = (on * strengths[:, :, None]).sum(0)
    variance = (on * (1 - on) * strengths[:, :, None] ** 2).sum(0)
    return abs(ndtr((mean - boundary) / np.sqrt(variance + VARIANCE_FLOOR)) - _exact(on, strengths))


def _exact(on: np.ndarray, strengths: np.ndarray) -> np.ndarray:
    """Give P(sum >= 1) from the distribution of the sum, built up axon by axon."""
    reach = int(abs(strengths).sum(0).max())
    distribution = np.zeros((2 * reach + 1, *on.shape[1:]))
    distribution[reach] = 1
    for chance, strength in zip(on, strengths, strict=True):
        for neuron, amount in enumerate(strength):
            moved = np.roll(distribution[:, neuron], amount, axis=0)
            distribution[:, neuron] += chance[neuron] * (moved - distribution[:, neuron])
    return distribution[reach + 1 :].sum(0)
