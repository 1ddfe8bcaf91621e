"""A run folder that one training holds, so that no second one writes into it, and none goes on where it was deleted.

The lock is the system's own, on a file in the folder: it goes with the process, however that ends.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from spikeloom.errors import TrainingError
from spikeloom.training.files import LOCK_FILE
from spikeloom.writing import check_folder, unwritable

try:
    import fcntl
except ImportError:  # a system without locks of this kind
    fcntl = None  # type: ignore[assignment]


_WITHOUT_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}  # what file systems say that know none


class _NoLocksError(Exception):
    """The file system knows no locks."""


class Hold:
    """A run folder that is held."""

    def __init__(self, run: Path, descriptor: int) -> None:
        self._run, self._file, self._descriptor = run, run / LOCK_FILE, descriptor

    def check(self) -> None:
        """Refuse to go on where the folder was deleted or replaced: what would be written were half a run."""
        if not _is(self._file, self._descriptor):
            raise TrainingError(f"{self._run}: was deleted or moved under its training; nothing more is written")


@contextmanager
def held(run: Path | None) -> Iterator[Hold | None]:
    """Hold a run folder, made where it is not there; of no folder there is nothing to hold.

    On file systems without locks nothing is held: one training at a time is the user's care there.

    Raises
    ------
    TrainingError
        If another process holds it.
    ArtefactError
        If it cannot be written, or something else than a lock has the lock's name.
    """
    if run is None or fcntl is None:
        yield None
        return
    check_folder(run)
    is_new, file = not run.exists(), run / LOCK_FILE
    try:
        run.mkdir(parents=True, exist_ok=True)
        descriptor = _locked(run, file)
    except OSError as error:
        raise unwritable(file, error) from error
    if descriptor is None:
        yield None
        return
    try:
        yield Hold(run, descriptor)
    finally:
        with suppress(OSError):  # what cannot be taken away is a file without a lock, which holds nobody
            if _is(file, descriptor):
                file.unlink()
                if is_new and not any(run.iterdir()):
                    run.rmdir()  # refused before anything was written
        os.close(descriptor)


def _locked(run: Path, file: Path) -> int | None:
    """Give the lock's open file; None where there are no locks."""
    while True:
        # a link is not followed: what it leads to would be emptied
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
        try:
            if _takes(run, file, descriptor):
                return descriptor
        except _NoLocksError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # its holder took the file away between our opening and locking it


def _takes(run: Path, file: Path, descriptor: int) -> bool:
    """Lock a file that is open, and write into it who holds it; False where it is no longer the file of that name."""
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise OSError(errno.EINVAL, "is no regular file")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
        by = f" by process {holder}" if holder.isdecimal() else ""
        raise TrainingError(f"{run}: is in use{by}; wait until that is done, or choose another --out") from error
    except OSError as error:
        if error.errno not in _WITHOUT_LOCKS:
            raise
        raise _NoLocksError from error
    if not _is(file, descriptor):
        return False
    if (held_before := os.read(descriptor, 20)) and not held_before.isdigit():
        raise OSError(errno.EEXIST, "is a file of another kind")
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)  # from the beginning: reading has moved on
    return True


def _is(file: Path, descriptor: int) -> bool:
    """Whether the file of that name is the one that is open."""
    try:
        return os.path.samestat(os.stat(file), os.fstat(descriptor))
    except OSError:
        return False
