"""Trained networks that come with the package, and loading by path or by name."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from spikeloom.artefact import read_record
from spikeloom.chip.program import ChipProgram
from spikeloom.chip.storage import PROGRAM, load_program
from spikeloom.errors import ArtefactError
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.storage import LEARNED, load_learned

PREFIX = "zoo:"


def zoo_names() -> list[str]:
    """Give the names of the shipped networks."""
    folder = resources.files("spikeloom.zoo")
    return sorted(e.name.removesuffix(".safetensors") for e in folder.iterdir() if e.name.endswith(".safetensors"))


def model_path(source: str | Path) -> Path:
    """Give the file that ``zoo:NAME`` or a path names.

    Raises
    ------
    ArtefactError
        If the zoo has no such network.
    """
    name = str(source).removeprefix(PREFIX)
    if name == str(source):
        return Path(source)
    if name not in zoo_names():
        raise ArtefactError(f"{source}: the zoo has no such network; it has {', '.join(zoo_names())}")
    return Path(str(resources.files("spikeloom.zoo") / f"{name}.safetensors"))


def load(source: str | Path) -> LearnedNetwork | ChipProgram:
    """Load a learned network or a chip program from a file, or a shipped network by ``zoo:NAME``.

    Raises
    ------
    ArtefactError
        If there is no such file or network, or the file is damaged, foreign or newer than this reader.
    """
    path = model_path(source)
    kind = read_record(path)["format"]
    if kind == PROGRAM.name:
        return load_program(path)
    if kind == LEARNED.name:
        return load_learned(path)
    raise ArtefactError(f"{path}: holds a {kind}; a {LEARNED.name} or a {PROGRAM.name} is needed")


def load_network(source: str | Path) -> LearnedNetwork:
    """Load a learned network from a file, or a shipped one by ``zoo:NAME``; errors as in `load`."""
    return load_learned(model_path(source))
