"""Values to spikes: by chance (a value is the probability of a spike) or by threshold (a spike from one half).

A draw's key is (seed, member, image, source value) — never the tick, so an image in a stream equals the image alone,
and a pixel that feeds several cores is drawn once a member. Where an image lasts several ticks, the later ticks
extend the key by their number within the image.
"""

from __future__ import annotations

import numpy as np

from spikeloom.chip.program import InputLines, Interface
from spikeloom.errors import DataError
from spikeloom.randomness.draws import draw, extend
from spikeloom.randomness.streams import INPUT_STREAM

THRESHOLD = 0.5


def encode(interface: Interface, inputs: InputLines, values: np.ndarray, images: np.ndarray, seed: int) -> np.ndarray:
    """Give the spikes of every input line, image after image.

    Parameters
    ----------
    interface : Interface
    inputs : InputLines
    values : (n_images, n_values) float32
        In [0, 1].
    images : (n_images,) int
        Number of each image within its data set, the key of its draws.
    seed : int

    Returns
    -------
    (n_images * ticks_per_image, n_lines) bool

    Raises
    ------
    DataError
        If an image does not have as many values as the program reads.
    """
    check_values(interface, values)
    spikes = np.zeros((len(values), interface.ticks_per_image, len(inputs)), bool)
    for member in np.unique(inputs.members):
        lines = np.flatnonzero(inputs.members == member)
        for step in range(interface.ticks_per_image):
            shown = _spikes(interface, values_in_tick(interface, values, step), images, seed, int(member), step)
            spikes[:, step, lines] = shown[:, inputs.values[lines]]
    return spikes.reshape(-1, len(inputs))


def values_in_tick(interface: Interface, values: np.ndarray, step: int) -> np.ndarray:
    """Give images (n_images, n_values) as one of their ticks shows them: moved, and dark where nothing moved in."""
    if not interface.shifts:
        return values
    rows, columns, channels = interface.value_shape
    down, right = interface.shifts[step]
    images = values.reshape(-1, rows, columns, channels)
    moved = np.zeros_like(images)
    to_rows, from_rows = _overlap(rows, down)
    to_columns, from_columns = _overlap(columns, right)
    moved[:, to_rows, to_columns] = images[:, from_rows, from_columns]
    return moved.reshape(values.shape)


def check_values(interface: Interface, values: np.ndarray) -> None:
    """Refuse images that do not have as many values as the program reads; DataError names both."""
    n_values = int(np.prod(interface.value_shape))
    if values.ndim != 2 or values.shape[1] != n_values:
        rows, columns, channels = interface.value_shape
        raise DataError(
            f"input: values of shape {values.shape}; (n_images, {n_values}) is needed, "
            f"{rows} x {columns} x {channels} values an image"
        )


def _overlap(length: int, by: int) -> tuple[slice, slice]:
    """Give where a side that moves `by` places lands, and where it came from."""
    return slice(max(by, 0), max(length + min(by, 0), 0)), slice(max(-by, 0), max(length - max(by, 0), 0))


def _spikes(
    interface: Interface, values: np.ndarray, images: np.ndarray, seed: int, member: int, step: int
) -> np.ndarray:
    if interface.coding == "threshold":
        return values >= THRESHOLD
    # a value of zero never spikes and needs no draw
    image, value = np.divmod(np.flatnonzero(values.ravel() > 0), values.shape[1])
    draws = extend(draw(INPUT_STREAM, seed, member, images)[image], value)
    if step:
        draws = extend(draws, step)
    spikes = np.zeros(values.shape, bool)
    spikes[image, value] = draws < values[image, value] * 2.0**32
    return spikes
