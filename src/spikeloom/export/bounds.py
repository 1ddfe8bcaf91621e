"""How far potentials can go: for targets whose registers are narrower than 20 bits, and wrap.

Within a tick a neuron's potential stays between the sums of its negative and of its positive connected strengths, its
leak, and what it can carry over: start, reset, threshold - 1 and the floor. A neuron that resets by subtraction keeps
what exceeds a threshold; where more can come in a tick than one subtraction takes away, there is no bound.
"""

from __future__ import annotations

import numpy as np

from spikeloom.chip.neuron import RESET_BY_THRESHOLD
from spikeloom.chip.program import NOWHERE, ChipProgram
from spikeloom.export.features import refuse_neurons

NO_BOUND = 2**62


def refuse_wide_potentials(program: ChipProgram, bits: int) -> None:
    """Refuse neurons whose potential may leave this many bits; ExportError names the first and the bits needed."""
    low, high = potential_bounds(program)
    connected = program.routes.cores != NOWHERE
    endless = ((low == -NO_BOUND) | (high == NO_BOUND)) & connected
    refuse_neurons(
        endless,
        "its potential has no bound: more can come in a tick than one subtraction takes away, and hardware wraps; "
        "raise its threshold or floor, or let it reset to a value",
    )
    wrong = ((low < -(2 ** (bits - 1))) | (high >= 2 ** (bits - 1))) & connected
    if wrong.any():
        core, neuron = np.argwhere(wrong)[0]
        needed = max(_bits_of(int(low[wrong].min())), _bits_of(int(high[wrong].max())))
        refuse_neurons(
            wrong,
            f"its potential may reach {low[core, neuron]} .. {high[core, neuron]}, and {bits} bits wrap; build the "
            f"hardware with potentials of {needed} bits and export with --set potential_bits={needed}",
        )


def potential_bounds(program: ChipProgram) -> tuple[np.ndarray, np.ndarray]:
    """Give the lowest and the highest potential that each neuron may reach, two of (n_cores, n_neurons) int64.

    `NO_BOUND`, or its negative, where there is none.
    """
    p = program.neurons
    falling, rising = np.zeros((2, *p.shape), np.int64)
    for core in range(program.n_cores):
        weights = program.core(core).weights.astype(np.int64)
        falling[core], rising[core] = np.minimum(weights, 0).sum(0), np.maximum(weights, 0).sum(0)
    leak = p.leak.astype(np.int64)
    falling, rising = falling + np.minimum(leak, 0), rising + np.maximum(leak, 0)
    threshold, floor = p.threshold.astype(np.int64), -p.negative_threshold.astype(np.int64)
    # subtraction leaves what exceeds the threshold, and a second spike may follow on it: bounded only if less comes in
    # a tick
    subtracting = p.reset_mode == RESET_BY_THRESHOLD
    resets = np.where(subtracting, 0, abs(p.reset.astype(np.int64)))
    start = program.potentials.astype(np.int64)
    low = np.minimum.reduce([start, floor, -resets]) + falling
    high = np.maximum.reduce([start, threshold - 1, resets]) + rising
    low = np.where(subtracting & (falling < floor), -NO_BOUND, low)
    high = np.where(subtracting & (rising > threshold), NO_BOUND, high)
    return low, high


def _bits_of(number: int) -> int:
    """Give the bits that a number needs in two's complement."""
    return (number if number >= 0 else ~number).bit_length() + 1
