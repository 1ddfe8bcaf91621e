"""How kernels are compiled: kept on disk where that is safe, and without the interpreter's lock.

What is kept is code that is executed when it is loaded. So it is kept where the user's own or the package's files lie,
and nowhere else; where there is no such place kernels are compiled anew in every process. A file that was cut short is
left out and made anew.
"""

from __future__ import annotations

import hashlib
import os
import stat
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from numba import njit
from numba.core.caching import FunctionCache
from numba.core.errors import NumbaSystemWarning

# threads that it starts need no lock between processes, and so none of a file in memory, which may be full
warnings.filterwarnings("ignore", "Could not obtain multiprocessing lock", NumbaSystemWarning)


# Where kernels stand, and the constants that are compiled into them.
_ROOMS = ("simulation", "randomness", "chip/limits.py", "chip/trains.py")


def _sources() -> str:
    """Give the SHA-256 of every line that kernels may be made of."""
    package, total = Path(__file__).parents[3], hashlib.sha256()
    for room in _ROOMS:
        place = package / room
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            total.update(path.read_bytes())
    return total.hexdigest()


_SOURCES = _sources()


class _Kept(FunctionCache):
    """A cache that goes on without what it cannot read or write, and forgets what was compiled of other sources."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        # numba knows a function by its own file alone, and would keep what is compiled into it from others
        self._cache_file._source_stamp = (self._cache_file._source_stamp, _SOURCES)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Give compiled code of this signature; None where there is none, or none that can be read."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # a file that was cut short, or of another numba, makes its reader raise anything
            with suppress(Exception):
                self._cache_file.flush()  # an index that cannot be read could not be added to either
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep compiled code where that can be done; a full disk keeps nobody from running it."""
        try:
            super().save_overload(sig, data)
        except Exception:
            self.disable()


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Give a decorator that compiles a function with these options of numba's, and keeps the code where it may be."""

    def decorate(function: Callable[..., Any]) -> Any:
        dispatcher = njit(**options)(function)
        cache = _cache_of(function)
        if cache is not None:
            dispatcher._cache = cache
        return dispatcher

    return decorate


def kept_in(kernel: Any) -> Path | None:
    """Give the folder in which a kernel's code is kept; None where it is not."""
    path = kernel.stats.cache_path
    return None if path is None else Path(path)


def _cache_of(function: Callable[..., Any]) -> _Kept | None:
    try:
        cache = _Kept(function)
    except RuntimeError:  # there is no folder that may be written to
        return None
    source = Path(function.__code__.co_filename)
    return cache if _is_trusted(Path(cache.cache_path).resolve(), source) else None


def _is_trusted(folder: Path, source: Path) -> bool:
    """Whether only those can write to a folder, or change its name, who could change the package, or us, anyway."""
    if not hasattr(os, "getuid"):
        return True
    try:
        owners = {os.getuid(), 0, source.stat().st_uid}
        inner, *outer = (place.stat() for place in (folder, *folder.parents) if place.exists())
    except OSError:
        return False
    # anybody may write to a folder such as /tmp, but not take away what is another's
    sticky = all(not place.st_mode & stat.S_IWOTH or place.st_mode & stat.S_ISVTX for place in outer)
    return sticky and not inner.st_mode & stat.S_IWOTH and all(place.st_uid in owners for place in (inner, *outer))


# _nrt=False: no reference counting, which with a dozen arrays an argument would cost more than a core's tick; kernels
# make no arrays, so they need none
kernel = compiled(nogil=True, _nrt=False)
"""Compiles a function."""

inlined = compiled(nogil=True, _nrt=False, forceinline=True)
"""Compiles a function into all that call it."""

shared = compiled(nogil=True, parallel=True)
"""Compiles a function whose loops are shared among threads."""
