"""Run chip programs: back ends of one contract, the same spikes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spikeloom.chip.program import ChipProgram, InputLines, Interface
from spikeloom.chip.trains import SpikeTrains, pack, unpack
from spikeloom.data.encode import encode as encode_plainly
from spikeloom.errors import ProgramError
from spikeloom.simulation.base import Recording, Simulation, SpikeRecord

BACKENDS = ("fast", "reference")

__all__ = ["BACKENDS", "Recording", "Simulation", "SpikeRecord", "count_by_group", "encode", "run", "start"]


def run(
    program: ChipProgram,
    inputs: np.ndarray,
    record: Sequence[int] = (),
    ticks: range | None = None,
    *,
    backend: str = "fast",
    threads: int = 1,
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
        Processor cores to use; no spike depends on it.

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
    return start(program, Recording(record, ticks), backend=backend, threads=threads).advance(pack(inputs))


def start(
    program: ChipProgram, recording: Recording | None = None, *, backend: str = "fast", threads: int = 1
) -> Simulation:
    """Begin a run: "fast" (compiled, on packed bits) or "reference" (NumPy, written like the equations).

    Raises
    ------
    ProgramError
        If the recording does not belong to the program, or there is no such back end.
    """
    if backend == "fast":
        from spikeloom.simulation import fast

        return fast.start(program, recording or Recording(), threads)
    if backend == "reference":
        from spikeloom.simulation.reference import ReferenceSimulation

        return ReferenceSimulation(program, recording or Recording())
    raise _unknown(backend)


def encode(
    backend: str,
    interface: Interface,
    inputs: InputLines,
    values: np.ndarray,
    images: np.ndarray,
    seed: int,
    threads: int = 1,
) -> SpikeTrains:
    """Give the spikes of every input line, packed; see `spikeloom.data.encode.encode`."""
    if backend == "fast":
        from spikeloom.simulation.fast.encode import encode as encode_fast

        return encode_fast(interface, inputs, values, images, seed, threads)
    return pack(encode_plainly(interface, inputs, values, images, seed))


def count_by_group(
    backend: str, trains: SpikeTrains, groups: np.ndarray, n_groups: int, threads: int = 1
) -> np.ndarray:
    """Give how many lines of each group spike in each tick, (n_ticks, n_groups) int."""
    if backend == "fast":
        from spikeloom.simulation.fast.tally import tally

        return tally(trains, groups, n_groups, threads)
    return unpack(trains).astype(np.int64) @ (groups[:, None] == np.arange(n_groups))


def _unknown(backend: str) -> ProgramError:
    return ProgramError(f"back end '{backend}': there is no such back end; choose one of {', '.join(BACKENDS)}")
