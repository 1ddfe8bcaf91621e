"""The fast back end: bits of many ticks, or of many neurons, worked on at once by compiled code."""

from __future__ import annotations

from spikeloom.chip.program import ChipProgram
from spikeloom.simulation.base import Recording, Simulation, check_recording
from spikeloom.simulation.paths import why_not_streaming


def start(program: ChipProgram, recording: Recording, threads: int = 1) -> Simulation:
    """Begin a run on the path that the program's parameters allow; see `spikeloom.simulation.base.Simulation`."""
    check_recording(program, recording)
    if why_not_streaming(program) is None:
        from spikeloom.simulation.fast.streaming import StreamingSimulation

        return StreamingSimulation(program, recording, threads)
    from spikeloom.simulation.fast.general import GeneralSimulation

    return GeneralSimulation(program, recording, threads)
