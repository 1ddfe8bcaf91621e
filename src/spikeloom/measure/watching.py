"""What the chip does with images, tick by tick and neuron by neuron, as arrays to look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import CycleError

import numpy as np

from spikeloom.chip.limits import N_NEURONS
from spikeloom.chip.paths import core_levels
from spikeloom.chip.program import ChipProgram
from spikeloom.chip.trains import silence, unpack
from spikeloom.deployment.deploy import deploy
from spikeloom.errors import DataError
from spikeloom.machine import check_memory
from spikeloom.measure.prediction import checked_images
from spikeloom.measure.votes import interface_needed
from spikeloom.network.learned import LearnedNetwork
from spikeloom.simulation import Recording, backend_named
from spikeloom.value import Value

_BYTES_PER_NEURON = 15  # of a tick: a spike and a potential, in the simulator, in the pieces and in the whole


@dataclass(frozen=True, eq=False, repr=False)
class Watched(Value):
    """Images from their first tick to their decision, each from a fresh start.

    inputs : (n_images, n_ticks, n_input_lines) bool
    rasters : (n_images, n_ticks, n_cores, n_neurons) bool
    potentials : (n_images, n_ticks, n_cores, n_neurons) int32
        At the end of each tick.
    votes : (n_images, n_ticks, n_classes) int64
        Output lines of each class that spiked; the readout's ticks are the last ``ticks_per_image``.
    layers, members : (n_cores,) int64
        Level of each core, 0 where the input is read, and the member it belongs to.
    """

    program: ChipProgram
    inputs: np.ndarray
    rasters: np.ndarray
    potentials: np.ndarray
    votes: np.ndarray
    layers: np.ndarray
    members: np.ndarray

    def layer(self, number: int, member: int = 0) -> np.ndarray:
        """Give the spikes of a layer of a member, (n_images, n_ticks, n_cores * n_neurons) bool; DataError if none."""
        if number not in self.layers or member not in self.members:
            told = f"0 .. {self.layers.max()}, of members {self.members.min()} .. {self.members.max()}"
            raise DataError(f"layer {number} of member {member}: is not there; there are layers {told}")
        chosen = self.rasters[:, :, (self.layers == number) & (self.members == member)]
        return chosen.reshape(*chosen.shape[:2], -1)


def watch(
    model: LearnedNetwork | ChipProgram,
    images: Iterable[np.ndarray],
    members: int | None = None,
    seed: int = 0,
    *,
    backend: str = "fast",
) -> Watched:
    """Show images to a model and keep everything.

    Parameters
    ----------
    images : iterable of (n_values,) or (rows, columns, channels), or one array of many
        As in `predict`.
    members : int, optional
        Of a learned network, 1 by default; a program has those it was deployed with.

    Raises
    ------
    DataError
        If an image does not have the values that the program reads.
    ProgramError
        If the program has no interface.
    SizeError
        If all that is kept takes more memory than there is.
    """
    program = deploy(model, members, seed)
    interface, chosen = interface_needed(program), backend_named(backend)
    shown = checked_images(images, interface)
    n_ticks = interface.decided_after
    if not len(shown):
        raise DataError("images: there are none; pass at least one")
    check_memory("watch", len(shown), "images", n_ticks * program.n_cores * N_NEURONS * _BYTES_PER_NEURON)
    kept = []
    for number, values in enumerate(shown):
        simulation = chosen.start(program, Recording(range(program.n_cores)))
        spikes = chosen.encode(interface, program.inputs, values[None], np.array([number]), seed)
        pieces = [simulation.advance(spikes), simulation.advance(silence(len(spikes), interface.latency - 1))]
        outputs = [chosen.count(piece.output_trains, program.outputs.classes, interface.n_classes) for piece in pieces]
        parts = [[piece.rasters for piece in pieces], [piece.potentials for piece in pieces], outputs]
        inputs = np.pad(unpack(spikes), ((0, interface.latency - 1), (0, 0)))
        kept.append([inputs, *map(np.concatenate, parts)])
    inputs, rasters, potentials, votes = (np.stack(part) for part in zip(*kept, strict=True))
    return Watched(program, inputs, rasters, potentials, votes, _layers(program), program.core_members.astype(np.int64))


def _layers(program: ChipProgram) -> np.ndarray:
    """Give the level of each core; of programs with circles all are of one."""
    try:
        return core_levels(program)
    except CycleError:
        return np.zeros(program.n_cores, np.int64)
