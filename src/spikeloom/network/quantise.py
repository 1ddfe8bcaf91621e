"""Eight bits a probability and 1/64 a bias step: how the shipped networks are kept small."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spikeloom.network.learned import LearnedNetwork

PROBABILITY_STEPS = 255  # steps between 0 and 1, one byte
BIAS_STEPS = 64  # steps between two integers


def quantise(network: LearnedNetwork) -> LearnedNetwork:
    """Round every probability and every bias to its nearest step; what is rounded already stays as it is."""
    layers = tuple(
        replace(
            layer,
            probabilities=from_steps(to_steps(layer.probabilities)),
            # exact in float32, so that a file read and written again keeps every bit
            biases=np.round(layer.biases * BIAS_STEPS) / np.float32(BIAS_STEPS),
        )
        for layer in network.layers
    )
    return replace(network, layers=layers)


def to_steps(probabilities: np.ndarray) -> np.ndarray:
    """Give the nearest step of each probability, uint8."""
    return np.round(probabilities * PROBABILITY_STEPS).astype(np.uint8)


def from_steps(steps: np.ndarray) -> np.ndarray:
    """Give the probabilities of their steps, float32."""
    return steps.astype(np.float32) / np.float32(PROBABILITY_STEPS)
