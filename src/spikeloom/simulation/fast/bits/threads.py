"""How many threads compiled code runs on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numba


@contextmanager
def running_on(threads: int) -> Iterator[None]:
    """Let compiled loops use this many threads, or all that the machine has, if those are fewer."""
    before = numba.get_num_threads()
    numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
    try:
        yield
    finally:
        numba.set_num_threads(before)
