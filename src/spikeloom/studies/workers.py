"""Jobs done by processes of this machine, or by a Dask cluster; results come as they are done, in any order.

A process that dies takes with it only what it was at: those jobs are done again.
"""

from __future__ import annotations

import os
import signal
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Any, Protocol, TypeVar

from spikeloom.errors import SpikeloomError, StudyError
from spikeloom.optional import needed

TRIES = 3
"""Times that workers may die one after another while no job is done, before the study gives up."""

_WAIT_SECONDS = 8  # for a scheduler to answer
_LOOK_SECONDS = 1  # between two looks of a worker whether its study is there yet


class Work(Protocol):
    """What can be done anywhere: plain, so that it can be sent, and told from others by its key."""

    @property
    def key(self) -> str:
        """A name that no other work has."""

    def done(self, threads: int) -> Any:
        """Give what comes of it."""


W = TypeVar("W", bound=Work)


def done(jobs: Sequence[W], workers: int = 0, dask: str | None = None) -> Iterator[tuple[W, Any]]:
    """Give every job with its result, in the order in which they are done.

    Parameters
    ----------
    jobs : sequence of Work
    workers : int
        Processes of this machine, of one thread each; 0 is this process, on all processors.
    dask : str, optional
        Address of a scheduler, ``tcp://host:port``, whose workers do the jobs in place of this machine.

    Raises
    ------
    StudyError
        If workers die again and again, or the scheduler is not there or is lost.
    """
    if dask is None and workers == 0:
        for job in jobs:
            yield job, job.done(threads=0)
        return
    left, fruitless = {job.key: job for job in jobs}, 0
    with _backend(workers, dask) as parallel:
        while left:
            before = len(left)
            try:
                for key, result in parallel(_call(job) for job in list(left.values())):
                    if key in left:  # what workers had done before they died may come twice
                        yield left.pop(key), result
            except SpikeloomError:
                raise
            except Exception as error:
                if not _is_of_workers(error):
                    raise
                fruitless = fruitless + 1 if len(left) == before else 0
                if fruitless == TRIES or dask is not None:
                    raise StudyError(
                        f"workers: {_told(error, dask)}; {len(left)} jobs are left: run it again"
                    ) from error


def _call(job: Work) -> Any:
    from joblib import delayed

    return delayed(_keyed)(job)


def _keyed(job: Work) -> tuple[str, Any]:
    return job.key, job.done(threads=1)


@contextmanager
def _backend(workers: int, dask: str | None) -> Iterator[Any]:
    """Give what runs calls in parallel."""
    from joblib import Parallel, parallel_config
    from joblib.externals.loky import get_reusable_executor

    if dask is None:
        own = {"initializer": _serve_the_first, "initargs": (os.getpid(),)}
        with (
            parallel_config(backend="loky", n_jobs=workers, inner_max_num_threads=1, **own),
            warnings.catch_warnings(),
        ):
            warnings.filterwarnings("ignore", module="joblib")  # that jobs are given up, where a study is stopped
            try:
                yield Parallel(return_as="generator_unordered", batch_size=1, max_nbytes=None)
            except BaseException:
                get_reusable_executor(reuse=True).shutdown(wait=False, kill_workers=True)
                raise
        return
    if not dask.startswith("tcp://"):
        raise StudyError(f"--dask {dask}: an address tcp://HOST:PORT is needed")
    distributed = needed("distributed", "spikeloom[cluster]")
    try:
        client = distributed.Client(dask, timeout=_WAIT_SECONDS)
    except (OSError, ValueError, OverflowError) as error:
        raise StudyError(f"--dask {dask}: no scheduler answers there ({' '.join(str(error).split())[:120]})") from error
    with client, parallel_config(backend="dask", client=client):
        yield Parallel(return_as="generator_unordered", batch_size=1, max_nbytes=None)


def _serve_the_first(process: int) -> None:
    """Work for a process, which Ctrl-C stops alone though a terminal sends it to all; end where that one is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_without, args=(process,), daemon=True).start()


def _end_without(process: int) -> None:
    while os.getppid() == process:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)


def _is_of_workers(error: Exception) -> bool:
    """Whether workers or the scheduler are gone, and no job is at fault."""
    names = {kind.__name__ for kind in type(error).__mro__}
    lost = {"TerminatedWorkerError", "BrokenProcessPool", "KilledWorker", "CommClosedError", "CancelledError"}
    return bool(names & lost) or isinstance(error, TimeoutError | ConnectionError)


def _told(error: Exception, dask: str | None) -> str:
    where = "of this machine" if dask is None else f"of {dask}"
    return f"those {where} are gone ({type(error).__name__})"
