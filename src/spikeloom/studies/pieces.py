"""Results of jobs as files: votes, drift ledgers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter, ValidationError

from spikeloom.artefact import Format, checked_array, read_artefact, write_artefact
from spikeloom.drift.ledger import Stage
from spikeloom.errors import ArtefactError
from spikeloom.measure.activity import Activity
from spikeloom.measure.votes import Votes
from spikeloom.simulation.base import COUNTS, N_COUNTS

VOTES = Format("votes of a job", 2, "spikeloom sweep STUDY.toml")
LEDGER = Format("drift ledger of a job", 1, "spikeloom sweep STUDY.toml")

_STAGES = TypeAdapter(list[Stage])
_COUNTS = ("images", *COUNTS)


def save_votes(votes: Votes, path: Path) -> None:
    """Write votes, without those of single examples' cost."""
    arrays = {"votes": votes.votes.astype(np.int32), "voters": votes.voters.astype(np.int32)}
    record = {"activity": asdict(votes.activity), "cores": votes.cores, "path": votes.path}
    write_artefact(path, VOTES, arrays, record)


def load_votes(path: Path) -> Votes:
    """Read votes; ArtefactError where the file is damaged or foreign."""
    arrays, record = read_artefact(path, VOTES)
    votes = checked_array(arrays, "votes", np.int32, (None, None), path).astype(np.int64)
    voters = checked_array(arrays, "voters", np.int32, (votes.shape[1],), path).astype(np.int64)
    try:
        counts = {name: record["activity"][name] for name in _COUNTS}
        cores, way = record["cores"], record["path"]
    except (KeyError, TypeError) as error:
        raise ArtefactError(f"{path}: has no {error}; delete it, and it is made again") from error
    if any(type(number) is not int or number < 0 for number in (*counts.values(), cores)) or not isinstance(way, str):
        raise ArtefactError(f"{path}: counts of {counts}, {cores} cores; delete it, and it is made again")
    return Votes(votes, voters, Activity(**counts), cores, way, np.zeros((0, N_COUNTS), np.int64))


def save_ledger(stages: Sequence[Stage], path: Path) -> None:
    """Write a drift ledger."""
    write_artefact(path, LEDGER, {}, {"stages": [asdict(stage) for stage in stages]})


def load_ledger(path: Path) -> list[Stage]:
    """Read a drift ledger; ArtefactError where the file is damaged or foreign."""
    _, record = read_artefact(path, LEDGER)
    try:
        return _STAGES.validate_python(record.get("stages"))
    except ValidationError as error:
        raise ArtefactError(f"{path}: holds no ledger; delete it, and it is made again") from error
