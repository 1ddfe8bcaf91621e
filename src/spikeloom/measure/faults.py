"""One fault of hardware or input, by name and share: drawn, and laid upon a program and the values it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spikeloom.chip.faults import with_dead_cores, with_dead_neurons, with_stuck_synapses
from spikeloom.chip.program import ChipProgram

_OF_PROGRAMS: dict[str, Callable[[ChipProgram, float, np.random.Generator], ChipProgram]] = {
    "dead cores": with_dead_cores,
    "dead neurons": with_dead_neurons,
    "stuck synapses": with_stuck_synapses,
}
_NOISE = "input noise"
FAULTS = (_NOISE, *_OF_PROGRAMS)


@dataclass(frozen=True)
class Fault:
    """A share of the parts that is broken; `name` is one of `FAULTS`."""

    name: str
    share: float

    def broken(
        self, program: ChipProgram, values: np.ndarray, rng: np.random.Generator
    ) -> tuple[ChipProgram, np.ndarray]:
        """Give program and values, (n_examples, n_values), with the fault drawn upon them."""
        if self.name == _NOISE:
            return program, noisy(values, self.share, rng)
        return _OF_PROGRAMS[self.name](program, self.share, rng), values


def noisy(values: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Give the values with each, by this probability, replaced by 0 or 1 at random."""
    hit = rng.random(values.shape, np.float32) < share
    # a hit value may be drawn as it was
    drawn = rng.random(values.shape, np.float32) < 0.5
    return np.where(hit, drawn, values).astype(values.dtype)
