"""Values to packed spikes: what `spikeloom.interface.encode` gives, bit for bit, 64 ticks at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from spikeloom.chip.program import InputLines
from spikeloom.chip.trains import WORD_BITS, SpikeTrains, pack, unpack, words_of
from spikeloom.interface import Interface
from spikeloom.interface.delays import NOW, delayed
from spikeloom.interface.encode import check_values, coded_rows
from spikeloom.randomness.draws import draw
from spikeloom.randomness.streams import INPUT_STREAM
from spikeloom.simulation.fast.bits.compiled import inlined, shared
from spikeloom.simulation.fast.bits.hash import extend
from spikeloom.simulation.fast.bits.threads import running_on


def encode(
    interface: Interface, inputs: InputLines, values: np.ndarray, examples: np.ndarray, seed: int, threads: int = 1
) -> SpikeTrains:
    """Give the spikes of every input line, example after example; see `spikeloom.interface.encode.encode`."""
    check_values(interface, values)
    if interface.delays != NOW:
        return _delayed(interface, inputs, values, examples, seed, threads)
    n_ticks = len(values) * interface.ticks_per_image
    probabilities, lasting = coded_rows(interface, values)
    if interface.coding.certain:
        packed = pack(np.repeat(probabilities > 0, lasting, axis=0))
        return SpikeTrains(packed.words[inputs.values], n_ticks)
    members, places = np.unique(inputs.members, return_inverse=True)
    # member and value to line; a value that no line of the member carries is not drawn
    lines = np.full((len(members), probabilities.shape[1]), -1)
    lines[places, inputs.values] = np.arange(len(inputs))
    trains = np.zeros((len(inputs), words_of(n_ticks)), np.uint64)
    # the key's first parts are the same for all values of an example: drawn once, extended for each value
    states = draw(INPUT_STREAM, seed, members[:, None], examples)
    with running_on(threads):
        _encode(probabilities, lasting, interface.ticks_per_image, states, lines, trains)
    written = lines[places, inputs.values]  # of lines that carry the same, the last
    alike = (written != np.arange(len(inputs))).any()
    return SpikeTrains(trains[written] if alike else trains, n_ticks)


def _delayed(
    interface: Interface, inputs: InputLines, values: np.ndarray, examples: np.ndarray, seed: int, threads: int
) -> SpikeTrains:
    """Give the spikes of lines that show values some ticks ago, of the spikes of those that show them now."""
    own, delay = np.divmod(inputs.values, len(interface.delays))
    shown, line = np.unique(np.stack([own, inputs.members]), axis=1, return_inverse=True)
    nothing = np.zeros(0, np.int32)
    now = InputLines(shown[0], shown[1], nothing, nothing, nothing)
    undelayed = interface.model_copy(update={"delays": NOW})
    spikes = unpack(encode(undelayed, now, values, examples, seed, threads))
    by_line = delayed(spikes, interface.ticks_per_image, interface.delays)
    return pack(by_line[:, line.ravel() * len(interface.delays) + delay])


@shared
def _encode(values: Any, ticks_per_row: int, ticks_per_image: int, states: Any, lines: Any, trains: Any) -> None:
    """Write the spikes of every member's line for every value, a word of ticks at a time."""
    n_ticks = len(values) * ticks_per_row
    for word in prange(trains.shape[1]):
        first = word * WORD_BITS
        n_bits = min(WORD_BITS, n_ticks - first)
        limits = np.empty(WORD_BITS, np.uint32)
        # value outside, member inside: the limits of 64 ticks are worked out once for all members
        for value in range(values.shape[1]):
            possible = np.uint64(0)
            for bit in range(n_bits):
                chance = values[(first + bit) // ticks_per_row, value]
                if chance > 0:
                    possible |= np.uint64(1) << np.uint64(bit)
                    # the largest draw below chance x 2^32
                    limits[bit] = np.uint32(np.int64(np.ceil(np.float64(chance) * 2.0**32)) - 1)
            if possible:
                for member in range(len(lines)):
                    if lines[member, value] >= 0:
                        spikes = _draw_word(states[member], value, first, n_bits, ticks_per_image, limits)
                        trains[lines[member, value], word] = spikes & possible


@inlined
def _draw_word(states, value, first, n_bits, ticks_per_image, limits):
    """Give the ticks in which the draw is not above its limit."""
    spikes = np.uint64(0)
    if ticks_per_image == 1:  # the same without steps, which the compiler makes several at once of
        for bit in range(n_bits):
            spikes |= np.uint64(extend(states[first + bit], value) <= limits[bit]) << np.uint64(bit)
        return spikes
    for bit in range(n_bits):
        image, step = divmod(first + bit, ticks_per_image)
        drawn = extend(states[image], value)
        if step:
            drawn = extend(drawn, step)
        spikes |= np.uint64(drawn <= limits[bit]) << np.uint64(bit)
    return spikes
