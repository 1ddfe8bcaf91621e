"""Every command of README and docs runs as it stands there, or, where it is long, in a short form."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
import typer
from PIL import Image

from docs.pages import PAGES, ROOT, Command, blocks, commands, name_of, spans
from export.installed import needs_tools
from programs import write_idx
from spikeloom.cli import main
from spikeloom.cli.app import app
from spikeloom.data import mnist

# What makes a command short: for those that match, words are put in place of others, or added.
SHORTER = [
    (r"spikeloom train (?!.*(--resume|leaves|clips))", " --set train.epochs=1 --data few"),
    (r"spikeloom train (leaves|clips)\b(?!.*train.epochs)", " --epochs 1"),
    (
        r"spikeloom (simulate (zoo|five|nine)|report|compare zoo(?!.*validation)|robust|export zoo.*web)",
        " --dataset few",
    ),
    (r"spikeloom simulate .*--draws", " --draws 2"),
    (r"spikeloom robust", " --draws 1"),
    (r"spikeloom drift", " --images 5"),
    (r"spikeloom bench", " --images 200 --cores 32"),
    (r"spikeloom frontier --search", " --trials 2 --data few"),
    (r"spikeloom sweep .*--workers 8", " --workers 2"),
    (r"spikeloom train leaves.toml --set train.epochs=40", " --set train.epochs=2"),
    (r"spikeloom train leaves.toml --patience", " --set train.epochs=2"),
    (r"spikeloom train --resume .*--epochs 160", " --epochs 3"),
]

# What cannot run here, or takes too long, and the tests that run it.
ELSEWHERE = {
    r"make (reproduce|test)": ".ci/run",
    r"spikeloom serve": "tests/web/test_serve.py::test_a_served_page_runs_and_a_training_grows_before_ones_eyes",
    r"spikeloom sweep .*--dask": "tests/studies/test_workers.py",
    r"dask ": "tests/studies/test_workers.py",
    r"torchrun ": "tests/training/test_processes.py",
    r"make -C fpga check": "tests/export/verilog",
    r"make -C fpga ulx3s.bit": "tests/export/verilog",
    r"openFPGALoader": "a board is needed",
}
# What a command needs that pip does not bring, and whether it is here.
NEEDS = {
    r"make -C board": ["make", "gcc"],
    r"spikeloom .*fashion-mnist": ["/usr/share/datasets/fashion-mnist"],
}

RUN = [page for page in PAGES if commands(page)]


def short(command: Command) -> list[str]:
    """Give the words of a command in its short form; of an option that is given twice the last one counts."""
    text = shlex.join(command.words)
    return command.words + [word for pattern, more in SHORTER if re.match(pattern, text) for word in shlex.split(more)]


def elsewhere(command: Command) -> str | None:
    return next((where for pattern, where in ELSEWHERE.items() if re.match(pattern, command.text)), None)


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> Path:
    """Give a folder with all that the docs take for granted: pictures, recordings, a few digits."""
    folder, rng = tmp_path_factory.mktemp("given"), np.random.default_rng(0)
    sides = {"beech": range(6), "oak": range(6, 12)}
    for part, count in {"train": 24, "test": 6}.items():
        for name, brightness in {"beech": 60, "oak": 180}.items():
            for number in range(count):
                _picture(folder / "leaves" / part / name / f"{number}.png", rng, brightness)
            _recordings(folder / "clips" / part / name, rng, count, sides[name])
    _picture(folder / "more" / "one.jpg", rng, 180)
    for split, name in ((mnist(train=True), "train"), (mnist(train=False), "t10k")):
        few = split.take(slice(200))
        (folder / "few").mkdir(exist_ok=True)
        write_idx(folder / "few" / f"{name}-images-idx3-ubyte", few.images[..., 0])
        write_idx(folder / "few" / f"{name}-labels-idx1-ubyte", few.labels)
    Image.fromarray(255 - mnist(train=False).images[0, ..., 0]).resize((64, 64)).save(folder / "digit.png")
    return folder


def _picture(path: Path, rng: np.random.Generator, brightness: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((rng.random((16, 16, 3)) * 60 + brightness).astype(np.uint8)).save(path)


def _recordings(folder: Path, rng: np.random.Generator, count: int, columns: range) -> None:
    folder.mkdir(parents=True)
    events = np.zeros(300, [("t", np.int64), ("x", np.int64), ("y", np.int64), ("p", np.int64)])
    for number in range(count):
        events["t"], events["p"] = np.sort(rng.integers(0, 10_000, 300)), rng.integers(0, 2, 300)
        events["x"], events["y"] = rng.integers(columns.start, columns.stop, 300), rng.integers(0, 12, 300)
        np.save(folder / f"{number}.npy", events)


@pytest.fixture
def place(given, tmp_path, monkeypatch) -> Path:
    """Give an empty folder to work in, with copies of what the docs take for granted."""
    shutil.copytree(given, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(words: list[str], monkeypatch) -> None:
    if words[0] != "spikeloom":
        subprocess.run(words, check=True, capture_output=True, timeout=200)
        return
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as stopped:
        main()
    assert not stopped.value.code, shlex.join(words)


def prepare(page: str, monkeypatch) -> None:
    """Make what a page's commands take up from other pages: trained runs, a program, files that it shows."""
    text = (ROOT / page).read_text("utf-8")
    wanted = " ".join(command.text for command in commands(ROOT / page) if elsewhere(command) is None)
    for name in ("one", "other", "mnist-5"):
        if f"runs/{name}" in wanted and page != "README.md":  # which trains it itself
            quick = "spikeloom -q train mnist-5 --set train.epochs=1 --data few --out"
            run([*quick.split(), f"runs/{name}"], monkeypatch)
    if "five.safetensors" in wanted and page != "README.md":
        run(["spikeloom", "-q", "deploy", "zoo:mnist-5", "-o", "five.safetensors"], monkeypatch)
    for code in blocks(text, "toml"):
        if 'path = "leaves"' in code:
            Path("leaves.toml").write_text(code)
        if "[space]" in code:
            Path("space.toml").write_text(code.replace("[12]", "[1]"))
        if "# study.toml" in code:
            shorter = code.replace("[0, 1, 2]", "[0]").replace("= 4 }", "= 1 }").replace("[1, 4, 16]", "[1, 2]")
            Path("study.toml").write_text(f"images = 100\n{shorter}")


