"""Measure programs and networks on a data set, over draws and ensembles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spikeloom.chip.program import ChipProgram, Interface
from spikeloom.data.datasets import Dataset
from spikeloom.deployment.deploy import deploy_members, interface_of
from spikeloom.errors import DataError, ProgramError
from spikeloom.measure.accuracy import accuracy, interval_95
from spikeloom.measure.activity import Activity
from spikeloom.measure.energy import Energy, energy_per_image, named_profile
from spikeloom.measure.votes import Progress, Votes, count_votes, interface_needed
from spikeloom.network.learned import LearnedNetwork


@dataclass(frozen=True)
class Result:
    """Accuracy and activity of an ensemble over draws.

    accuracies : one a draw
    tie_rate : share of images on which classes tied, mean over draws
    activity : counts over all draws
    redrawn : what differs between draws, "inputs" or "synapses and inputs"
    path : how the simulator ran, "streaming" or "general"
    """

    accuracies: tuple[float, ...]
    tie_rate: float
    activity: Activity
    n_images: int
    members: int
    cores: int
    ticks_per_image: int
    latency: int
    redrawn: str
    path: str

    @property
    def accuracy(self) -> float:
        """Mean accuracy over the draws."""
        return float(np.mean(self.accuracies))

    @property
    def accuracy_std(self) -> float | None:
        """Standard deviation over the draws; None of a single one."""
        return float(np.std(self.accuracies, ddof=1)) if len(self.accuracies) > 1 else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the mean accuracy, for the images that were drawn into the test set."""
        return interval_95(self.accuracy, self.n_images)

    def energy(self, profile: str) -> Energy:
        """Energy of one image in joules under a shipped profile; DataError where there is none of that name."""
        return energy_per_image(named_profile(profile), self.cores, self.ticks_per_image, self.activity)


def simulate(
    model: LearnedNetwork | ChipProgram,
    dataset: Dataset,
    members: int | None = None,
    *,
    draws: int = 1,
    seed: int = 0,
    backend: str = "fast",
    threads: int = 1,
    progress: Progress | None = None,
) -> Result:
    """Measure a program, whose synapses stay from draw to draw, or a learned network, sampled anew in every draw.

    Parameters
    ----------
    model : LearnedNetwork or ChipProgram
    dataset : Dataset
        Of the shape and the classes that the model knows.
    members : int, optional
        Of a learned network, 1 by default; a program has the members it was deployed with.
    draws : int
        Draw d takes seed + d.
    threads : int
        Processor cores to use.

    Raises
    ------
    DataError
        If the data do not have the shape or the classes of the model.
    ProgramError
        If members or draws make no sense, or the back end cannot run the program.
    """
    if draws < 1 or (members is not None and members < 1):
        raise ProgramError(f"simulation: {members} members, {draws} draws; at least 1 of each is needed")
    if isinstance(model, LearnedNetwork):
        sizes = {members or 1: draws}
        results = evaluate_network(
            model, dataset, sizes, seed=seed, backend=backend, threads=threads, progress=progress
        )
        return results[members or 1]
    if members is not None:
        raise ProgramError(f"simulation: {members} members asked for; a program has those it was deployed with")
    return evaluate_program(model, dataset, draws=draws, seed=seed, backend=backend, threads=threads, progress=progress)


def interface_of_model(model: LearnedNetwork | ChipProgram) -> Interface:
    """Give how a learned network would be, or a program is, fed and read; ProgramError where it cannot."""
    return interface_of(model) if isinstance(model, LearnedNetwork) else interface_needed(model)


def evaluate_program(
    program: ChipProgram,
    dataset: Dataset,
    *,
    draws: int = 1,
    seed: int = 0,
    backend: str = "fast",
    threads: int = 1,
    progress: Progress | None = None,
) -> Result:
    """Measure a program on a data set; draw d takes fresh input spikes of seed + d, the synapses stay."""
    check_data(interface_needed(program), dataset)
    counted = [
        count_votes(program, dataset.values, seed + draw, backend=backend, threads=threads, progress=progress)
        for draw in range(draws)
    ]
    return _result(counted, len(program.members), dataset, interface_needed(program), redrawn="inputs")


def evaluate_network(
    network: LearnedNetwork,
    dataset: Dataset,
    ensembles: Mapping[int, int],
    *,
    seed: int = 0,
    backend: str = "fast",
    threads: int = 1,
    progress: Progress | None = None,
) -> dict[int, Result]:
    """Measure ensembles of a learned network; draw d samples synapses and input spikes anew from seed + d.

    Parameters
    ----------
    ensembles : mapping of int to int
        For each ensemble size the number of draws. The members of a draw are nested: 4 are the first of 16.
    threads : int
        Processor cores to use.

    Returns
    -------
    dict of Result by ensemble size
    """
    check_data(interface_of(network), dataset)
    counted: dict[int, list[Votes]] = {size: [] for size in ensembles}
    together: Votes | None = None
    for draw, member in member_jobs(ensembles):
        program = deploy_members(network, [member], seed + draw)
        votes = count_votes(program, dataset.values, seed + draw, backend=backend, threads=threads)
        together = votes if together is None or member == 0 else together.beside(votes)
        if draw < ensembles.get(member + 1, 0):
            counted[member + 1].append(together)
        if progress is not None:
            progress(len(dataset) * network.n_cores)
    interface = interface_of(network)
    return {
        size: _result(votes, size, dataset, interface, redrawn="synapses and inputs") for size, votes in counted.items()
    }


def member_jobs(ensembles: Mapping[int, int]) -> list[tuple[int, int]]:
    """Give the (draw, member) pairs to simulate: in each draw as many members as its largest ensemble has."""
    return [
        (draw, member)
        for draw in range(max(ensembles.values()))
        for member in range(max(size for size, n_draws in ensembles.items() if draw < n_draws))
    ]


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
    if dataset.n_classes > len(interface.class_names):
        raise DataError(
            f"data: {dataset.n_classes} classes; the network knows {len(interface.class_names)}: "
            f"{', '.join(interface.class_names)}; choose data with those"
        )
    for label, (name, known) in enumerate(zip(dataset.class_names, interface.class_names, strict=False)):
        if name != known and name in interface.class_names:
            place = interface.class_names.index(name)
            raise DataError(
                f"data: label {label} is '{name}', which is the network's class {place}; number the classes as it does"
            )


def _result(counted: list[Votes], members: int, dataset: Dataset, interface: Interface, redrawn: str) -> Result:
    decisions = [votes.decisions for votes in counted]
    return Result(
        accuracies=tuple(accuracy(decided.classes, dataset.labels) for decided in decisions),
        tie_rate=float(np.mean([decided.tied.mean() for decided in decisions])),
        activity=sum((votes.activity for votes in counted), Activity()),
        n_images=len(dataset),
        members=members,
        cores=counted[0].cores,
        ticks_per_image=interface.ticks_per_image,
        latency=interface.latency,
        redrawn=redrawn,
        path=counted[0].path,
    )
