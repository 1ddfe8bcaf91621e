"""What our NIR graphs tell beside their nodes: how the program is fed and read, and whose each line is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from spikeloom.chip.program import ChipProgram
from spikeloom.errors import ExportError
from spikeloom.export.features import Support, used_with
from spikeloom.export.foreign import Part, checked
from spikeloom.interface import Interface
from spikeloom.reading import parse_json

METADATA_KEY = "spikeloom"
_VERSION = 3  # since the interface has the data that a network was trained on

Number = Annotated[int, Field(ge=0, lt=2**31)]


class InputsPart(Part):
    """Value and member of each input line."""

    carried: list[Number] = Field(alias="values")
    members: list[Number]


class OutputsPart(Part):
    """Class and member of each output line."""

    carried: list[Number] = Field(alias="classes")
    members: list[Number]


class Metadata(Part):
    """What our own graphs tell beside their nodes."""

    interface: dict[str, Any] | None = None
    inputs: InputsPart | None = None
    outputs: OutputsPart | None = None


def metadata_of(program: ChipProgram, profile: str, latency: int, support: Mapping[str, Support]) -> dict[str, str]:
    """Give the metadata of a program's graph: one key that holds JSON."""
    told = {
        "version": _VERSION,
        "equivalent": used_with(program, support, "equivalent"),
        "profile": profile,
        "latency_ticks": latency,
        "interface": None if program.interface is None else _told_to_others(program.interface),
        "inputs": {name: getattr(program.inputs, name).tolist() for name in ("values", "members")},
        "outputs": {name: getattr(program.outputs, name).tolist() for name in ("classes", "members")},
    }
    return {METADATA_KEY: json.dumps(told)}


def _told_to_others(interface: Interface) -> dict[str, Any]:
    """Give the interface without the place of the user's own data: nobody else finds them there."""
    source = None if interface.data is None else interface.data.source
    known = source is not None and not Path(source).is_absolute()  # a name, which means the same to everybody
    return interface.model_dump(mode="json", exclude=None if known else {"data"})


def read_metadata(path: Path, metadata: Mapping[str, str]) -> Metadata:
    """Give what a graph of ours tells; another tool's tells nothing. ExportError names the place that is wrong."""
    if METADATA_KEY not in metadata:
        return Metadata()
    try:
        values = parse_json(metadata[METADATA_KEY])
    except (TypeError, ValueError) as error:
        raise ExportError(f"{path}: metadata: is not whole JSON: {error}") from error
    version = values.get("version") if isinstance(values, dict) else None
    if version != _VERSION:
        raise ExportError(
            f"{path}: metadata: version {version}; this spikeloom reads version {_VERSION}; make the graph anew with: "
            "spikeloom export PROGRAM --to nir"
        )
    return checked(path, Metadata, values, "metadata")
