"""The contract of every back end: spikes in, spikes out, and exact counts of what happened.

An input spike is stamped with the tick in which it is integrated. A spike of tick t with delay d is integrated in tick
t + d. Spikes that meet on one axon or one output line in one tick are one spike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.errors import ProgramError


@dataclass(frozen=True)
class SpikeRecord:
    """What a run gave.

    outputs : (n_ticks, n_output_lines) bool
        Output lines in the tick in which their neurons spiked.
    spikes, events, hops : (n_ticks, n_cores) int64
        Spikes of the core's neurons; synaptic events, one for every synapse that is on behind an axon that spiked;
        mesh hops of the core's spikes.
    rasters : (n_ticks, n_recorded, n_neurons) bool
        Spikes of the cores that were asked for, in that order.
    potentials : (n_ticks, n_recorded, n_neurons) int32
        Their potentials at the end of each tick.
    """

    outputs: np.ndarray
    spikes: np.ndarray
    events: np.ndarray
    hops: np.ndarray
    rasters: np.ndarray
    potentials: np.ndarray


class Simulator(Protocol):
    """Runs a program for as many ticks as there are rows of input spikes."""

    def __call__(self, program: ChipProgram, inputs: np.ndarray, record: Sequence[int] = ()) -> SpikeRecord:
        """Run `program` on (n_ticks, n_input_lines) bool, recording the neurons of the cores in `record`.

        Raises
        ------
        ProgramError
            If the inputs do not fit the lines, or the back end cannot run this program.
        """
        ...


def check_inputs(program: ChipProgram, inputs: np.ndarray, record: Sequence[int]) -> None:
    """Refuse inputs and recordings that do not belong to the program."""
    if inputs.ndim != 2 or inputs.shape[1] != len(program.inputs) or inputs.dtype != np.bool_:
        raise ProgramError(
            f"inputs: {inputs.dtype} of shape {inputs.shape}; bool of (n_ticks, {len(program.inputs)}) is needed, "
            "a column an input line"
        )
    for core in record:
        if not 0 <= core < program.n_cores:
            raise ProgramError(f"record: core {core}; 0 .. {program.n_cores - 1} exist")
