"""Deploy a learned network: one chip program of one or more sampled members."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from spikeloom.chip.assemble import assemble
from spikeloom.chip.core import pack_crossbars
from spikeloom.chip.ensemble import answering_after, join_programs, shifted
from spikeloom.chip.neuron import Neurons, memoryless
from spikeloom.chip.program import ChipProgram, place_row_by_row
from spikeloom.chip.validate import validate_truenorth
from spikeloom.deployment.place import placed
from spikeloom.deployment.route import ensemble_routes, input_lines, member_routes, output_lines
from spikeloom.deployment.sample import integer_leaks, sample_crossbars
from spikeloom.errors import FitError, ProgramError
from spikeloom.interface import Moved, Still, Stream
from spikeloom.interface.frames import TICKS_MAX
from spikeloom.machine import check_memory
from spikeloom.network.learned import LearnedNetwork
from spikeloom.randomness.streams import core_seed, synapse_generator

_log = logging.getLogger(__name__)

BYTES_PER_CORE = 2**16  # while it is deployed: crossbar, parameters, routes, and what they are made of


def deploy(
    model: LearnedNetwork | ChipProgram, members: int | None = None, seed: int = 0, place: str | None = None
) -> ChipProgram:
    """Sample a learned network into a program of `members` members that fits the chip; a program stays as it is.

    Parameters
    ----------
    model : LearnedNetwork or ChipProgram
    members : int, optional
        Sampled copies that vote together, 1 by default; a program, such as a shipped ensemble, has its own.
    seed : int
    place : str, optional
        Where cores lie, one of `spikeloom.deployment.place.PLACEMENTS`; by default row by row, and a program stays
        where it is.

    Raises
    ------
    FitError
        If there is no member, the seed is negative, or there is no such placement.
    ProgramError
        If members are asked of a program.
    SizeError
        If they take more memory than there is.
    """
    program = _deployed(model, members, seed)
    return program if place is None else placed(program, place)


def _deployed(model: LearnedNetwork | ChipProgram, members: int | None, seed: int) -> ChipProgram:
    check_model(model)
    if isinstance(model, ChipProgram):
        if members is not None:
            raise ProgramError(f"deployment: {members} members asked for; a program has those it was deployed with")
        return model
    members = 1 if members is None else members
    if not isinstance(members, int) or members < 1:
        raise FitError(f"deployment: {members} members; a whole number from 1 is needed")
    check_members(model, members)
    return deploy_members(model, range(members), seed)


def check_model(model: object) -> None:
    """Refuse what is neither a learned network nor a chip program; ProgramError with the way to one."""
    if not isinstance(model, LearnedNetwork | ChipProgram):
        raise ProgramError(f"model: is a {type(model).__name__}; load a network or a program first, with sl.load(...)")


def check_members(network: LearnedNetwork, members: int) -> None:
    """Refuse an ensemble that could never be deployed, and warn of one whose members are all alike.

    Raises
    ------
    SizeError
        If it takes more memory than there is.
    """
    check_memory("ensemble", members, f"members of {network.n_cores} cores", network.n_cores * BYTES_PER_CORE)
    if members > 1 and network.is_certain:
        _log.warning(
            f"members: {members} samples of a network without chance are the same network, and cost "
            f"{members} times its energy for the same answer; take 1"
        )


def deploy_members(network: LearnedNetwork, members: Sequence[int], seed: int = 0) -> ChipProgram:
    """Deploy members by their numbers: member k of a seed is the same alone or among 64.

    Raises
    ------
    FitError
        If a member is named twice, or a number is negative.
    """
    numbers = np.array(members, np.int64)
    if seed < 0 or len(np.unique(numbers)) != len(numbers) or (numbers < 0).any():
        raise FitError(f"deployment: members {list(members)} of seed {seed}; none twice and no negative number")
    outputs = output_lines(network, numbers)
    connected = np.concatenate(network.connected)
    return assemble(
        axon_types=np.tile(_stacked(network, "axon_types"), (len(numbers), 1)),
        crossbars=np.concatenate([_crossbars(network, connected, synapse_generator(seed, k)) for k in numbers]),
        neurons=_neurons(network, connected, len(numbers)),
        seeds=np.concatenate([core_seed(seed, k, np.arange(network.n_cores)) for k in numbers]),
        core_members=np.repeat(numbers, network.n_cores),
        # by the member's number, so that its spikes travel as far alone as among others
        placement=place_row_by_row((numbers[:, None] * network.n_cores + np.arange(network.n_cores)).ravel()),
        routes=ensemble_routes(member_routes(network), len(outputs) // len(numbers), len(numbers)),
        inputs=input_lines(network, numbers),
        outputs=outputs,
        interface=network.interface,
    )


SHIFTS = {1: ((0, 0),), 5: ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))}
SHIFTS[9] = SHIFTS[5] + ((-1, -1), (-1, 1), (1, -1), (1, 1))
"""Pixels down and right by which copies or ticks move the image, by their number: none, neighbours, diagonal ones."""


_NUMBERS = ", ".join(map(str, SHIFTS))


def deploy_together(
    networks: Sequence[LearnedNetwork], members: int = 1, copies: int = 1, seed: int = 0
) -> ChipProgram:
    """Deploy several networks as one ensemble, each in `members` samples and each of these in shifted copies.

    Members are numbered through, and each draws for itself: copies of a network that samples are other samples of it.

    Parameters
    ----------
    networks : sequence of LearnedNetwork
        Fed and read alike. Where they differ in depth, the shallower ones wait, so that all vote in the same tick.
    copies : int
        Copies that see the image moved, each by one of `SHIFTS`.

    Raises
    ------
    FitError
        If the numbers make no sense.
    ProgramError
        If one is a program already, or the networks are not fed and read alike.
    SizeError
        If they take more memory than there is.
    """
    if copies not in SHIFTS or members < 1:
        raise FitError(f"deployment: {members} members in {copies} copies; at least 1 member, copies of {_NUMBERS}")
    for network in networks:
        if isinstance(network, ChipProgram):
            raise ProgramError("deployment: one of several is a chip program already; name learned networks")
        check_members(network, members)
    n_cores = sum(network.n_cores for network in networks)
    check_memory("ensemble", members * copies, f"members and copies of {n_cores} cores", n_cores * BYTES_PER_CORE)
    numbered = enumerate((network, shift) for network in networks for _ in range(members) for shift in SHIFTS[copies])
    programs = [shifted(deploy_members(network, [member], seed), *shift) for member, (network, shift) in numbered]
    latest = max(network.interface.latency for network in networks)
    program = join_programs([answering_after(program, latest) for program in programs])
    validate_truenorth(program)
    return program


def show_moved(program: ChipProgram, ticks: int) -> ChipProgram:
    """Give the program as it is shown each image for some ticks, every tick moved by another of `SHIFTS`.

    The same cores vote in every tick, so that an image costs as many times the energy.

    Raises
    ------
    FitError
        If there are no shifts for so many ticks.
    ProgramError
        If the program is not fed images, or already takes several ticks for one.
    """
    if ticks not in SHIFTS:
        raise FitError(f"deployment: {ticks} ticks an image; there are shifts for {_NUMBERS}")
    return program if ticks == 1 else _shown(program, Moved(shifts=SHIFTS[ticks]))


def show_frames(program: ChipProgram, n_frames: int) -> ChipProgram:
    """Give the program as it is shown examples of several frames, a tick each, and decides by the votes of all.

    Raises
    ------
    FitError
        If there is no frame, or there are more than an example may have.
    ProgramError
        If the program is not fed images, or already takes several ticks for one.
    """
    if not 1 <= n_frames <= TICKS_MAX:
        raise FitError(f"deployment: {n_frames} frames an example; 1 .. {TICKS_MAX:,} are allowed")
    return program if n_frames == 1 else _shown(program, Stream(frames=n_frames))


def _shown(program: ChipProgram, frames: Moved | Stream) -> ChipProgram:
    if program.interface is None:
        raise ProgramError("deployment: the program has no interface, so no image can be shown to it")
    if program.interface.frames != Still():
        raise ProgramError(
            f"deployment: the program takes {program.interface.ticks_per_image} ticks an image already, by its frames "
            f"'{program.interface.frames.name}'; deploy a network with still ones"
        )
    return replace(program, interface=program.interface.model_copy(update={"frames": frames}))


def _neurons(network: LearnedNetwork, connected: np.ndarray, n_members: int) -> Neurons:
    leaks = integer_leaks(_stacked(network, "biases"), network.convention.bias_rounding)
    return memoryless(
        np.tile(_stacked(network, "strengths"), (n_members, 1, 1)),
        np.tile(np.where(connected, leaks, 0), (n_members, 1)),
    )


def _crossbars(network: LearnedNetwork, connected: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw one member's crossbars, packed; synapses of neurons that go nowhere are off and cost no events."""
    sampled = np.concatenate([sample_crossbars(layer, rng) for layer in network.layers])
    return pack_crossbars(sampled & connected[:, None, :])


def _stacked(network: LearnedNetwork, name: str) -> np.ndarray:
    """Give an array of all layers, core after core."""
    return np.concatenate([getattr(layer, name) for layer in network.layers])
