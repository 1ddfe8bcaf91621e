"""Values to spikes, as the interface says; back ends that encode faster give the same spikes, bit for bit.

A draw's key is (seed, member, example, line of the coding) — never the tick, so an example in a stream is drawn like
the example alone, and a pixel that feeds several cores is drawn once a member. Where an example lasts several ticks,
the later ticks extend the key by their number within the example.
"""

from __future__ import annotations

import numpy as np

from spikeloom.errors import DataError
from spikeloom.interface.delays import delayed
from spikeloom.interface.record import Interface
from spikeloom.randomness.draws import draw, extend
from spikeloom.randomness.streams import INPUT_STREAM


def encode(
    interface: Interface, lines: np.ndarray, members: np.ndarray, values: np.ndarray, examples: np.ndarray, seed: int
) -> np.ndarray:
    """Give the spikes of every input line, example after example.

    Parameters
    ----------
    interface : Interface
    lines : (n_lines,) int
        Which of the coded values each input line carries.
    members : (n_lines,) int
        Whose draw it carries.
    values : (n_examples, n_values) float32
        In [0, 1].
    examples : (n_examples,) int
        Number of each example within its data set, the key of its draws.
    seed : int

    Returns
    -------
    (n_examples * ticks, n_lines) bool

    Raises
    ------
    DataError
        If an example does not have as many values as the program reads.
    """
    check_values(interface, values)
    n_ticks, delays = interface.ticks_per_image, interface.delays
    probabilities, lasting = coded_rows(interface, values)
    by_tick = probabilities.repeat(lasting, axis=0)  # (n_examples * n_ticks, n_coded)
    if interface.coding.certain:
        return delayed(by_tick, n_ticks, delays)[:, lines] > 0
    spikes = np.zeros((len(by_tick), len(lines)), bool)
    for member in np.unique(members):
        own = np.flatnonzero(members == member)
        # a spike is drawn in its tick, and seen again after every delay
        drawn = delayed(_drawn(by_tick, examples, n_ticks, seed, int(member)), n_ticks, delays)
        spikes[:, own] = drawn[:, lines[own]]
    return spikes


def coded_rows(interface: Interface, values: np.ndarray) -> tuple[np.ndarray, int]:
    """Give the probability of a spike on every coded value, a row for each thing shown, and the ticks a row lasts.

    Delays are not in it: they come last, when every tick has its row.
    """
    rows, lasting = interface.frames.rows(values, interface.value_shape)
    return interface.coding.probabilities(rows, interface.value_shape), lasting


def check_values(interface: Interface, values: np.ndarray) -> None:
    """Refuse examples that do not have as many values as the program reads; DataError names both."""
    if values.ndim != 2 or values.shape[1] != interface.n_values:
        shape = " x ".join(map(str, interface.value_shape))
        frames = f"{interface.frames.n_frames} frames of " if interface.frames.n_frames > 1 else ""
        raise DataError(
            f"input: values of shape {values.shape}; (n_images, {interface.n_values}) is needed, "
            f"{frames}{shape} values an image"
        )


def _drawn(probabilities: np.ndarray, examples: np.ndarray, n_ticks: int, seed: int, member: int) -> np.ndarray:
    """Draw a member's spikes, (n_examples * n_ticks, n_coded) bool."""
    # a value of zero never spikes and needs no draw
    row, value = np.divmod(np.flatnonzero(probabilities.ravel() > 0), probabilities.shape[1])
    example, step = np.divmod(row, n_ticks)
    draws = extend(draw(INPUT_STREAM, seed, member, examples)[example], value)
    draws = np.where(step > 0, extend(draws, step), draws)
    spikes = np.zeros(probabilities.shape, bool)
    spikes[row, value] = draws < probabilities[row, value] * 2.0**32
    return spikes
