"""Measure programs and networks on a data set, over draws and ensembles."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.data import DataLike, Dataset, as_dataset
from spikeloom.data.datasets import Split
from spikeloom.data.origin import load_origin, why_other_data
from spikeloom.deployment.deploy import check_members, check_model
from spikeloom.errors import DataError, ProgramError
from spikeloom.interface import Interface
from spikeloom.machine import check_memory
from spikeloom.measure.accuracy import accuracy, confusion_of
from spikeloom.measure.activity import Activity
from spikeloom.measure.measurement import Measurement
from spikeloom.measure.showings import Showing, fold, member_showings, votes_of
from spikeloom.measure.votes import Progress, Votes, interface_needed
from spikeloom.network.learned import LearnedNetwork
from spikeloom.randomness.streams import seed_of_draw

_log = logging.getLogger(__name__)


def simulate(
    model: LearnedNetwork | ChipProgram,
    dataset: DataLike | None = None,
    members: int | None = None,
    *,
    draws: int = 1,
    seed: int = 0,
    backend: str = "fast",
    threads: int = 0,
    progress: Progress | None = None,
) -> Measurement:
    """Measure a program, whose synapses stay from draw to draw, or a learned network, sampled anew in every draw.

    Parameters
    ----------
    model : LearnedNetwork or ChipProgram
    dataset : Dataset, (images, labels), or the name or path of a data set, whose test split is taken
        Of the shape and the classes that the model knows; by default what it was trained on.
    members : int, optional
        Of a learned network, 1 by default; a program has the members it was deployed with.
    draws : int
        Draw 0 is that of the seed itself; the others are keyed by seed and number, so that no two seeds share one.
        Where nothing is drawn, one is all there is.
    threads : int
        Processor cores to use; 0 takes all that this process may.

    Raises
    ------
    DataError
        If the data do not have the shape or the classes of the model.
    ProgramError
        If members or draws make no sense, or the back end cannot run the program.
    """
    interface = interface_of_model(model)
    dataset = shown_data(interface, dataset)
    if draws < 1 or (members is not None and members < 1):
        told = "" if members is None else f"{members} members, "
        raise ProgramError(f"simulation: {told}{draws} draws; at least 1 of each is needed")
    if isinstance(model, LearnedNetwork):
        size = members or 1
        results = evaluate_network(
            model, dataset, {size: draws}, seed=seed, backend=backend, threads=threads, progress=progress
        )
        return results[size]
    if members is not None:
        raise ProgramError(f"simulation: {members} members asked for; a program has those it was deployed with")
    return evaluate_program(model, dataset, draws=draws, seed=seed, backend=backend, threads=threads, progress=progress)


def shown_data(interface: Interface, named: DataLike | None, split: Split = "test") -> Dataset:
    """Give a split of what a model was trained on, or of data that are named, read as those were."""
    if named is None:
        return load_origin(interface.data, split)
    return as_dataset(named, split, interface.preparation)


def interface_of_model(model: LearnedNetwork | ChipProgram) -> Interface:
    """Give how a learned network would be, or a program is, fed and read; ProgramError where it cannot."""
    check_model(model)
    return model.interface if isinstance(model, LearnedNetwork) else interface_needed(model)


def redrawn(model: LearnedNetwork | ChipProgram) -> str | None:
    """Say what differs between draws: synapses of a network that samples, inputs that are drawn; None where nothing."""
    sampled = isinstance(model, LearnedNetwork) and not model.has_certain_synapses
    drawn = not interface_of_model(model).coding.certain
    return " and ".join(["synapses"] * sampled + ["inputs"] * drawn) or None


def draws_that_differ(model: LearnedNetwork | ChipProgram, draws: int) -> int:
    """Give how many of so many draws tell something new: one where nothing is drawn."""
    return draws if redrawn(model) is not None else min(draws, 1)


def evaluate_program(
    program: ChipProgram,
    dataset: Dataset,
    *,
    draws: int = 1,
    seed: int = 0,
    backend: str = "fast",
    threads: int = 0,
    progress: Progress | None = None,
) -> Measurement:
    """Measure a program on a data set; a draw takes fresh input spikes, the synapses stay."""
    check_data(interface_needed(program), dataset)
    check_draws(program, dataset, draws)
    _warn_of_pointless(program, draws)
    counted = [
        votes_of(
            Showing(program, dataset.values, seed_of_draw(seed, draw)),
            backend=backend,
            threads=threads,
            progress=progress,
        )
        for draw in range(draws_that_differ(program, draws))
    ]
    return measurement_of(program, counted, len(program.members), dataset)


def evaluate_network(
    network: LearnedNetwork,
    dataset: Dataset,
    ensembles: Mapping[int, int],
    *,
    seed: int = 0,
    backend: str = "fast",
    threads: int = 0,
    progress: Progress | None = None,
) -> dict[int, Measurement]:
    """Measure ensembles of a learned network; every draw samples synapses and input spikes anew.

    Parameters
    ----------
    ensembles : mapping of int to int
        For each ensemble size the number of draws. The members of a draw are nested: 4 are the first of 16.
    threads : int
        Processor cores to use; 0 takes all that this process may.

    Returns
    -------
    dict of Measurement by ensemble size
    """
    check_data(network.interface, dataset)
    check_members(network, max(ensembles))
    check_draws(network, dataset, max(ensembles.values()))
    _warn_of_pointless(network, max(ensembles.values()))
    differing = {size: draws_that_differ(network, draws) for size, draws in ensembles.items()}
    showings = member_showings(network, dataset.values, differing, seed)
    votes = (votes_of(showing, backend=backend, threads=threads, progress=progress) for showing in showings)
    return {size: measurement_of(network, counted, size, dataset) for size, counted in fold(votes, differing).items()}


def check_data(interface: Interface, dataset: Dataset) -> None:
    """Refuse data of another shape, or with classes that the program does not know, or knows in another order.

    Raises
    ------
    DataError
        Naming both shapes, or the class.
    """
    if dataset.value_shape != interface.value_shape:
        have, want = (" x ".join(map(str, shape)) for shape in (dataset.value_shape, interface.value_shape))
        raise DataError(f"data: images are {have}; the network reads {want}; name data of that shape with --dataset")
    if dataset.n_frames != interface.frames.n_frames:
        raise DataError(
            f"data: examples of {dataset.n_frames} frames; the network is shown {interface.frames.n_frames} of each; "
            "name data of that many with --dataset"
        )
    if dataset.n_classes > interface.n_classes:
        raise DataError(
            f"data: {dataset.n_classes} classes; the network knows {interface.n_classes}: "
            f"{', '.join(interface.class_names)}; choose data with those"
        )
    for label, (name, known) in enumerate(zip(dataset.class_names, interface.class_names, strict=False)):
        if name != known and name in interface.class_names:
            place = interface.class_names.index(name)
            raise DataError(
                f"data: label {label} is '{name}', which is the network's class {place}; number the classes as it does"
            )
    other = why_other_data(interface.data, dataset)
    if other is not None:
        _log.warning(f"data: {other}; what is measured is of those")


def check_draws(model: LearnedNetwork | ChipProgram, dataset: Dataset, draws: int) -> None:
    """Refuse more draws than there is memory for their votes, SizeError; where nothing is drawn there is one."""
    bytes_each = len(dataset) * interface_of_model(model).n_classes * np.dtype(np.int64).itemsize
    check_memory("simulation", draws_that_differ(model, draws), "draws", bytes_each)


def _warn_of_pointless(model: LearnedNetwork | ChipProgram, draws: int) -> None:
    if draws_that_differ(model, draws) < draws:
        _log.warning(f"draws: nothing is drawn, neither synapses nor inputs; one is measured in place of {draws}")


def measurement_of(
    model: LearnedNetwork | ChipProgram, counted: list[Votes], members: int, dataset: Dataset
) -> Measurement:
    """Give what the votes of an ensemble, one a draw, say of a model on these examples."""
    interface = interface_of_model(model)
    decisions = [votes.decisions for votes in counted]
    confusion = sum(
        (confusion_of(dataset.labels, decided.classes, interface.n_classes) for decided in decisions),
        np.zeros((interface.n_classes, interface.n_classes), np.int64),
    )
    activity = sum((votes.activity for votes in counted), Activity())
    return Measurement(
        members=members,
        cores=counted[0].cores,
        ticks_per_image=interface.period,
        latency_ticks=interface.latency,
        decided_ticks=interface.decided_after,
        redrawn=redrawn(model),
        images=len(dataset),
        accuracies=tuple(accuracy(decided.classes, dataset.labels) for decided in decisions),
        tie_rate=float(np.mean([decided.tied.mean() for decided in decisions])),
        spikes_per_image=activity.spikes_per_image,
        events_per_image=activity.events_per_image,
        hops_per_image=activity.hops_per_image,
        crossings_per_image=activity.crossings_per_image,
        path=counted[0].path,
        confusion=tuple(map(tuple, confusion.tolist())),
    )
