"""Results that are kept as they come, so that a study which is stopped goes on where it was."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from spikeloom.errors import ArtefactError
from spikeloom.studies.job import Job
from spikeloom.studies.workers import done

PIECES_FOLDER = "pieces"

_log = logging.getLogger(__name__)

Hear = Callable[[str, int, int], None]
"""Hears what is done, how many of them are, and of how many."""


def results(
    what: str, jobs: Sequence[Job], folder: Path, hear: Hear, *, workers: int = 0, dask: str | None = None
) -> Iterator[Any]:
    """Do the jobs whose results the folder does not hold, and give all results in the order of the jobs.

    Parameters
    ----------
    what : str
        Is done, in a word for who hears of it.
    workers, dask
        As in `spikeloom.studies.workers.done`; whichever they are, the results are the same.
    """
    places = {job.key: place_of(job, folder) for job in jobs}
    missing = [job for job in jobs if not _is_there(job, places[job.key])]
    n_done = len(jobs) - len(missing)
    for number, (job, result) in enumerate(done(missing, workers, dask), start=n_done + 1):
        job.keep(result, places[job.key])
        hear(what, number, len(jobs))
    return (job.kept(places[job.key]) for job in jobs)


def place_of(job: Job, folder: Path) -> Path:
    """Give the file of a job's result."""
    return folder / PIECES_FOLDER / f"{job.key}.safetensors"


def _is_there(job: Job, place: Path) -> bool:
    """Whether a whole result is there; one that is damaged is done again."""
    if not place.exists():
        return False
    try:
        job.kept(place)
    except ArtefactError as error:
        _log.warning(f"{error}; it is done again")
        return False
    return True
