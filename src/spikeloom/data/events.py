"""Recordings of events (t, x, y, p), cut into frames: a pixel of a frame is 1 where an event of its polarity fell.

A recording is a file of its own: N-MNIST's binary events (.bin), or NumPy's (.npy, .npz) with fields or arrays t, x, y
and p. Frames are of equal duration, from the first event of the recording to its last.
Source of the binary format: Orchard et al. 2015, "Converting static image datasets to spiking neuromorphic datasets
using saccades": 40 bits an event, big-endian: x (8), y (8), polarity (1), microseconds (23).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spikeloom.data.archives import opened_npz, read_npy
from spikeloom.data.datasets import Dataset, from_arrays
from spikeloom.data.many import read_many
from spikeloom.errors import DataError
from spikeloom.interface.preparation import SIDE_MAX, Preparation
from spikeloom.machine import check_memory
from spikeloom.reading import read_bytes

EVENT_SUFFIXES = (".bin", ".npy", ".npz")
POLARITIES = 2
_FIELDS = ("t", "x", "y", "p")
_BYTES_PER_EVENT = 5
_LARGEST = 2**20  # row or column
_LONGEST = 2**50  # of a recording, in units of its times, so that its product with a number of frames is whole too
_BAR_FROM = 500


@dataclass(frozen=True)
class Events:
    """A recording; all of (n_events,) int64: time, column, row, polarity 0 or 1."""

    t: np.ndarray
    x: np.ndarray
    y: np.ndarray
    p: np.ndarray


def from_recordings(
    recordings: Iterable[tuple[Any, int]],
    sensor: tuple[int, int] | None = None,
    ticks: int = 16,
    class_names: Sequence[str] | None = None,
) -> Dataset:
    """Give a data set of recordings with labels, such as those that tonic loads.

    Parameters
    ----------
    recordings : iterable of (events, label)
        Events with fields t, x, y and p, whatever their order.
    sensor : (rows, columns), optional
        By default what the recordings say they are of, as tonic's do (``sensor_size``), or what their events reach.
    ticks : int
        Frames that each is cut into.

    Raises
    ------
    DataError
        If a recording has no such fields, or events outside the sensor.
    """
    size = getattr(recordings, "sensor_size", None)  # tonic's: columns, rows, polarities
    names = class_names if class_names is not None else getattr(recordings, "classes", None)
    each = [_pair(pair, place) for place, pair in enumerate(recordings)]
    if not each:
        raise DataError("recordings: there are none; pairs of events and label are needed")
    if sensor is None:
        sensor = (int(size[1]), int(size[0])) if size is not None else _reach([events for events, _ in each])
    frames = _all_frames([events for events, _ in each], sensor, ticks, "recordings")
    return from_arrays(frames, np.array([label for _, label in each]), names)


def _pair(pair: Any, place: int) -> tuple[Events, int]:
    if not (isinstance(pair, tuple | list) and len(pair) == 2):
        raise DataError(f"recording {place}: is a {type(pair).__name__}; a pair of events and label is needed")
    return _events(pair[0], f"recording {place}"), pair[1]


def read_recordings(paths: Sequence[Path], preparation: Preparation) -> tuple[np.ndarray, list[int], list[str]]:
    """Read recordings of a sensor of known size as frames; gives what `spikeloom.data.pictures.read_pictures` does."""
    assert preparation.size is not None  # the caller found it, for both splits
    sensor = preparation.size
    found = read_many(paths, lambda path: _frames_in(path, sensor, preparation.ticks), _BAR_FROM)
    shape = (preparation.ticks, *sensor, POLARITIES)
    frames = np.stack(found.values) if found.values else np.zeros((0, *shape), np.uint8)
    return frames, found.places, found.failures


def reach_of(paths: Sequence[Path]) -> tuple[int, int]:
    """Give the rows and columns that the events of recordings reach: the sensor, where nobody names it."""
    return _reach(read_many(paths, read_recording, _BAR_FROM).values)


def _frames_in(path: Path, sensor: tuple[int, int], ticks: int) -> np.ndarray:
    return frames_of(read_recording(path), sensor, ticks, str(path))


def read_recording(path: Path) -> Events:
    """Read one recording; DataError where it is none, or one without events."""
    events = _read(path)
    if not len(events.t):
        raise DataError(f"{path}: holds no events")
    return events


def _read(path: Path) -> Events:
    suffix = path.suffix.lower()
    try:
        if suffix == ".bin":
            return _binary(path)
        if suffix == ".npz":
            with opened_npz(path) as arrays:
                return _events({name: arrays[name] for name in arrays.files}, str(path))
        return _events(read_npy(path), str(path))
    except (DataError, MemoryError):
        raise
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or 'is no recording of events'}") from error
    except Exception as error:  # NumPy's readers raise whatever a damaged file makes them
        raise DataError(f"{path}: is no recording of events, or is cut short") from error


def frames_of(events: Events, sensor: tuple[int, int], ticks: int, part: str = "recording") -> np.ndarray:
    """Cut a recording into frames, (ticks, rows, columns, 2) uint8 of 0 and 255."""
    rows, columns = sensor
    frames = np.zeros((ticks, rows, columns, POLARITIES), np.uint8)
    if not len(events.t):
        return frames
    outside = (events.x < 0) | (events.x >= columns) | (events.y < 0) | (events.y >= rows)
    if outside.any():
        first = outside.argmax()
        raise DataError(
            f"{part}: event at row {events.y[first]}, column {events.x[first]}; the sensor has {rows} x {columns}; "
            "name its size with --size ROWSxCOLUMNS, or data.size in the recipe"
        )
    start, end = events.t.min(), events.t.max()
    tick = (events.t - start) * ticks // (end - start + 1)
    frames[tick, events.y, events.x, events.p] = 255
    return frames


def _all_frames(recordings: list[Events], sensor: tuple[int, int], ticks: int, part: str) -> np.ndarray:
    shape = (ticks, *sensor, POLARITIES)
    check_memory(part, len(recordings), f"recordings of {ticks} frames", 2 * int(np.prod(shape)))
    frames = np.zeros((len(recordings), *shape), np.uint8)
    for place, events in enumerate(recordings):
        frames[place] = frames_of(events, sensor, ticks, f"{part}: recording {place}")
    return frames


def _reach(recordings: list[Events]) -> tuple[int, int]:
    """Give the rows and columns that events reach."""
    rows, columns = (
        max((int(getattr(events, axis).max(initial=0)) for events in recordings), default=0) + 1 for axis in ("y", "x")
    )
    if not (0 < rows <= SIDE_MAX and 0 < columns <= SIDE_MAX):
        raise DataError(f"recordings: events reach row {rows - 1}, column {columns - 1}; name the sensor's size")
    return rows, columns


def _binary(path: Path) -> Events:
    content = np.frombuffer(read_bytes(path), np.uint8)
    if len(content) % _BYTES_PER_EVENT or not len(content):
        raise DataError(f"{path}: has {len(content)} bytes; {_BYTES_PER_EVENT} an event are needed")
    x, y, high, middle, low = content.reshape(-1, _BYTES_PER_EVENT).T.astype(np.int64)
    return Events(t=(high & 127) << 16 | middle << 8 | low, x=x, y=y, p=high >> 7)


def _events(given: Any, part: str) -> Events:
    names = getattr(getattr(given, "dtype", None), "names", None) or (given if isinstance(given, dict) else ())
    missing = [name for name in _FIELDS if name not in names]
    if missing:
        raise DataError(f"{part}: has no field {', '.join(missing)}; events are of fields t, x, y and p")
    fields = {name: np.asarray(given[name]) for name in _FIELDS}
    if len({field.shape for field in fields.values()}) > 1 or fields["t"].ndim != 1:
        raise DataError(f"{part}: fields of shapes {[field.shape for field in fields.values()]}; one number an event")
    if any(field.dtype.kind not in "iufb" or not np.isfinite(field).all() for field in fields.values()):
        raise DataError(f"{part}: fields of {[str(field.dtype) for field in fields.values()]}; numbers are needed")
    x, y, p = (_whole(fields[name], name, part) for name in ("x", "y", "p"))
    return Events(_since_first(fields["t"], part), x, y, (p > 0).astype(np.int64))


def _whole(field: np.ndarray, name: str, part: str) -> np.ndarray:
    """Give places and polarities as whole numbers; DataError where they are beyond any sensor."""
    beyond = (field < -_LARGEST) | (field > _LARGEST)
    if beyond.any():
        raise DataError(f"{part}: field {name}: {field[beyond.argmax()]}; no sensor reaches that far")
    return field.astype(np.int64)


def _since_first(times: np.ndarray, part: str) -> np.ndarray:
    """Give times from the first on, as whole numbers; seconds in floating point become millionths of the recording."""
    if not len(times):
        return np.zeros(0, np.int64)
    if times.dtype.kind in "fb":
        times = times.astype(np.float64)
        span = times.max() / 2 - times.min() / 2  # halves, for what lies at both ends of the range
        return np.rint((times / 2 - times.min() / 2) / max(span, np.finfo(float).tiny) * 1e6).astype(np.int64)
    times = times if times.dtype == np.uint64 else times.astype(np.int64)
    span = int(times.max()) - int(times.min())  # Python's numbers, which do not wrap
    if span > _LONGEST:
        raise DataError(f"{part}: times from {times.min()} to {times.max()}; a recording lasts at most {_LONGEST}")
    return (times - times.min()).astype(np.int64)
