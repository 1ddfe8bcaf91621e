"""What a format is: a name, what it makes of every feature, how it is written and perhaps read.

A new format is one new file or folder that makes a `Format`, and its name in `spikeloom.export.formats`; the command
line, the docs, and the drift ledger where it can be read, take it from there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from spikeloom.chip.program import ChipProgram
from spikeloom.errors import ExportError
from spikeloom.export.features import Support, used_with
from spikeloom.kinds import described
from spikeloom.reading import parse_json, read_bytes
from spikeloom.value import Value
from spikeloom.writing import check_folder, folder_aside, write_atomically

RECORD_FILE = "export.json"
UNFINISHED = "unfinished"
"""True in the record while files are replaced; where it stays, the export was stopped, and is to be made again."""


class Options(BaseModel):
    """What a format lets the user choose; by default nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, eq=False, repr=False)
class Exported(Value):
    """What is written: a program and the spikes that go with it.

    inputs : (n_ticks, n_input_lines) bool, or None
    outputs : (n_ticks, n_output_lines) bool, or None
        What the program answers in the same ticks.
    joules_per_event, joules_per_hop : float
        Of an energy profile, for formats that carry energies.
    labels : (n_images,) int, or None
        Of the images that the inputs show, one after another.
    name : str
        What it is called, for formats that name things after it.
    seed : int
        Root of the draws of its inputs, for formats that draw them.
    images : (n_images, n_values) uint8, or None
        What the inputs show, where every value of theirs is a byte's.
    """

    program: ChipProgram
    inputs: np.ndarray | None = None
    outputs: np.ndarray | None = None
    joules_per_event: float = 0.0
    joules_per_hop: float = 0.0
    labels: np.ndarray | None = None
    name: str = "network"
    seed: int = 0
    images: np.ndarray | None = None


@dataclass(frozen=True, eq=False, repr=False)
class Imported(Value):
    """What is read: a program and, where the files hold any, its input spikes (n_ticks, n_input_lines) bool."""

    program: ChipProgram
    inputs: np.ndarray | None = None


@dataclass(frozen=True)
class Format:
    """A format of another tool.

    title : whose it is, and its files
    support : what becomes of every feature
    write : gives the paths it wrote, first those it is read from; ExportError where the program cannot be held
    options : what the user may choose
    reads, read : the names of the files it is read from, those that may be left out in brackets; and how
    compares_outputs : whether it is written with what the program answers
    starts_blank : whether its first tick can have no input
    keeps_places : whether what is read has every neuron where it was
    told : gives lines that a user should see of what is written
    """

    name: str
    title: str
    support: Mapping[str, Support]
    write: Callable[[Exported, Path, Any], list[Path]]
    options: type[Options] = Options
    reads: tuple[str, ...] = ()
    read: Callable[[Sequence[Path]], Imported] | None = None
    compares_outputs: bool = False
    starts_blank: bool = False
    keeps_places: bool = True
    told: Callable[[Exported, Any], list[str]] | None = None

    def chosen(self, values: Mapping[str, Any]) -> Options:
        """Give the options that these values choose; ExportError names what is wrong, and what there is."""
        try:
            return self.options(**values)
        except ValidationError as error:
            there = ", ".join(self.options.model_fields) or "none"
            raise ExportError(
                f"format {self.name}: option {described(error.errors()[0])}; its options are: {there}"
            ) from error


def write_export(
    form: Format, exported: Exported, folder: Path, options: Options | None = None, *, exact: bool = False
) -> list[Path]:
    """Write a program in a format, and beside it ``export.json``, the record of what was kept and how; give the paths.

    A folder holds one export: the files of an earlier one, as its record names them, are taken away. All are written
    aside first, so that one which fails leaves nothing.

    Parameters
    ----------
    exact : bool
        Refuse where a feature that the program uses would be approximate.

    Raises
    ------
    ExportError
        If the format cannot hold the program, or not exactly where that is asked for.
    """
    approximate = used_with(exported.program, form.support, "approximate")
    if exact and approximate:
        told = "; ".join(f"{feature}: {note}" for feature, note in approximate.items())
        raise ExportError(f"format {form.name}: would be approximate in {told}; leave --exact out to have it so")
    check_folder(folder)
    options = options or form.options()
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    record = {
        "format": form.name,
        "cores": exported.program.n_cores,
        "members": exported.program.members.tolist(),
        "options": options.model_dump(mode="json"),
        "approximate": approximate,
        "equivalent": used_with(exported.program, form.support, "equivalent"),
    }
    try:
        with folder_aside(folder) as aside:
            names = [str(path.relative_to(aside)) for path in form.write(exported, aside, options)]
            _move(aside, names, folder, record)
    except BaseException:
        if is_new and not any(folder.iterdir()):
            folder.rmdir()
        raise
    return [*(folder / name for name in names), folder / RECORD_FILE]


def _move(aside: Path, names: Sequence[str], folder: Path, record: Mapping[str, Any]) -> None:
    """Move the files of an export into its folder, those of an earlier one out of it; ours alone are touched."""
    earlier = earlier_files(folder)
    others = sorted(name for name in names if name not in earlier and os.path.lexists(folder / name))
    if others:
        raise ExportError(f"{folder}: holds {', '.join(others)} already, of no export; choose another folder, with -o")
    # a record of both first: whatever is stopped in between, the next export knows every file, and the reader that
    # old and new may stand side by side
    both = [*earlier, *(name for name in names if name not in earlier)]
    _write_record(folder, {UNFINISHED: True, **record}, both)
    for name in names:
        (aside / name).replace(folder / name)
    for name in earlier:
        if name not in names:
            (folder / name).unlink(missing_ok=True)
    _write_record(folder, record, names)


def _write_record(folder: Path, record: Mapping[str, Any], files: Sequence[str]) -> None:
    write_atomically(folder / RECORD_FILE, json.dumps({"files": list(files), **record}, indent=1).encode())


def earlier_files(folder: Path) -> list[str]:
    """Give the files of an earlier export by its record; none where there is no record, or it is not one of ours."""
    try:
        record = parse_json(read_bytes(folder / RECORD_FILE))
        ours = {"format", "files", "cores", "members", "options"} <= record.keys()
        names = [name for name in record["files"] if ours and isinstance(record["files"], list)]
        # every format writes into the folder itself: a name that leads anywhere else was not written by us
        return [name for name in names if Path(name).name == name and (folder / name).is_file()]
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return []
