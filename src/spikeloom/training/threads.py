"""How many threads a training runs on: as many as pay off and others leave free, and the same when it goes on."""

from __future__ import annotations

from pathlib import Path

from spikeloom.artefact import read_record
from spikeloom.errors import ArtefactError
from spikeloom.machine import free_processors, threads_for
from spikeloom.training.files import CHECKPOINT_FILE

_WORK_PER_THREAD = 250  # cores times examples of a step, below which a second thread gains nothing


def training_threads(asked: int, n_cores: int, batch: int, run: Path | None) -> int:
    """Give the threads of a training.

    A sum that other threads share out is rounded otherwise, so a run that goes on keeps the number that it began with:
    then it ends bit for bit as if it had not stopped.

    Parameters
    ----------
    asked : int
        By the user; 0 leaves it to the work and to what other programs leave free.
    """
    if asked:
        return threads_for(asked)
    before = _threads_before(run)
    if before is not None:
        return threads_for(before)
    return min(free_processors(), max(n_cores * batch // _WORK_PER_THREAD, 1))


def _threads_before(run: Path | None) -> int | None:
    """Give the threads that the training in a run folder used last; None where there is none, or it does not say."""
    if run is None or not (run / CHECKPOINT_FILE).exists():
        return None
    try:
        training = read_record(run / CHECKPOINT_FILE)["training"]
        threads = [training["provenance"], *training.get("resumed", [])][-1]["threads"]
    except (ArtefactError, AttributeError, KeyError, TypeError):
        return None  # what is wrong with the file is told by those who read all of it
    return threads if type(threads) is int and threads > 0 else None
