"""HDF5 files that hold all of their own: nothing in them leads to another file, or is larger than may be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from spikeloom.optional import needed
from spikeloom.reading import check_size

_DEPTH_MAX = 32
_ENTRIES_MAX = 100_000


class ForeignError(Exception):
    """An entry that is not the file's own; the message names it, and what to do."""


def check_own(file: Any) -> None:
    """Refuse a file of which any entry is a link or stored elsewhere, or which is too large to be read.

    Raises
    ------
    ForeignError
        Naming the entry.
    OSError
        If its arrays take more memory than a file may.
    """
    h5py = needed("h5py", "spikeloom[hdf5]")
    total = 0
    for count, (name, entry) in enumerate(_entries(h5py, file, "", 0)):
        if count >= _ENTRIES_MAX:
            raise ForeignError(f"it has more than {_ENTRIES_MAX:,} entries; none is read")
        if isinstance(entry, h5py.Dataset):
            check_array(h5py, entry, name)
            total += entry.nbytes
    check_size(total)


def check_link(h5py: Any, group: Any, name: str, place: str) -> None:
    """Refuse a name that leads elsewhere, before it is followed: it could lead to any file of this machine."""
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise ForeignError(f"'{place}' is a link to elsewhere, which is not followed; store the array itself")


def check_array(h5py: Any, entry: Any, place: str) -> None:
    """Refuse what is no array whose bytes lie in the file itself."""
    if not isinstance(entry, h5py.Dataset) or entry.external or entry.is_virtual:
        raise ForeignError(f"'{place}' is no array stored in the file itself; store it there")


def _entries(h5py: Any, group: Any, within: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > _DEPTH_MAX:
        raise ForeignError(f"'{within}' lies {depth} groups deep; at most {_DEPTH_MAX} are read")
    for name in group:
        place = f"{within}{name}"
        check_link(h5py, group, name, place)
        entry = group[name]
        yield place, entry
        if isinstance(entry, h5py.Group):
            yield from _entries(h5py, entry, f"{place}/", depth + 1)
