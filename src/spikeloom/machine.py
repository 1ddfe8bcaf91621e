"""What this machine lends: processors and memory; and the one check that work fits into the latter before it begins."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

from spikeloom.errors import SizeError

try:
    import resource
except ImportError:  # a system without such limits
    resource = None  # type: ignore[assignment]

_STAT = Path("/proc/stat")
_LOOK_SECONDS = 0.1
_CGROUP, _OWN_GROUPS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
_SHARE = 0.75  # of the memory: the rest is the system's, and what an estimate misses
_UNKNOWN_BYTES = 2**34
_LIBRARY_BYTES, _LIBRARY_BYTES_PER_PROCESSOR = 3 * 2**28, 2**27  # of address space: torch and LLVM, OpenBLAS's buffers


def processors() -> int:
    """Give the processor cores that this process may use.

    Its affinity, within the quota of its control group and what ``OMP_NUM_THREADS`` says, where it does.
    """
    wished = os.environ.get("OMP_NUM_THREADS", "")
    return max(min(_allowed(), int(wished)), 1) if wished.isdecimal() else _allowed()


def _allowed() -> int:
    quotas = [text.partition(" ")[::2] for text in _settings("cpu.max")]
    quotas += list(zip(_settings("cpu.cfs_quota_us", "cpu"), _settings("cpu.cfs_period_us", "cpu"), strict=False))
    shares = [
        math.ceil(int(quota) / int(period))
        for quota, period in quotas
        if quota.isdecimal() and period.isdecimal() and int(period)
    ]
    return max(min([len(_affinity()), *shares]), 1)


def threads_for(asked: int = 0) -> int:
    """Give the threads to use where so many are asked for, 0 for all: no more than there are processors.

    More would only wait for each other, since compiled loops meet at barriers.
    """
    return min(asked, _allowed()) if asked > 0 else processors()


def _size(n_bytes: int) -> str:
    if n_bytes >= 2**80:
        return "more than any machine has"
    return f"{n_bytes / 2**30:,.0f} GiB" if n_bytes >= 2**30 else f"{n_bytes / 2**20:,.1f} MiB"


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
    """Give the bytes that this process may take: most of the machine's, within its limit and its control group's."""
    try:
        physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # a system that does not tell
        physical = _UNKNOWN_BYTES
    limits = [*_settings("memory.max"), *_settings("memory.limit_in_bytes", "memory")]
    return int(_SHARE * min([physical, _address_space() or physical, *map(int, filter(str.isdecimal, limits))]))


def check_address_space() -> None:
    """Refuse to begin where less may be addressed than our libraries take: OpenBLAS, for one, would ask for ever.

    Raises
    ------
    SizeError
        With the limit, and what is needed.
    """
    limit = _address_space()
    needed = _LIBRARY_BYTES + _LIBRARY_BYTES_PER_PROCESSOR * len(_affinity())
    if limit is not None and limit < needed:
        raise SizeError(
            f"system: {_size(limit)} of address space may be taken (ulimit -v); {_size(needed)} are needed to begin; "
            "raise that limit"
        )


def _address_space() -> int | None:
    """Give the bytes that this process may address; None where nothing limits them, or the system does not tell."""
    if resource is None:
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if limit == resource.RLIM_INFINITY else limit


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
            f"{part}: {count:,} {noun} take about {_size(n_bytes)}; {_size(there)} may be taken here; "
            f"at most {there // bytes_each:,} {noun} fit"
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


def _settings(name: str, controller: str = "") -> list[str]:
    """Give a setting of our control group and of those around it, innermost first; none where they have none.

    Version 2 has one tree of groups, version 1 a tree a controller.
    """
    found = []
    for place in _groups(controller):
        try:
            found.append((place / name).read_text().strip())
        except (OSError, UnicodeDecodeError):
            continue
    return found


def _groups(controller: str) -> list[Path]:
    """Give the folders of our control group and of those around it."""
    root = _CGROUP / controller
    try:
        lines = [line.split(":", 2) for line in _OWN_GROUPS.read_text().splitlines()]
    except OSError:
        return [root]
    own = [path for _, names, path in lines if controller in names.split(",")]
    inner = [root / path.lstrip("/") for path in own if path != "/"]
    return [place for path in inner for place in (path, *path.parents) if root in place.parents] + [root]
