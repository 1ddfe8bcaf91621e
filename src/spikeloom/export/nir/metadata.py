"""What our NIR graphs tell beside their nodes: how the program is fed and read, and whose each line is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from pydantic import Field

from spikeloom.chip.program import ChipProgram, Coding
from spikeloom.errors import ExportError
from spikeloom.export.foreign import Part, checked

METADATA_KEY = "spikeloom"

Number = Annotated[int, Field(ge=0, lt=2**31)]


class InputsPart(Part):
    """Value and member of each input line."""

    carried: list[Number] = Field(alias="values")
    members: list[Number]


class OutputsPart(Part):
    """Class and member of each output line."""

    carried: list[Number] = Field(alias="classes")
    members: list[Number]


class InterfacePart(Part):
    """How the program is fed and read."""

    coding: Coding
    ticks_per_image: Number
    latency: Number
    value_shape: Annotated[list[Number], Field(min_length=3, max_length=3)]
    class_names: list[str]
    shifts: list[Annotated[list[int], Field(min_length=2, max_length=2)]] = Field(default_factory=list)


class Metadata(Part):
    """What our own graphs tell beside their nodes."""

    interface: InterfacePart | None = None
    inputs: InputsPart | None = None
    outputs: OutputsPart | None = None


def metadata_of(program: ChipProgram, profile: str, latency: int) -> dict[str, str]:
    """Give the metadata of a program's graph: one key that holds JSON."""
    told = {
        "version": 1,
        "profile": profile,
        "latency_ticks": latency,
        "interface": None if program.interface is None else asdict(program.interface),
        "inputs": {name: getattr(program.inputs, name).tolist() for name in ("values", "members")},
        "outputs": {name: getattr(program.outputs, name).tolist() for name in ("classes", "members")},
    }
    return {METADATA_KEY: json.dumps(told)}


def read_metadata(path: Path, metadata: Mapping[str, str]) -> Metadata:
    """Give what a graph of ours tells; another tool's tells nothing. ExportError names the place that is wrong."""
    if METADATA_KEY not in metadata:
        return Metadata()
    try:
        values = json.loads(metadata[METADATA_KEY])
    except (TypeError, ValueError) as error:
        raise ExportError(f"{path}: metadata: is not whole JSON: {error}") from error
    return checked(path, Metadata, values, "metadata")
