"""What this machine lends: processors and memory; and the one check that work fits into the latter before it begins."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

from spikeloom.errors import SizeError

_STAT = Path("/proc/stat")
_LOOK_SECONDS = 0.1
_CGROUP = Path("/sys/fs/cgroup")
_SHARE = 0.75  # of the memory: the rest is the system's, and what an estimate misses
_UNKNOWN_BYTES = 2**34
_GIB = 2**30


def processors() -> int:
    """Give the processor cores that this process may use.

    Its affinity, within the quota of its control group and what ``OMP_NUM_THREADS`` says, where it does.
    """
    allowed = len(_affinity())
    wished = os.environ.get("OMP_NUM_THREADS", "")
    allowed = min(allowed, int(wished)) if wished.isdecimal() else allowed
    quota, _, period = _setting("cpu.max").partition(" ")
    if quota.isdecimal() and period.isdecimal() and int(period):
        allowed = min(allowed, math.ceil(int(quota) / int(period)))
    return max(allowed, 1)


def threads_for(asked: int = 0) -> int:
    """Give the threads to use where so many are asked for, 0 for all that pay off: no more than there are processors.

    More would only wait for each other: compiled loops meet at barriers.
    """
    return min(asked, processors()) if asked > 0 else processors()


class Neighbours:
    """Tells how many processors other programs leave free, by what they did since it was last asked."""

    def __init__(self) -> None:
        self._before, self._free = _now(), processors()

    def free(self) -> int:
        """Give the processors that were free, one at least; all where the system does not tell."""
        now = _now()
        seconds, busy, own = (end - begin for end, begin in zip(now, self._before, strict=True))
        if seconds >= _LOOK_SECONDS:  # the system counts in hundredths of a second
            others = max(busy - own, 0.0) / seconds
            self._before, self._free = now, max(min(processors(), round(len(_affinity()) - others)), 1)
        return self._free


def free_processors() -> int:
    """Give the processors that other programs leave free just now, in a tenth of a second."""
    neighbours = Neighbours()
    time.sleep(_LOOK_SECONDS)
    return neighbours.free()


def memory_bytes() -> int:
    """Give the bytes that this process may take: most of the machine's, within the limit of its control group."""
    try:
        physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # a system that does not tell
        physical = _UNKNOWN_BYTES
    limit = _setting("memory.max")
    return int(_SHARE * min(physical, int(limit) if limit.isdecimal() else physical))


def check_memory(part: str, count: int, noun: str, bytes_each: int) -> None:
    """Refuse so many of something before the work on them begins, where they take more memory than there is.

    Raises
    ------
    SizeError
        With what they would take, what there is, and how many would fit.
    """
    n_bytes, there = count * bytes_each, memory_bytes()
    if n_bytes > there:
        raise SizeError(
            f"{part}: {count:,} {noun} take about {n_bytes / _GIB:,.0f} GiB; {there / _GIB:,.0f} GiB may be "
            f"taken here; at most {there // bytes_each:,} {noun} fit"
        )


def _affinity() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


def _now() -> tuple[float, float, float]:
    """Give the time, and the seconds that all programs on our processors have run by then, and that we have."""
    return time.monotonic(), _busy_seconds(), time.process_time()


def _busy_seconds() -> float:
    """Give how long our processors have been busy; programs of low priority count too, since they yield too late."""
    try:
        lines = [line.split() for line in _STAT.read_text().splitlines()]
        ours = {f"cpu{number}" for number in _affinity()}
        # user, nice, system, idle, waiting, interrupts, soft interrupts, stolen, guest, niced guest
        busy = (line[1:] for line in lines if line and line[0] in ours)
        jiffies = sum(sum(map(int, (user, nice, system, stolen))) for user, nice, system, *_, stolen, _, _ in busy)
        return jiffies / os.sysconf("SC_CLK_TCK")
    except (AttributeError, OSError, ValueError):
        return 0.0


def _setting(name: str) -> str:
    """Give a setting of the control group, or nothing where it has none."""
    try:
        return (_CGROUP / name).read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""
