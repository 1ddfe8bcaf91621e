"""Values to packed spikes: what `spikeloom.data.encode` gives, bit for bit, 64 ticks at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange

from spikeloom.chip.draws import INPUT_STREAM, draw
from spikeloom.chip.program import InputLines, Interface
from spikeloom.chip.trains import WORD_BITS, SpikeTrains, pack, words_of
from spikeloom.data.encode import THRESHOLD, check_values
from spikeloom.simulation.fast.random import extend
from spikeloom.simulation.fast.threads import running_on


def encode(
    interface: Interface, inputs: InputLines, values: np.ndarray, images: np.ndarray, seed: int, threads: int = 1
) -> SpikeTrains:
    """Give the spikes of every input line, image after image; see `spikeloom.data.encode.encode`."""
    check_values(interface, values)
    n_ticks = len(values) * interface.ticks_per_image
    if interface.coding == "threshold":
        shown = pack(np.repeat(values >= THRESHOLD, interface.ticks_per_image, axis=0))
        return SpikeTrains(shown.words[inputs.values], n_ticks)
    trains = np.zeros((len(inputs), words_of(n_ticks)), np.uint64)
    members, places = np.unique(inputs.members, return_inverse=True)
    possible, limits = _limits(np.repeat(values, interface.ticks_per_image, axis=0))
    states = draw(INPUT_STREAM, seed, members[:, None], np.repeat(images, interface.ticks_per_image))
    steps = np.arange(n_ticks) % interface.ticks_per_image
    with running_on(threads):
        _encode(_padded(states), _padded(steps.astype(np.uint32)), limits, possible, places, inputs.values, trains)
    return SpikeTrains(trains, n_ticks)


def _limits(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give which values can spike, packed, and the largest draws at which they do, both (n_values, ...)."""
    bounds = np.ceil(values.T.astype(np.float64) * 2.0**32)
    return pack(bounds.T > 0).words, _padded(np.maximum(bounds - 1, 0).astype(np.uint32))


def _padded(by_tick: np.ndarray) -> np.ndarray:
    """Fill the last axis up to whole words."""
    n_more = words_of(by_tick.shape[-1]) * WORD_BITS - by_tick.shape[-1]
    return np.pad(by_tick, [(0, 0)] * (by_tick.ndim - 1) + [(0, n_more)])


@njit(cache=True, nogil=True, parallel=True)
def _encode(states: Any, steps: Any, limits: Any, possible: Any, members: Any, values: Any, trains: Any) -> None:
    for line in prange(len(trains)):
        member, value = members[line], values[line]
        for word in range(trains.shape[1]):
            if possible[value, word]:
                spikes = np.uint64(0)
                for bit in range(WORD_BITS):
                    tick = word * WORD_BITS + bit
                    drawn = extend(states[member, tick], value)
                    if steps[tick]:
                        drawn = extend(drawn, steps[tick])
                    spikes |= np.uint64(drawn <= limits[value, tick]) << np.uint64(bit)
                trains[line, word] = spikes & possible[value, word]
