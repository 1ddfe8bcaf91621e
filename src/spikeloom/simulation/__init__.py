"""Run chip programs: back ends of one contract, the same spikes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.errors import ProgramError
from spikeloom.simulation.base import Simulator, SpikeRecord

BACKENDS = ("batched", "reference")

__all__ = ["BACKENDS", "Simulator", "SpikeRecord", "run", "simulator"]


def run(
    program: ChipProgram, inputs: np.ndarray, record: Sequence[int] = (), *, backend: str = "reference"
) -> SpikeRecord:
    """Run a program on spikes, (n_ticks, n_input_lines) bool, and give what it did; see `Simulator`."""
    return simulator(backend)(program, inputs, record)


def simulator(backend: str) -> Simulator:
    """Give the back end of this name: "batched" (matrix products) or "reference" (tick by tick, every neuron mode).

    Raises
    ------
    ProgramError
        If there is no such back end.
    """
    if backend == "batched":
        from spikeloom.simulation import batched

        return batched.run
    if backend == "reference":
        from spikeloom.simulation import reference

        return reference.run
    raise ProgramError(f"back end '{backend}': there is no such back end; choose one of {', '.join(BACKENDS)}")
