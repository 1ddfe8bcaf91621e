"""Where a result comes from: version and commit, libraries, machine, device, threads, and the data it was made of."""

from __future__ import annotations

import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel, ConfigDict

_LIBRARIES = ("numpy", "numba", "scipy", "torch")
_GIT_SECONDS = 10


class Provenance(BaseModel):
    """What a learned network and a model card carry of how they came about.

    commit : of a checkout, with "+" where files were changed; None of an installed package
    libraries : version by name, of those that are installed
    data : SHA-256 of the data set's images, labels and class names
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    commit: str | None
    python: str
    libraries: dict[str, str]
    machine: str
    device: str
    threads: int
    data: str


def provenance_of(device: str, threads: int, data: str) -> Provenance:
    """Give the provenance of what is being made here and now, of data with this fingerprint."""
    libraries = {name: found for name in _LIBRARIES if (found := _version(name)) is not None}
    return Provenance(
        version=installed_version(),
        commit=_commit(),
        python=platform.python_version(),
        libraries=libraries,
        machine=f"{platform.system()} {platform.machine()}",
        device=device,
        threads=threads,
        data=data,
    )


def installed_version() -> str:
    """Give spikeloom's own version."""
    return _version("spikeloom") or "not installed"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


@cache
def _commit() -> str | None:
    """Give the commit of the checkout that this package lies in; None where it lies in none."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return None
    commit, changed = _git(folder, "rev-parse", "HEAD"), _git(folder, "status", "--porcelain", "--", "src")
    return None if not commit else commit[:12] + ("+" if changed else "")


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=_GIT_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
