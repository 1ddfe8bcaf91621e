"""Files of other tools, read: what is wrong is named with the path inside the file, and nothing is guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from spikeloom import reading
from spikeloom.errors import ExportError

_OBJECT_BYTES = 8  # in memory for a byte of text: whole numbers in lists


class Part(BaseModel):
    """A part of another tool's file: whole numbers are whole numbers, and keys that we do not know may stand there."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


P = TypeVar("P", bound=Part)


def read_text(path: Path, encoding: str = "utf-8-sig") -> str:
    """Read a text file; ExportError where that cannot be."""
    return _content(path, _OBJECT_BYTES).decode(encoding, errors="replace")


def read_bytes(path: Path) -> bytes:
    """Read a file; ExportError where that cannot be."""
    return _content(path, 1)


def _content(path: Path, in_memory: int) -> bytes:
    """Read a file of which every byte takes so many in memory."""
    try:
        reading.check_size(in_memory * reading.check_regular(path))
        return reading.read_bytes(path)
    except OSError as error:
        raise ExportError(f"{path}: cannot be read: {error.strerror or error}") from error


def read_json(path: Path, kind: type[P]) -> P:
    """Read a JSON file as parts of the given kind.

    Raises
    ------
    ExportError
        Naming the file, and the place inside it that is missing or wrong.
    """
    text = read_text(path)
    try:
        values = reading.parse_json(text)
    except ValueError as error:
        raise ExportError(f"{path}: is not whole JSON: {error}") from error
    return checked(path, kind, values)


def checked(path: Path, kind: type[P], values: Any, within: str = "") -> P:
    """Give the parts that these values describe; `within` is where they stand in the file."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first, n = error.errors()[0], error.error_count()
        place = _place(first["loc"], within)
        more = f" (and {n - 1} more)" if n > 1 else ""
        raise ExportError(f"{path}: {place}: {_problem(first)}{more}") from error


def _place(keys: tuple[int | str, ...], within: str) -> str:
    place = within
    for key in keys:
        place += f"[{key}]" if isinstance(key, int) else f".{key}"
    return place.lstrip(".") or "the whole file"


def _problem(problem: Any) -> str:
    if problem["type"] == "missing":
        return "is missing"
    found = repr(problem["input"])
    shown = found if len(found) <= 40 else f"{found[:40]}..."
    return f"{shown}: {problem['msg'][0].lower()}{problem['msg'][1:]}"
