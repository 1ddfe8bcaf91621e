"""The recipe of a design, as a user would write it by hand: how long to train is told by the size of the data."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spikeloom.data import NAMES, Dataset
from spikeloom.design.topologies import Design
from spikeloom.interface import Coding, Dithered
from spikeloom.interface.delays import NOW
from spikeloom.training.recipe_files import as_toml

_FEW, _FEW_HELD_OUT = 3_000, 0.2  # of few examples a larger share is held out, or chance would choose
_SIDE_LEAST = 8  # pixels, of pictures that may be moved

STEPS_LEAST, EPOCHS_LEAST, EPOCHS_MOST = 6_000, 40, 150
BATCH_LEAST, BATCH_MOST, BATCHES = 8, 100, 40


def recipe_values(dataset: Dataset, design: Design, name: str | None = None, ticks: int = 1) -> dict[str, Any]:
    """Give the recipe of a design as the values of a short TOML file."""
    topology = design.proposal.topology
    layers = []
    for place, windows in enumerate(topology.layers):
        layer: dict[str, Any] = {"window": list(windows.size), "stride": list(windows.stride)}
        layer |= {"repeats": windows.repeats} if windows.repeats > 1 else {}
        layer |= {"features": windows.features, "shared": True} if place else {}
        layers.append(layer)
    interface: dict[str, Any] = {"coding": _coding_values(design.coding)}
    interface |= {"delays": list(design.delays)} if design.delays != NOW else {}
    interface |= {"frames": {"name": "still", "ticks": ticks}} if ticks > 1 else {}
    return {
        "extends": "deployed",
        "name": name or _name_of(dataset, topology.n_cores),
        "data": _data_values(dataset),
        "layers": layers,
        "interface": interface,
        "train": training_for(len(dataset), topology.n_cores),
        "augment": _augmentation(dataset),
    }


def training_for(n_examples: int, n_cores: int) -> dict[str, Any]:
    """Give epochs and batch by the number of examples: small data are seen more often, in smaller steps."""
    batch = min(max(n_examples // BATCHES, BATCH_LEAST), BATCH_MOST)
    epochs = min(max(math.ceil(STEPS_LEAST * batch / n_examples), EPOCHS_LEAST), EPOCHS_MOST)
    return {"epochs": epochs, "batch": batch, "learning_rate": 0.006 if n_cores > 5 else 0.004}


def recipe_text(values: dict[str, Any], reasons: Sequence[str] = ()) -> str:
    """Give such values as a TOML file, a line a key, with reasons as its first comments."""
    lines = [f"# {reason}" for reason in reasons]
    lines += [f"{key} = {as_toml(value)}" for key, value in values.items() if not isinstance(value, dict | list)]
    for key, value in values.items():
        tables = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
        for table in tables:
            lines += ["", f"[[{key}]]" if isinstance(value, list) else f"[{key}]"]
            lines += [f"{name} = {as_toml(entry)}" for name, entry in table.items()]
    return "\n".join(lines) + "\n"


def _coding_values(coding: Coding) -> dict[str, Any]:
    """Give a coding as a recipe has it, a bare threshold for a pixel of one level."""
    values = {"name": coding.name, **coding.model_dump(mode="json", exclude_defaults=True)}
    if isinstance(coding, Dithered) and coding.width == 1:
        values["thresholds"] = [[pixel[0] for pixel in row] for row in coding.thresholds]
    return values


def _augmentation(dataset: Dataset) -> dict[str, float]:
    """Give how training pictures are moved: a little, few of them more, and motion not at all."""
    side = min(dataset.value_shape[:2])
    if dataset.is_sequences or side < _SIDE_LEAST:
        return {"rotation": 0.0, "shift": 0.0, "scale": 0.0}
    if len(dataset) < _FEW:
        return {"rotation": 10.0, "shift": round(side / 8, 2), "scale": 0.15}
    return {"rotation": 4.0, "shift": round(side / 28, 2), "scale": 0.05}


def _data_values(dataset: Dataset) -> dict[str, Any]:
    named = {} if dataset.source is None else {"name" if dataset.source in NAMES else "path": dataset.source}
    held_out = {"validation": _FEW_HELD_OUT} if len(dataset) < _FEW else {}
    return named | held_out | dataset.preparation.model_dump(mode="json", exclude_defaults=True)


def _name_of(dataset: Dataset, n_cores: int) -> str:
    stem = Path(str(dataset.source)).stem if dataset.source is not None else "arrays"
    return f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', stem).strip('-.') or 'data'}-{n_cores}"
