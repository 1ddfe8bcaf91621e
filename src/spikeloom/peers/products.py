"""Memoryless programs as matrix products in torch: whole cores, all ticks at once, level by level.

    V = W^T A + leak,   spike where V >= 1

with A the spikes on the axons. An independent way to the same spikes, and what a user would write first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spikeloom.chip.core import unpack_crossbars
from spikeloom.chip.limits import N_AXONS, N_NEURONS
from spikeloom.chip.paths import core_levels, why_not_streaming
from spikeloom.chip.program import ChipProgram
from spikeloom.errors import ProgramError
from spikeloom.optional import needed


class Products:
    """A memoryless program as dense weights, float32; ProgramError where a program is not."""

    def __init__(self, program: ChipProgram) -> None:
        reason = why_not_streaming(program)
        if reason is not None:
            raise ProgramError(f"matrix products: {reason}; they run memoryless programs without circles")
        self._torch: Any = needed("torch", "torch")
        self._program = program
        self._levels = core_levels(program)
        types = program.axon_types.astype(np.intp)[:, :, None]
        strengths = np.take_along_axis(program.neurons.strengths.transpose(0, 2, 1), types, axis=1)
        weights = strengths * unpack_crossbars(program.crossbars)
        self._weights = self._torch.from_numpy(weights.transpose(0, 2, 1).astype(np.float32).copy())
        self._leaks = self._torch.from_numpy(program.neurons.leak.astype(np.float32))[:, :, None]

    def run(self, inputs: np.ndarray) -> np.ndarray:
        """Give the spikes of every neuron, (n_ticks, n_cores, n_neurons) bool, of (n_ticks, n_input_lines) bool."""
        torch, program, n_ticks = self._torch, self._program, len(inputs)
        axons = torch.zeros((program.n_cores, N_AXONS, n_ticks))
        lines, taps = torch.from_numpy(inputs.T.astype(np.float32)), program.inputs
        axons.index_put_(_index(torch, taps.tap_cores, taps.tap_axons), lines[taps.tap_lines], accumulate=True)
        spikes = torch.zeros((program.n_cores, N_NEURONS, n_ticks))
        for level in range(int(self._levels.max()) + 1):
            cores = torch.from_numpy(np.flatnonzero(self._levels == level))
            arrived = axons[cores].clamp_(max=1)  # spikes that meet are one
            potentials = torch.baddbmm(self._leaks[cores], self._weights[cores], arrived)
            spikes[cores] = (potentials >= 1).to(spikes.dtype)
            self._send(level, spikes, axons)
        return spikes.permute(2, 0, 1).numpy() > 0

    def _send(self, level: int, spikes: Any, axons: Any) -> None:
        """Add a level's spikes to the axons they reach, each after its delay."""
        routes = self._program.routes
        of_level = routes.to_cores & (self._levels == level)[:, None]
        for delay in np.unique(routes.delays[of_level]):
            source, neuron = np.nonzero(of_level & (routes.delays == delay))
            target = _index(self._torch, routes.cores[source, neuron], routes.axons[source, neuron])
            sent = spikes[source, neuron]
            later = self._torch.zeros_like(sent)
            later[:, int(delay) :] = sent[:, : sent.shape[1] - int(delay)]
            axons.index_put_(target, later, accumulate=True)


def _index(torch: Any, *indices: np.ndarray) -> tuple[Any, ...]:
    return tuple(torch.from_numpy(index.astype(np.int64)) for index in indices)
