"""Folders of classes: every file below a class's folder is an example of it; what is left out is told in one line."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spikeloom.data.datasets import Dataset, Split, from_arrays
from spikeloom.data.events import EVENT_SUFFIXES, reach_of, read_recordings
from spikeloom.data.pictures import read_pictures
from spikeloom.errors import DataError
from spikeloom.interface.preparation import Preparation

_log = logging.getLogger(__name__)

_Reader = Callable[[Sequence[Path], Preparation], tuple[np.ndarray, list[int], list[str]]]

_DROPPINGS = {"thumbs.db", "desktop.ini", "__macosx", "icon\r", "$recycle.bin", "@eadir"}
_NAMED = 5  # files that a line names


@dataclass(frozen=True)
class _Files:
    """The files of a split, each with the place of its class among the names."""

    paths: list[Path]
    labels: np.ndarray


def has_classes(folder: Path, split: Split) -> bool:
    """Whether a folder has a folder of this split, with folders in it."""
    return bool(_class_folders(_part(folder, split)))


def load_folders(folder: Path, split: Split, preparation: Preparation) -> Dataset:
    """Read a split of a folder: pictures, or recordings of events, a folder a class.

    Raises
    ------
    DataError
        If there are none, or classes that the training set does not have.
    """
    classes, empty = _classes(folder, split)
    place = _part(folder, split)
    files = _files(place, classes)
    if not files.paths:
        raise DataError(f"{place}: holds no examples; a folder of pictures or recordings a class is needed")
    recordings = _are_recordings(files.paths)
    if recordings and preparation.size is None:  # the sensor is what the training recordings reach, in both splits
        known = _files(_part(folder, "train"), classes).paths or files.paths
        preparation = preparation.model_copy(update={"size": reach_of(known)})
    reader: _Reader = read_recordings if recordings else read_pictures
    images, read, failures = reader(files.paths, preparation)
    if not read:
        raise DataError(f"{place}: none of {len(files.paths)} files can be read, first {failures[0]}")
    labels = files.labels[read]
    without = [*empty, *(name for place, name in enumerate(classes) if not (labels == place).any())]
    _tell(place, failures, without)
    return from_arrays(images, labels, classes, source=str(folder.resolve()), preparation=preparation)


def _classes(folder: Path, split: Split) -> tuple[list[str], list[str]]:
    """Give the classes, those of the training set where there is one, and the folders that hold no file."""
    found, training = _class_folders(_part(folder, split)), _part(folder, "train")
    known = _class_folders(training) or found
    place = training if _class_folders(training) else _part(folder, split)
    filled = [name for name in known if files_below(place / name)]
    unknown = [name for name in found if name not in filled and files_below(_part(folder, split) / name)]
    if unknown:
        raise DataError(
            f"{_part(folder, split)}: class {', '.join(unknown)} has no example in {training}; "
            f"{', '.join(filled) or 'none'} have"
        )
    return filled, [name for name in known if name not in filled]


def _part(folder: Path, split: Split) -> Path:
    """Give the folder of a split, whatever its capitals."""
    named = (entry for entry in sorted(folder.glob("*")) if entry.name.lower() == split and entry.is_dir())
    return next(named, folder / split)


def _class_folders(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.glob("*") if entry.is_dir() and not _is_dropping(entry))


def _files(folder: Path, classes: list[str]) -> _Files:
    each = [(path, label) for label, name in enumerate(classes) for path in files_below(folder / name)]
    return _Files([path for path, _ in each], np.array([label for _, label in each], np.int64))


def files_below(folder: Path) -> list[Path]:
    """Give the files in a folder and in those in it, without what operating systems leave behind."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(_is_dropping(part) for part in (path, *path.parents) if folder in part.parents)
    )


def _is_dropping(path: Path) -> bool:
    return path.name.startswith(".") or path.name.lower() in _DROPPINGS


def _are_recordings(paths: list[Path]) -> bool:
    """Whether most files are of events, by their suffix: the others are then left out, or else these."""
    return sum(path.suffix.lower() in EVENT_SUFFIXES for path in paths) > len(paths) / 2


def _tell(folder: Path, failures: list[str], without: list[str]) -> None:
    """Name what was left out and which classes have no examples, in one line."""
    told = []
    if failures:
        more = f" and {len(failures) - _NAMED} more" if len(failures) > _NAMED else ""
        told.append(f"left out {len(failures)} of its files: {', '.join(failures[:_NAMED])}{more}")
    if without:
        told.append(f"no examples of class {', '.join(without)}")
    if told:
        _log.warning(f"data: {folder}: {'; '.join(told)}")