@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_the_commands_of_a_page_run_one_after_another(page, place, monkeypatch, capsys):
    prepare(name_of(page), monkeypatch)
    missing = []
    for command in commands(page):
        needed = [thing for pattern, things in NEEDS.items() if re.match(pattern, command.text) for thing in things]
        absent = [thing for thing in needed if not (Path(thing).exists() or shutil.which(thing))]
        if elsewhere(command) is None and not absent:
            run(short(command), monkeypatch)
        missing += absent
    needs_tools(missing)  # after all that can run


def test_what_is_said_to_run_elsewhere_is_there():
    for where in ELSEWHERE.values():
        path, _, name = where.partition("::")
        if "/" in path:
            assert (ROOT / path).exists()
            assert not name or f"def {name}(" in (ROOT / path).read_text()
    assert {"make reproduce", "SPIKELOOM_NO_SKIP=1 make test"} <= set((ROOT / ".ci" / "run").read_text().splitlines())
    told = [command for page in RUN for command in commands(page)]
    for pattern in (*ELSEWHERE, *NEEDS, *(pattern for pattern, _ in SHORTER)):
        assert any(re.match(pattern, shlex.join(command.words)) for command in told), f"{pattern}: no such command"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_in_running_text_name_what_there_is(page):
    group = typer.main.get_command(app)
    for span in spans(page):
        if re.match(r"spikeloom [a-z-]", span):
            known(group, shlex.split(span, comments=True)[1:], span)


def known(command: Any, words: list[str], span: str) -> None:
    """Refuse words that are no command, argument or option of it."""
    context = click.Context(command, help_option_names=["-h", "--help"])
    options = {name for option in command.get_params(context) for name in option.opts}
    for place, word in enumerate(words):
        if hasattr(command, "get_command") and not word.startswith("-"):
            found = command.get_command(context, word)
            assert found is not None, f"{span}: there is no command {word}"
            return known(found, words[place + 1 :], span)
        assert not word.startswith("-") or word.partition("=")[0] in options, f"{span}: there is no option {word}"
    return None
