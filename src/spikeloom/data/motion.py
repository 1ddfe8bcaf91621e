"""Moving MNIST: digits that drift over a small torus; the class is the direction, so that one frame says nothing.

Every digit is halved in size and lies somewhere on 16 x 16 pixels whose edges meet. In each of eight frames it has
moved by one pixel in one of eight directions. Where it lies in a frame is uniform whatever the direction, so that only
several frames together tell it. Place and direction are draws of the counter-based hash: always the same.
"""

from __future__ import annotations

import numpy as np

from spikeloom.data.datasets import Dataset, from_arrays
from spikeloom.randomness.draws import draw, extend
from spikeloom.randomness.streams import MOTION_STREAM

DIRECTIONS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
_STEPS = np.array([(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)])  # down, right
SIDE, N_FRAMES = 16, 8


def moving(digits: Dataset, split: int, source: str | None = None) -> Dataset:
    """Give drifting copies of digits, (n, 8, 16, 16, 1) uint8, each with its direction as label.

    Parameters
    ----------
    digits : Dataset of (n, 28, 28, 1) uint8
    split : int
        Part of the key of all draws: 0 for training digits, 1 for test digits.
    """
    keys = draw(MOTION_STREAM, split, np.arange(len(digits)))
    rows, columns, directions = (_drawn(keys, purpose, n) for purpose, n in ((0, SIDE), (1, SIDE), (2, len(_STEPS))))
    small = _halved(digits.images[..., 0])
    frames = np.zeros((len(digits), N_FRAMES, SIDE, SIDE), np.uint8)
    examples = np.arange(len(digits))[:, None, None]
    side = np.arange(small.shape[1])
    for frame in range(N_FRAMES):
        down, right = (np.stack([rows, columns], 1) + frame * _STEPS[directions]).T
        row, column = ((start[:, None] + side) % SIDE for start in (down, right))
        frames[examples, frame, row[:, :, None], column[:, None, :]] = small
    return from_arrays(frames[..., None], directions, DIRECTIONS, source=source)


def _drawn(keys: np.ndarray, purpose: int, n: int) -> np.ndarray:
    """Give a number below n, a power of two, for each key."""
    return (extend(keys, purpose) % np.uint32(n)).astype(np.int64)


def _halved(images: np.ndarray) -> np.ndarray:
    """Give the rounded means of 2 x 2 pixels."""
    n, rows, columns = images.shape
    blocks = images.reshape(n, rows // 2, 2, columns // 2, 2).astype(np.uint16)
    return ((blocks.sum((2, 4)) + 2) // 4).astype(np.uint8)
