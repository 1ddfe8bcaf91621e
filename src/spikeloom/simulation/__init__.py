"""Run chip programs: back ends of one contract, the same spikes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.chip.trains import pack
from spikeloom.errors import ProgramError
from spikeloom.machine import threads_for
from spikeloom.simulation.base import Backend, Recording, Simulation, SpikeRecord

BACKENDS = ("fast", "reference")

__all__ = ["BACKENDS", "Backend", "Recording", "Simulation", "SpikeRecord", "backend_named", "run"]


def backend_named(name: str) -> Backend:
    """Give a back end: "fast" (compiled, on packed bits) or "reference" (NumPy, written like the equations).

    Raises
    ------
    ProgramError
        If there is no such back end.
    """
    if name == "fast":
        from spikeloom.simulation import fast

        return fast
    if name == "reference":
        from spikeloom.simulation import reference

        return reference
    raise ProgramError(f"back end '{name}': there is no such back end; choose one of {', '.join(BACKENDS)}")


def run(
    program: ChipProgram,
    inputs: np.ndarray,
    record: Sequence[int] = (),
    ticks: range | None = None,
    *,
    backend: str = "fast",
    threads: int = 0,
) -> SpikeRecord:
    """Run a program on spikes and give what it did.

    Parameters
    ----------
    program : ChipProgram
    inputs : (n_ticks, n_input_lines) bool
    record : sequence of int
        Cores whose spikes and potentials are kept, in this order.
    ticks : range, optional
        Ticks in which they are; all by default.
    backend : str
        One of `BACKENDS`.
    threads : int
        Processor cores to use; 0 takes all that this process may. No spike depends on it.

    Raises
    ------
    ProgramError
        If the inputs do not fit the lines, a core does not exist, or there is no such back end.
    """
    if inputs.ndim != 2 or inputs.shape[1] != len(program.inputs) or inputs.dtype != np.bool_:
        raise ProgramError(
            f"inputs: {inputs.dtype} of shape {inputs.shape}; bool of (n_ticks, {len(program.inputs)}) is needed, "
            "a column an input line"
        )
    return backend_named(backend).start(program, Recording(record, ticks), threads_for(threads)).advance(pack(inputs))
