"""Topologies for a data set and a budget of cores, under a coding, with the energy that they would take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from spikeloom.chip.limits import N_NEURONS
from spikeloom.data import Dataset
from spikeloom.design.codings import codings_for, delays_for
from spikeloom.errors import DataError, FitError
from spikeloom.interface import Coding, Dithered, Interface, Still, Stream, Thermometer, Threshold
from spikeloom.interface.delays import NOW, delayed
from spikeloom.interface.encode import coded_rows
from spikeloom.measure.energy import PAPER_PROFILE, energy_per_image, named_profile
from spikeloom.network.proposals import Proposal, propose

_ON_SHARE, _ACTIVE_SHARE = 0.5, 0.15  # of synapses, and of axons above the input: what networks are like at the start
_ENCODED = 200  # examples by which the share of input spikes is told


@dataclass(frozen=True)
class Design:
    """A proposed topology under a coding, and what it would cost.

    channels : of the data
    joules : of an example, expected under the default profile before anything is trained
    """

    proposal: Proposal
    coding: Coding
    delays: tuple[int, ...]
    channels: int
    joules: float


def designs(
    dataset: Dataset,
    cores: int,
    coding: Coding | None = None,
    delays: Sequence[int] | None = None,
    ticks: int = 1,
    voting: int | None = None,
) -> list[Design]:
    """Give topologies of at most so many cores for a training set, cheapest first.

    Parameters
    ----------
    coding : Coding, optional
        The likeliest that fits by default.
    delays : sequence of int, optional
        As `delays_for` by default.
    ticks : int
        That an example, or each of its frames, is shown.
    voting : int, optional
        The most cores that may vote; any number by default.

    Raises
    ------
    FitError
        If nothing fits; the message says what would.
    DataError
        If delays are asked for of single images.
    """
    if not dataset.is_sequences and delays is not None and tuple(delays) != NOW:
        raise DataError(f"data: single images; delays {list(delays)} are for sequences of frames: leave --delays out")
    if coding is None:
        return _first_that_fits(dataset, cores, delays, ticks, voting)
    seen = delays_for(dataset) if delays is None else tuple(delays)
    rows, columns, channels = dataset.value_shape
    interface = _interface(dataset, coding, seen, ticks)
    lines = channels * interface.lines_per_value
    spiking = _spiking_share(dataset, interface)
    return [
        Design(proposal, coding, seen, channels, _joules(proposal, interface, spiking))
        for proposal in propose((rows, columns, lines), dataset.n_classes, cores, cores if voting is None else voting)
    ]


def _first_that_fits(
    dataset: Dataset, cores: int, delays: Sequence[int] | None, ticks: int, voting: int | None
) -> list[Design]:
    """Give the designs under the likeliest coding that fits; FitError of the one of fewest lines where none does."""
    *others, last = sorted(codings_for(dataset), key=lambda coding: -coding.width)
    for coding in others:
        try:
            return designs(dataset, cores, coding, delays, ticks, voting)
        except FitError:
            continue
    return designs(dataset, cores, last, delays, ticks, voting)


def described(design: Design) -> str:
    """Say in a few words how a design shows its data."""
    coding, channels = design.coding, design.channels
    colours = {1: "", 3: " of each colour"}.get(channels, f" of {channels} channels")
    if isinstance(coding, Dithered):
        down, right = coding.period
        return f"dithered over {down} x {right} pixels{colours}"
    if isinstance(coding, Thermometer):
        return f"thermometer of {coding.levels} levels{colours}"
    return f"threshold at {coding.at:g}{colours}" if isinstance(coding, Threshold) else coding.name


def _interface(dataset: Dataset, coding: Coding, delays: tuple[int, ...], ticks: int) -> Interface:
    frames = Stream(frames=dataset.n_frames, ticks=ticks) if dataset.is_sequences else Still(ticks=ticks)
    return Interface(
        frames=frames, coding=coding, delays=delays, value_shape=dataset.value_shape,
        class_names=dataset.class_names, latency=2,
    )  # fmt: skip


def _spiking_share(dataset: Dataset, interface: Interface) -> float:
    """Give the share of input lines that spike in a tick, in the mean over some examples."""
    values = dataset.take(slice(min(len(dataset), _ENCODED))).values
    rows, lasting = coded_rows(interface, values)
    by_tick = delayed(rows.repeat(lasting, axis=0), interface.ticks_per_image, interface.delays)
    return float(by_tick.mean())


def _joules(proposal: Proposal, interface: Interface, spiking: float) -> float:
    """Give the expected energy: half of the synapses on, axons above the input active as training takes them to be."""
    first, *_ = proposal.topology.layers
    looking = math.prod(proposal.topology.grids[0])
    input_axons = looking * first.area * proposal.topology.input_shape[2] * first.repeats
    others = (proposal.cores - looking) * N_NEURONS
    per_tick = (input_axons * spiking + others * _ACTIVE_SHARE) * N_NEURONS * _ON_SHARE
    ticks = interface.ticks_per_image
    return energy_per_image(named_profile(PAPER_PROFILE), proposal.cores, ticks, per_tick * ticks, 0).total
