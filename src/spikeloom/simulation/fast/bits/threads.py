"""How many threads compiled code runs on, and in which process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numba

from spikeloom.errors import ProgramError

# The compiled code's threads belong to the process that first used them. A fork copies the memory and none of the
# threads, so the child would wait for them for ever, or be ended by their library.
_owner: list[int] = []


@contextmanager
def running_on(threads: int) -> Iterator[None]:
    """Let compiled loops use this many threads, or all that the machine has, if those are fewer.

    Raises
    ------
    ProgramError
        If this process was forked from one in which compiled loops had run.
    """
    if not _owner:
        _owner.append(os.getpid())
    if _owner != [os.getpid()]:
        raise ProgramError(
            "threads: this process was forked from one whose simulator had run, and its threads did not come along; "
            "start processes with multiprocessing.get_context('spawn'), or simulate in the children alone"
        )
    before = numba.get_num_threads()
    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    try:
        yield
    finally:
        numba.set_num_threads(before)
