"""The fast back end: bits of many ticks, or of many neurons, worked on at once by compiled code."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from spikeloom.chip.paths import why_not_streaming
from spikeloom.chip.program import ChipProgram, InputLines
from spikeloom.chip.trains import SpikeTrains
from spikeloom.interface import Interface
from spikeloom.simulation.base import Recording, Simulation, check_recording

_log = logging.getLogger(__name__)


def start(program: ChipProgram, recording: Recording = Recording(), threads: int = 1) -> Simulation:
    """Begin a run on the path that the program's parameters allow; see `spikeloom.simulation.base.Simulation`."""
    check_recording(program, recording)
    if why_not_streaming(program) is None:
        from spikeloom.simulation.fast.streaming import simulation as streaming

        _announce_compiling(streaming.stream)
        return streaming.StreamingSimulation(program, recording, threads)
    from spikeloom.simulation.fast.general import simulation as general

    _announce_compiling(general.advance)
    return general.GeneralSimulation(program, recording, threads)


def encode(
    interface: Interface, inputs: InputLines, values: np.ndarray, examples: np.ndarray, seed: int, threads: int = 1
) -> SpikeTrains:
    """Give the spikes of every input line, packed, 64 ticks at once."""
    from spikeloom.simulation.fast.encoding import encode as encode_words

    return encode_words(interface, inputs, values, examples, seed, threads)


def count(trains: SpikeTrains, groups: np.ndarray, n_groups: int, threads: int = 1) -> np.ndarray:
    """Give how many lines of each group spike in each tick, (n_ticks, n_groups) int32."""
    from spikeloom.simulation.fast.tally import tally

    return tally(trains, groups, n_groups, threads)


def _announce_compiling(kernel: Callable[..., Any]) -> None:
    """Say so when a kernel must be compiled first; a later start finds it on the disk."""
    from spikeloom.simulation.fast.bits.compiled import kept_in

    name = f"{Path(kernel.__code__.co_filename).stem}.{kernel.__name__}-"
    folder = kept_in(kernel)
    if folder is None:
        _log.info("compiling the simulator, which takes up to half a minute and is kept nowhere: set NUMBA_CACHE_DIR")
    elif not any(folder.glob(f"{name}*.nbi")):
        _log.info("compiling the simulator for this processor, once: up to half a minute")
