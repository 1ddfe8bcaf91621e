"""Many files of a data set, read one after another; those that cannot be read are told, and stop nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from spikeloom.errors import DataError
from spikeloom.progress import bars_are_seen, progress_bar

T = TypeVar("T")


@dataclass(frozen=True)
class Read(Generic[T]):
    """What was read of many files.

    values : one a file that could be read
    places : of those files among all
    failures : name and reason of each other
    """

    values: list[T]
    places: list[int]
    failures: list[str]


def read_many(paths: Sequence[Path], read: Callable[[Path], T], bar_from: int) -> Read[T]:
    """Read files, with a bar from so many on."""
    found: Read[T] = Read([], [], [])
    with progress_bar("reading", len(paths), bars_are_seen() and len(paths) >= bar_from) as advance:
        for place, path in enumerate(paths):
            try:
                found.values.append(read(path))
                found.places.append(place)
            except DataError as error:
                found.failures.append(f"{path.parent.name}/{path.name} ({str(error).removeprefix(f'{path}: ')})")
            advance(1)
    return found
