"""What a search keeps: of every number of cores the recipe and the network of the best trial, on the disk."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from spikeloom.frontier.trial import Judged, Trial
from spikeloom.network.storage import save_learned
from spikeloom.reading import read_bytes
from spikeloom.training.recipe_files import recipe_toml
from spikeloom.writing import write_atomically

_NUMBER = re.compile(rb"# Trial (\d+)\n")


def keep_best(found: Judged, trials: Sequence[Trial], folder: Path) -> None:
    """Write recipe and network of a trial where it is better than the one of as many cores that lies there.

    trials : of this search, among which is whatever lies there
    """
    mine = found.trial
    if found.network is None or found.recipe is None:
        return  # it was not judged
    place = folder / f"{mine.cores}-cores.toml"
    # what lies there is asked, not what the storage tells: a kill may have come before a better one was written
    number = _number_of(place)
    there = next((trial for trial in trials if trial.number == number), None)
    if there is None or _rank(mine) > _rank(there):
        save_learned(found.network, place.with_suffix(".safetensors"))  # first, since it has its recipe in it
        write_atomically(place, f"# Trial {mine.number}\n{recipe_toml(found.recipe)}".encode())


def kept_files(folder: Path) -> list[Path]:
    """Give the files that lie there, by name."""
    return sorted(folder.glob("*-cores.*"))


def _rank(trial: Trial) -> tuple[float, int]:
    return trial.accuracy or 0, -trial.number  # of equals the first


def _number_of(place: Path) -> int | None:
    try:
        found = _NUMBER.match(read_bytes(place))
    except OSError:
        return None
    return int(found[1]) if found else None
