"""Run the command line in this process, as a user would."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from programs import stripes, tiny_network
from spikeloom.cli import main
from spikeloom.network.storage import save_learned


@dataclass(frozen=True)
class Outcome:
    """Exit code and what was printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What was printed on stdout, as JSON."""
        return json.loads(self.out)


@pytest.fixture
def spikeloom(monkeypatch, capsys, tmp_path):
    """Give a function that runs ``spikeloom`` with some arguments, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["spikeloom", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main()
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        code = stopped.value.code
        return Outcome(code if isinstance(code, int) else 0, printed.out, printed.err)

    return run


RECIPE = """
extends = "quick"
name = "stripes"

[data]
path = "stripes.npz"
validation = 0.2

[[layers]]
window = 4
stride = 4

[[layers]]
window = 2

[train]
epochs = 2
batch = 20
"""


@pytest.fixture
def own_work(tmp_path) -> Path:
    """Lay a small data set, a recipe and an untrained network into the folder."""
    train, test = stripes(90), stripes(30, seed=1)
    np.savez(
        tmp_path / "stripes.npz",
        x_train=train.images,
        y_train=train.labels,
        x_test=test.images,
        y_test=test.labels,
        class_names=train.class_names,
    )
    (tmp_path / "stripes.toml").write_text(RECIPE)
    save_learned(tiny_network(), tmp_path / "learned.safetensors")
    return tmp_path
