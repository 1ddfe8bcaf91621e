"""Files written whole or not at all, and places that are checked before the work whose result goes there."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spikeloom.errors import ArtefactError

PART_PREFIX = ".spikeloom-"
"""Of files and folders that become the real ones when they are whole; a kill leaves them, and old ones are cleaned."""

_PART_BYTES = 8
_PART_NAME = "[0-9a-f]" * 2 * _PART_BYTES  # what else may be called so is somebody's own
_OLD_SECONDS = 3600  # after which no writing goes on any more


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` so that a kill at any moment leaves the old file or the new one.

    A link is followed, and stays; a file that is there keeps its mode, a new one has what the umask leaves.

    Raises
    ------
    ArtefactError
        If the path is no regular file, the folder cannot be written, or the disk is full; an older file stays whole.
    """
    path = Path(path)
    part: Path | None = None
    try:
        mode, target = _mode_of(path), Path(os.path.realpath(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.parent / f"{PART_PREFIX}{secrets.token_hex(_PART_BYTES)}"
        # created by its name alone, so that neither a link of that name nor another writer's file is ever opened
        with open(part, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            part.chmod(mode)
        part.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


@contextmanager
def folder_aside(folder: Path) -> Iterator[Path]:
    """Give a folder inside another for files that are not whole yet; it goes when the work is done, or has failed."""
    aside = folder / f"{PART_PREFIX}{secrets.token_hex(_PART_BYTES)}"
    aside.mkdir()
    try:
        yield aside
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def clean(folder: Path) -> None:
    """Take away what kills have left in a folder: parts of ours, and old."""
    if not folder.is_dir():
        return
    for place in folder.glob(f"{PART_PREFIX}{_PART_NAME}"):
        try:
            state = place.lstat()
            if time.time() - state.st_mtime < _OLD_SECONDS or not _is_ours(state):
                continue
            shutil.rmtree(place) if stat.S_ISDIR(state.st_mode) else place.unlink()
        except OSError:
            continue  # another process was first, or it may not be taken away: it harms nobody


def _is_ours(state: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or state.st_uid == os.getuid()


def check_place(path: Path) -> None:
    """Refuse a file's place that cannot be written, before the work whose result would go there.

    Raises
    ------
    ArtefactError
        Naming the cause.
    """
    try:
        _mode_of(Path(path))
        check_folder(Path(os.path.realpath(path)).parent)
    except OSError as error:
        raise unwritable(path, error) from error


def check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be written or made, and clean one that can; errors as in `check_place`."""
    places = (Path(folder).absolute(), *Path(folder).absolute().parents)
    try:
        existing = next(place for place in places if place.exists())
    except OSError as error:  # a name that is too long, a folder that may not be looked into
        raise unwritable(folder, error) from error
    if not existing.is_dir():
        raise unwritable(folder, NotADirectoryError(errno.ENOTDIR, f"{existing} is a file"))
    if not os.access(existing, os.W_OK | os.X_OK):
        read_only = hasattr(os, "statvfs") and os.statvfs(existing).f_flag & os.ST_RDONLY
        cause = errno.EROFS if read_only else errno.EACCES
        raise unwritable(folder, OSError(cause, os.strerror(cause)))
    clean(Path(folder))


def _mode_of(path: Path) -> int | None:
    """Give the mode of the regular file at a path, None where there is none; OSError where something else is."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, f"is a {_kind(mode)}, and only a regular file is replaced")
    return stat.S_IMODE(mode)


def _kind(mode: int) -> str:
    kinds = {stat.S_ISCHR: "device", stat.S_ISBLK: "device", stat.S_ISFIFO: "pipe", stat.S_ISSOCK: "socket"}
    return next((name for is_kind, name in kinds.items() if is_kind(mode)), "special file")


def sync_folder(folder: Path) -> None:
    """See to it that the name, too, survives a loss of power, where the system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # a folder that may be written but not read
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # file systems that know no syncing of folders
    finally:
        os.close(descriptor)


_WAYS_OUT = {
    errno.ENOSPC: "free space, or choose another disk",
    errno.EDQUOT: "free space of your quota, or choose another disk",
    errno.EFBIG: "raise the limit on file sizes, or choose another disk",
    errno.EISDIR: "name a file in it",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ELOOP: "name the file itself",
}


def unwritable(path: Path, error: OSError) -> ArtefactError:
    """Give the error that says why a path cannot be written, and the way out of that cause."""
    way_out = _WAYS_OUT.get(error.errno or 0, "choose a place that you may write to")
    return ArtefactError(f"{path}: cannot be written: {error.strerror or error}; {way_out}")
