"""Pieces of measuring that can run anywhere and in any order, and the fold that puts them together.

A `Showing` is plain and picklable: a process, or a machine, that is handed one gives the same `Votes` as any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.deployment.deploy import deploy_members
from spikeloom.errors import ProgramError
from spikeloom.measure.faults import Fault
from spikeloom.measure.votes import Progress, Votes, count_votes
from spikeloom.network.learned import LearnedNetwork
from spikeloom.randomness.streams import fault_generator, seed_of_draw
from spikeloom.value import Value


@dataclass(frozen=True, eq=False, repr=False)
class Showing(Value):
    """Examples shown to one member of one draw, or to a whole program.

    model : LearnedNetwork, of which `member` is sampled, or ChipProgram
    values : (n_examples, n_values) float32
    seed : root of everything that is drawn, synapses, inputs and faults
    member : of a network; None of a program
    """

    model: LearnedNetwork | ChipProgram
    values: np.ndarray
    seed: int
    member: int | None = None
    fault: Fault | None = None


def votes_of(showing: Showing, *, backend: str = "fast", threads: int = 0, progress: Progress | None = None) -> Votes:
    """Give the votes of a showing."""
    program, values = _program(showing), showing.values
    if showing.fault is not None:
        program, values = showing.fault.broken(program, values, fault_generator(showing.seed))
    return count_votes(program, values, showing.seed, backend=backend, threads=threads, progress=progress)


def members_of_draws(ensembles: Mapping[int, int]) -> list[int]:
    """Give the members of each draw: as many as the largest ensemble that still has a draw then."""
    draws = range(max(ensembles.values()))
    return [max(size for size, n_draws in ensembles.items() if draw < n_draws) for draw in draws]


def member_showings(
    network: LearnedNetwork, values: np.ndarray, ensembles: Mapping[int, int], seed: int
) -> Iterator[Showing]:
    """Give the showings of ensembles of a network: in each draw those members that it needs.

    Parameters
    ----------
    ensembles : mapping of int to int
        For each ensemble size the number of draws.
    """
    for draw, n_members in enumerate(members_of_draws(ensembles)):
        for member in range(n_members):
            yield Showing(network, values, seed_of_draw(seed, draw), member)


def fold(votes: Iterable[Votes], ensembles: Mapping[int, int]) -> dict[int, list[Votes]]:
    """Give the votes of every ensemble, one a draw, from those of its members in the order of `member_showings`.

    The members of a draw are nested: 4 are the first of 16.
    """
    counted: dict[int, list[Votes]] = {size: [] for size in ensembles}
    # votes are folded as they come, so that no more than one draw's sum is held
    following = iter(votes)
    for draw, n_members in enumerate(members_of_draws(ensembles)):
        together: Votes | None = None
        for size in range(1, n_members + 1):
            member = next(following)
            together = member if together is None else together.beside(member)
            if draw < ensembles.get(size, 0):
                counted[size].append(together)
    return counted


def _program(showing: Showing) -> ChipProgram:
    if isinstance(showing.model, ChipProgram):
        return showing.model
    if showing.member is None:
        raise ProgramError("showing: names no member of the network to sample; give one")
    return deploy_members(showing.model, [showing.member], showing.seed)
