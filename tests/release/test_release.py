"""What is released: the same bytes wherever they are built, and of use where nothing else is installed."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

import spikeloom
from export.installed import needs, needs_tools
from spikeloom.zoo import zoo_card

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "tests" / "scripts").glob("*.py"))


def built(source: Path, into: Path) -> dict[str, Path]:
    """Build sdist and wheel of a source tree, by the tools of the lock, which `make setup` installs too."""
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(into), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {path.suffix: path for path in into.iterdir()}


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def copied(place: Path) -> Path:
    """Give a copy of what git would hand over, as an old clone of somebody else has it: other times, other rights."""
    needs("git")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True).stdout.split("\0")
    needs_tools([] if "pyproject.toml" in listed else ["a clone of the project"])
    for name in listed:
        if name and (ROOT / name).exists():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, place / name)
            os.utime(place / name, (10**9, 10**9))
            (place / name).chmod(0o600)
    return place


@pytest.fixture(scope="module")
def here(tmp_path_factory) -> dict[str, Path]:
    """Give what is built in this very folder, beside .git and all that is ignored."""
    return built(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def empty(here, tmp_path_factory) -> Path:
    """Give an environment that holds the wheel and what it needs, installed without building anything."""
    place = tmp_path_factory.mktemp("empty") / "environment"
    venv.create(place, with_pip=True)
    install = [place / "bin" / "python", "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    done = subprocess.run(
        [*install, "--constraint", ROOT / "constraints.txt", here[".whl"]],
        capture_output=True,
        text=True,
        env=bare(place),
    )
    if "Could not find a version" in done.stderr or "ConnectionError" in done.stderr:
        needs_tools(["a package index that answers"])
    assert done.returncode == 0, done.stderr
    return place


def bare(place: Path) -> dict[str, str]:
    """Give an environment without a compiler: nothing on the path but what was installed."""
    own = ("PYTHONPATH", "VIRTUAL_ENV", "CC", "CXX")
    return {key: value for key, value in os.environ.items() if key not in own} | {"PATH": str(place / "bin")}


def test_sdist_and_wheel_are_the_same_bytes_wherever_they_are_built(here, tmp_path):
    there = built(copied(tmp_path / "elsewhere"), tmp_path / "dist")
    for suffix in (".whl", ".gz"):
        assert sha256(there[suffix]) == sha256(here[suffix]), suffix


def test_the_wheel_reproduces_the_paper_where_there_is_no_compiler(empty, tmp_path):
    command = [empty / "bin" / "spikeloom", "-q", "reproduce", "--quick", "--out", tmp_path, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=bare(empty), timeout=240)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert [(row["network"], row["members"]) for row in rows] == [
        (name, size) for name in ("mnist-5", "mnist-30") for size in (1, 4, 16)
    ]
    for row in rows:  # the very draws that the model cards tell of
        card = next(found for found in zoo_card(row["network"]).test if found.members == row["members"])
        assert row["accuracies"] == list(card.accuracies[:3])


def test_user_scripts_pass_mypy_strict_beside_the_installed_wheel(empty, tmp_path):
    strict = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}"]
    command = [*strict, "--python-executable", empty / "bin" / "python", *SCRIPTS]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout


def test_the_lock_pins_every_tool_by_hash_and_what_builds_here_is_what_it_pins():
    lines = (ROOT / "release" / "build.lock").read_text().replace("\\\n", " ").splitlines()
    pinned = [line.split()[0] for line in lines if line and not line.lstrip().startswith("#")]
    hashed = [line for line in lines if "--hash=sha256:" in line]
    assert len(pinned) == len(hashed) > 5
    constraints = (ROOT / "constraints.txt").read_text().lower().replace("_", "-").splitlines()
    assert {name for name in pinned if name not in constraints} == set()


def test_every_place_that_names_the_version_names_the_same():
    cited = re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    assert cited is not None
    assert cited[1] == spikeloom.__version__
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["dynamic"] == ["version"]
