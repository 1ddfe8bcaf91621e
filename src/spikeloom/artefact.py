"""Files that hold arrays and one JSON record, written atomically and read without running code.

An artefact is a safetensors file with a single metadata key, ``spikeloom``, whose value is JSON
(several keys would not be byte-stable). The record always has ``format`` and ``version``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from spikeloom.errors import ArtefactError
from spikeloom.reading import check_regular, check_size, parse_json
from spikeloom.writing import write_atomically

METADATA_KEY = "spikeloom"

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Format:
    """A kind of artefact: its name, the newest version this reader knows, and the command that makes it anew."""

    name: str
    version: int
    again: str


def write_artefact(path: str | Path, kind: Format, arrays: Arrays, record: Mapping[str, Any]) -> None:
    """Write arrays and a JSON record as one artefact of the given kind, atomically."""
    metadata = {"format": kind.name, "version": kind.version, **record}
    # a number by itself would become an array of one
    contiguous = {name: np.ascontiguousarray(array).reshape(np.shape(array)) for name, array in arrays.items()}
    text = json.dumps(metadata, sort_keys=True, allow_nan=False)
    # the library ends the process where it gets no memory for its copy; Python says so first
    bytearray(sum(array.nbytes for array in contiguous.values()))
    write_atomically(Path(path), to_bytes(contiguous, metadata={METADATA_KEY: text}))


def read_record(path: Path) -> dict[str, Any]:
    """Give the JSON record of any artefact, without its arrays.

    Raises
    ------
    ArtefactError
        If the file is missing, truncated, or was not written by spikeloom.
    """
    with _opened(path) as file:
        return _record(path, file.metadata())


def read_artefact(path: Path, kind: Format) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read the arrays and the record of an artefact of the given kind.

    Raises
    ------
    ArtefactError
        If the file is missing, truncated, foreign, of another kind, or newer than this reader.
    """
    with _opened(path) as file:
        record = _record(path, file.metadata())
        if record["format"] != kind.name:
            raise ArtefactError(f"{path}: holds a {record['format']}; a {kind.name} is needed here")
        if record["version"] < kind.version:
            raise ArtefactError(
                f"{path}: {kind.name} version {record['version']} is older than version {kind.version}, which this "
                f"spikeloom reads; make it anew with: {kind.again}"
            )
        if record["version"] > kind.version:
            raise ArtefactError(
                f"{path}: {kind.name} version {record['version']} is newer than version {kind.version}, "
                "the newest this spikeloom reads; update spikeloom"
            )
        try:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
        except MemoryError:
            raise
        except Exception as error:  # of types that NumPy lacks, the library raises whatever it meets
            raise ArtefactError(f"{path}: an array cannot be read: {error}") from error
    return arrays, record


def checked_array(arrays: Arrays, name: str, dtype: Any, shape: tuple[int | None, ...], path: Path) -> np.ndarray:
    """Give the named array, checked; None in `shape` allows any length.

    Raises
    ------
    ArtefactError
        If the array is missing or has another type or shape.
    """
    if name not in arrays:
        raise ArtefactError(f"{path}: array '{name}' is missing; the file is damaged or not complete")
    array = arrays[name]
    fits = array.ndim == len(shape) and all(want in (None, have) for want, have in zip(shape, array.shape, strict=True))
    if array.dtype != np.dtype(dtype) or not fits:
        wanted = " x ".join("any" if want is None else str(want) for want in shape)
        raise ArtefactError(
            f"{path}: array '{name}' is {array.dtype} of shape {array.shape}; {np.dtype(dtype)} of {wanted} is needed"
        )
    return array


def check_no_more(arrays: Arrays, known: Set[str], path: Path) -> None:
    """Refuse arrays that nothing reads: what they were meant for would be left out in silence."""
    odd = sorted(set(arrays) - known)
    if odd:
        raise ArtefactError(f"{path}: holds an array '{odd[0]}' that is none of its kind's; the file is damaged")


def check_unpacked(path: Path, n_bytes: int) -> None:
    """Refuse an array that takes more memory, unpacked, than a file may; ArtefactError says how to raise that."""
    try:
        check_size(n_bytes)
    except OSError as error:
        raise ArtefactError(f"{path}: {error.strerror}") from error


def _opened(path: Path) -> Any:
    if Path(path).is_dir():
        raise ArtefactError(f"{path}: is a folder; name a file in it")
    try:
        check_size(check_regular(path))
        with open(path, "rb"):
            pass  # the library takes a file that may not be read for one that is not there
        return safe_open(str(path), framework="numpy")
    except FileNotFoundError as error:
        raise ArtefactError(f"{path}: there is no such file") from error
    except OSError as error:
        raise ArtefactError(f"{path}: cannot be read: {error.strerror or error}") from error
    except SafetensorError as error:
        raise ArtefactError(
            f"{path}: cannot be read as a safetensors file, cut short or of another kind: {error}"
        ) from error


def _record(path: Path, metadata: Mapping[str, str] | None) -> dict[str, Any]:
    try:
        record = parse_json((metadata or {})[METADATA_KEY])
        known = isinstance(record["format"], str) and type(record["version"]) is int and record["version"] > 0
    except (KeyError, TypeError, ValueError) as error:
        raise ArtefactError(f"{path}: is a safetensors file, but spikeloom did not write it") from error
    if not known:
        raise ArtefactError(f"{path}: its format and version cannot be read")
    return record
