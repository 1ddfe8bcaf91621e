"""Trained networks that come with the package, and loading by path or by name.

Every name has a model card, ``NAME.json``. Most have a learned network beside it, ``NAME.safetensors``; an ensemble's
card names the networks that vote together, and in how many shifted copies.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from spikeloom.artefact import read_record
from spikeloom.chip.program import ChipProgram
from spikeloom.chip.storage import PROGRAM
from spikeloom.chip.storage import load_program as load_program_file
from spikeloom.deployment.deploy import deploy_together, show_moved
from spikeloom.errors import ArtefactError
from spikeloom.hints import did_you_mean
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.storage import LEARNED, load_learned
from spikeloom.training.files import LEARNED_FILE
from spikeloom.zoo.cards import Card, card

PREFIX = "zoo:"


def zoo_names() -> list[str]:
    """Give the names of what is shipped."""
    folder = resources.files("spikeloom.zoo")
    return sorted(entry.name.removesuffix(".json") for entry in folder.iterdir() if entry.name.endswith(".json"))


def zoo_card(name: str) -> Card:
    """Give the model card of a shipped name; ArtefactError where there is none."""
    if name not in zoo_names():
        hint = did_you_mean(name, zoo_names()) or "; 'spikeloom zoo' lists those it has"
        raise ArtefactError(f"{PREFIX}{name}: the zoo has no such network{hint}")
    return card(Path(str(resources.files("spikeloom.zoo") / f"{name}.json")))


def model_path(source: str | Path) -> Path:
    """Give the file that ``zoo:NAME`` or a path names.

    Raises
    ------
    ArtefactError
        If the zoo has no such network, or it is an ensemble of several.
    """
    name = _zoo_name(source)
    if name is None:
        _hint_at_near_miss(Path(source))
        return Path(source)
    ensemble = zoo_card(name)
    if ensemble.networks:
        parts = ", ".join(f"{PREFIX}{network}" for network in ensemble.networks)
        raise ArtefactError(
            f"{source}: is an ensemble of several networks, and one is needed here; name one of {parts}"
        )
    return Path(str(resources.files("spikeloom.zoo") / f"{name}.safetensors"))


def is_shipped_ensemble(source: str | Path) -> bool:
    """Whether this is ``zoo:NAME`` of an ensemble of several networks, which has a card and no file of its own."""
    name = _zoo_name(source)
    return name is not None and bool(zoo_card(name).networks)


def load(source: str | Path) -> LearnedNetwork | ChipProgram:
    """Load a learned network or a chip program from a file, or what is shipped by ``zoo:NAME``.

    A shipped ensemble of several networks comes as a chip program.

    Raises
    ------
    ArtefactError
        If there is no such file or network, or the file is damaged, foreign or newer than this reader.
    """
    name = _zoo_name(source)
    if name is not None and is_shipped_ensemble(source):
        ensemble = zoo_card(name)
        networks = [load_network(f"{PREFIX}{member}") for member in ensemble.networks]
        return show_moved(deploy_together(networks, copies=ensemble.copies, seed=ensemble.seed), ensemble.ticks)
    path = model_path(source)
    kind = read_record(path)["format"]
    if kind == PROGRAM.name:
        return load_program_file(path)
    if kind == LEARNED.name:
        return load_learned(path)
    raise ArtefactError(f"{path}: holds a {kind}; a {LEARNED.name} or a {PROGRAM.name} is needed")


def load_network(source: str | Path) -> LearnedNetwork:
    """Load a learned network from a file, or a shipped one by ``zoo:NAME``; errors as in `load`."""
    return load_learned(model_path(source))


def load_program(source: str | Path) -> ChipProgram:
    """Load a chip program from a file, or a shipped ensemble by ``zoo:NAME``; errors as in `load`."""
    model = load(source)
    if not isinstance(model, ChipProgram):
        raise ArtefactError(f"{source}: holds a {LEARNED.name}; deploy it to have a {PROGRAM.name}")
    return model


def _hint_at_near_miss(path: Path) -> None:
    """Say what was meant where a shipped name lacks its prefix, or a run folder is named in place of its network."""
    if not path.exists() and str(path) in zoo_names():
        raise ArtefactError(f"{path}: there is no such file; did you mean '{PREFIX}{path}'?")
    if path.is_dir():
        learned = path / LEARNED_FILE
        hint = f"did you mean '{learned}'?" if learned.exists() else "name a file in it"
        raise ArtefactError(f"{path}: is a folder; {hint}")


def _zoo_name(source: str | Path) -> str | None:
    """Give the name after ``zoo:``, or None where the source is a path."""
    name = str(source).removeprefix(PREFIX)
    return None if name == str(source) else name
