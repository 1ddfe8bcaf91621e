"""Images of bytes to spikes, as small machines decide it: by whole numbers alone."""

from __future__ import annotations

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.interface import Interface

BYTES = np.arange(256, dtype=np.uint8)


def byte_values() -> np.ndarray:
    """Give the value that stands behind each byte of an image, (256,) float32 in [0, 1]."""
    return BYTES / np.float32(255)


def byte_limits(interface: Interface) -> np.ndarray:
    """Give the least byte that spikes on each line of a frame, of a coding without chance, (n_places, levels) int."""
    n_places = int(np.prod(interface.value_shape))
    values = np.repeat(byte_values()[:, None], n_places, axis=1)
    spikes = interface.coding.probabilities(values, interface.value_shape) > 0
    # every line spikes from a limit on, so the bytes that do not are those below it
    return (~spikes).sum(0).reshape(n_places, interface.coding.width)


def byte_chances() -> np.ndarray:
    """Give how many of the 2^32 draws spike for each byte, where a value is a probability, (256,) uint64."""
    return np.ceil(byte_values().astype(np.float64) * 2.0**32).astype(np.uint64)


def pattern_of(limits: np.ndarray, interface: Interface) -> np.ndarray:
    """Give the smallest pattern that, laid over a frame again and again, gives its limits, (rows, columns, levels)."""
    rows, columns, channels = interface.value_shape
    by_place = limits.reshape(rows, columns, channels, -1)[:, :, 0]  # of no coding do they differ between channels
    down = next(n for n in range(1, rows + 1) if (by_place[n:] == by_place[: rows - n]).all())
    right = next(n for n in range(1, columns + 1) if (by_place[:, n:] == by_place[:, : columns - n]).all())
    return by_place[:down, :right]


def lines_are_regular(program: ChipProgram, interface: Interface) -> bool:
    """Whether the input lines are all coded values in their order, once a member."""
    n_coded = int(np.prod(interface.coded_shape))
    lines = program.inputs
    if not len(lines) or len(lines) % n_coded:
        return False
    values, members = lines.values.reshape(-1, n_coded), lines.members.reshape(-1, n_coded)
    return bool((values == np.arange(n_coded)).all() and (members == members[:, :1]).all())


def bytes_that_spike(program: ChipProgram, inputs: np.ndarray) -> np.ndarray:
    """Give an image of bytes for every tick's input spikes, (n_ticks, n_places) uint8, of a coding without chance.

    Parameters
    ----------
    inputs : (n_ticks, n_input_lines) bool
    """
    interface = program.interface
    assert interface is not None
    limits = byte_limits(interface)
    place, level = np.divmod(program.inputs.values, limits.shape[1])
    images = np.zeros((len(inputs), len(limits)), np.uint8)
    for line in np.argsort(limits[place, level], kind="stable"):  # the highest limit that is passed comes last
        images[inputs[:, line], place[line]] = limits[place[line], level[line]]
    return images
