"""Results that are kept as they come, so that a study which is stopped goes on where it was."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from spikeloom.reading import read_bytes
from spikeloom.studies.job import Job
from spikeloom.studies.workers import done
from spikeloom.writing import clean, folder_aside, sync_folder

PIECES_FOLDER = "pieces"

_log = logging.getLogger(__name__)

Hear = Callable[[str, int, int], None]
"""Hears what is done, how many of them are, and of how many."""


def kept_or_done(
    what: str, jobs: Sequence[Job], folder: Path, hear: Hear, *, workers: int = 0, dask: str | None = None
) -> Iterator[Any]:
    """Give the results of all jobs, in their order; parameters as of `pieces`."""
    places = pieces(what, jobs, folder, hear, workers=workers, dask=dask)
    return (job.kept(place) for job, place in zip(jobs, places, strict=True))


def pieces(
    what: str, jobs: Sequence[Job], folder: Path, hear: Hear, *, workers: int = 0, dask: str | None = None
) -> list[Path]:
    """Do the jobs whose results the folder does not hold, and give the files of all, in the order of the jobs.

    Parameters
    ----------
    what : str
        Is done, in a word for who hears of it.
    workers, dask
        As in `spikeloom.studies.workers.done`; whichever they are, the results are the same.
    """
    within = folder / PIECES_FOLDER
    within.mkdir(parents=True, exist_ok=True)
    clean(within)
    there = {place.name.partition("-")[0] for place in within.iterdir()}
    kept = {job.key: place for job in jobs if job.key in there and (place := piece_of(job, folder)) is not None}
    asked = {job.key: job for job in jobs}
    missing = [job for key, job in asked.items() if key not in kept]
    for number, (job, result) in enumerate(done(missing, workers, dask), start=len(kept) + 1):
        kept[job.key] = _keep(job, result, within)
        hear(what, number, len(asked))
    return [kept[job.key] for job in jobs]


def piece_of(job: Job, folder: Path) -> Path | None:
    """Give the file of a job's result; None where there is none, or where what it holds is not what its name says."""
    for place in sorted((folder / PIECES_FOLDER).glob(f"{job.key}-*.safetensors")):
        try:
            if place.name == _name(job, read_bytes(place)):
                return place
        except OSError:
            pass  # a folder, a pipe, what may not be read
        _log.warning(f"{place}: is damaged; it is done again")
    return None


def _keep(job: Job, result: Any, within: Path) -> Path:
    """Write a result under a name that tells its job and what it holds, so that nothing else is taken for it."""
    with folder_aside(within) as aside:
        job.keep(result, aside / "piece")
        place = (aside / "piece").replace(within / _name(job, (aside / "piece").read_bytes()))
    sync_folder(within)
    return place


def _name(job: Job, content: bytes) -> str:
    return f"{job.key}-{hashlib.sha256(content).hexdigest()[:32]}.safetensors"
