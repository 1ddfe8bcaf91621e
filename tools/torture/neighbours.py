"""Full disks, little memory, closed pipes, places that may not be written, two at once: told in a line, none lost."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from spikeloom.writing import PART_PREFIX
from tools.torture.kills import digest, write_own_data
from tools.torture.row import Row

_NOBODY, _SYSTEM_PYTHON = 65_534, "/usr/bin/python3"
_ROOM = "24k"


def limits(folder: Path) -> Row:
    """Run commands where something is missing."""
    row = Row("files of no length, little memory, no right to write, a device")
    write_own_data(folder)
    kept = folder / "p.safetensors"
    _said(folder, ["deploy", "zoo:mnist-5", "-o", "p.safetensors"])
    before = digest(kept)
    little = _limited(resource.RLIMIT_AS, 3 * 2**29)
    (folder / "closed").mkdir(mode=0o500)
    os.mkfifo(folder / "pipe")
    cases: list[tuple[list[str], Callable[[], None] | None]] = [
        *(
            ([*words, "-o", name], _limited(resource.RLIMIT_FSIZE, most))
            for most in (0, 4096)
            for words, name in (
                (["deploy", "zoo:mnist-5"], "p.safetensors"),
                (["export", "zoo:mnist-5", "--to", "c"], "full-c"),
                (["export", "zoo:mnist-5-small", "--to", "nir", "--images", "0"], "full-n"),
            )
        ),
        (["train", "x.toml", "--out", "full"], _limited(resource.RLIMIT_FSIZE, 0)),
        (["train", "x.toml", "--out", "full"], _limited(resource.RLIMIT_FSIZE, 4096)),
        (["deploy", "zoo:mnist-5", "--members", "8192", "-o", "m.safetensors"], little),
        (["info", "pipe"], None),
        (["info", "/dev/zero"], None),
        (["train", "pipe", "--out", "x"], None),
        (["predict", "zoo:mnist-5", "/dev/zero"], None),
        (["deploy", "zoo:mnist-5", "-o", "/dev/full"], None),
        (["train", "x.toml", "--data", "/dev/zero", "--out", "y"], None),
    ]
    if os.getuid():
        cases.append((["deploy", "zoo:mnist-5", "-o", "closed/p.safetensors"], None))
    for words, limit in cases:
        row.times += 1
        code, said = _said(folder, words, limit)
        if code != 1 or len(said.splitlines()) != 1 or "Traceback" in said:
            row.fault(f"{' '.join(words)}: ends with {code}: {said}")
        if digest(kept) != before:
            row.fault(f"{' '.join(words)}: lost what was there")
    return row


def full_disk(folder: Path) -> Row:
    """Write where there is no room: a small file system in memory, where we may mount one."""
    row = Row("no room on the disk")
    disk = folder / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_ROOM}", "tmpfs", str(disk)]
    if os.getuid() or subprocess.run(mount, capture_output=True).returncode:
        return row
    try:
        for words in (
            ["deploy", "zoo:mnist-5", "--members", "64", "-o", "disk/p.safetensors"],
            ["train", "x.toml", "--out", "disk/run"],
            ["export", "zoo:mnist-5", "--to", "c", "-o", "disk/c"],
            ["export", "zoo:mnist-5-small", "--to", "nir", "-o", "disk/n", "--images", "0"],
        ):
            row.times += 1
            code, said = _said(folder, words)
            if code != 1 or len(said.splitlines()) != 1 or "No space left" not in said:
                row.fault(f"{' '.join(words)}: ends with {code}: {said}")
            left = [path.name for path in disk.rglob(f"*{PART_PREFIX}*")]
            if left:
                row.fault(f"{' '.join(words)}: leaves {', '.join(left)}")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    return row


def another_user(folder: Path) -> Row:
    """Run as a user with no home and no right to write, where we may become one."""
    row = Row("another user, without a home")
    if os.getuid():
        return row
    folder.chmod(0o755)  # to be looked into; nothing in it may be written
    secret, (kept, before) = folder / "secret", (folder / "p.safetensors", digest(folder / "p.safetensors"))
    secret.write_bytes(kept.read_bytes())
    secret.chmod(0o600)
    np.save(folder / "image.npy", np.zeros((28, 28), np.uint8))
    python = next((each for each in (sys.executable, _SYSTEM_PYTHON) if _may_run(each)), None)
    if python is None:
        return row
    for words, code_meant in (
        (["predict", "zoo:mnist-5-frugal", "image.npy"], 0),
        (["deploy", "zoo:mnist-5", "-o", "p.safetensors"], 1),
        (["info", "secret"], 1),
        (["train", "x.toml", "--out", "theirs"], 1),
        (["export", "zoo:mnist-5", "--to", "c", "-o", "c-theirs"], 1),
    ):
        row.times += 1
        code, said = _said(folder, words, _become_nobody, home="/nonexistent", python=python)
        if code != code_meant or "Traceback" in said or (code and len(said.splitlines()) != 1):
            row.fault(f"{' '.join(words)}: ends with {code}: {said}")
    if digest(kept) != before:
        row.fault("wrote over another user's file")
    return row


def _may_run(python: str) -> bool:
    """Whether nobody may run an interpreter, and all that we need with it."""
    command = [python, "-c", "import spikeloom.cli.app, torch, numba"]
    try:
        done = subprocess.run(command, preexec_fn=_become_nobody, env=_environment("/nonexistent"), capture_output=True)
    except OSError:
        return False
    return done.returncode == 0


def _environment(home: str | None) -> dict[str, str]:
    """Give few threads, which take address space, and the path by which any interpreter finds what this one has."""
    path = os.pathsep.join(each for each in sys.path if each)
    return {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": path, **({} if home is None else {"HOME": home})}


def _become_nobody() -> None:
    os.setgroups([])
    os.setgid(_NOBODY)
    os.setuid(_NOBODY)


def pipes(folder: Path) -> Row:
    """Close the reading end of what a command prints."""
    row = Row("readers that go away")
    for words in ("zoo", "recipe keys", "export --explain", "info zoo:mnist-5 --json"):
        row.times += 1
        command = f"{sys.executable} -m spikeloom {words} | head -c 10 > /dev/null"
        done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True)
        if "Traceback" in done.stderr or "Exception" in done.stderr:
            row.fault(f"{words}: {done.stderr}")
    return row


def two_at_once(folder: Path) -> Row:
    """Let two trainings begin in one folder: one is refused, the other ends well."""
    row = Row("two trainings in one folder")
    for number in range(3):
        row.times += 1
        words = [sys.executable, "-m", "spikeloom", "-q", "train", "x.toml", "--out", f"two{number}", "--threads", "1"]
        both = [subprocess.Popen(words, cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
                for _ in range(2)]  # fmt: skip
        ends = [(process.communicate()[1], process.returncode) for process in both]
        # not "by process": a holder takes the lock before it writes its number
        told = sum("is in use" in said or "holds a training already" in said for said, _ in ends)
        if sorted(code for _, code in ends) != [0, 1] or told != 1:
            row.fault(f"end with {[code for _, code in ends]}: {' / '.join(said for said, _ in ends)}")
    return row


def first_runs_at_once(folder: Path) -> Row:
    """Let three processes compile the simulator into one empty folder at once."""
    row = Row("first runs at once, into an empty cache")
    cache = folder / "cache"
    cache.mkdir(mode=0o700)
    words = [sys.executable, "-m", "spikeloom", "-q", "simulate", "zoo:mnist-5-frugal", "--json"]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    all_three = [
        subprocess.Popen(words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in all_three:
        row.times += 1
        _, said = process.communicate()
        if process.returncode:
            row.fault(said)
    return row


def _limited(kind: int, most: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(kind, (most, most))


def _said(
    folder: Path,
    words: Sequence[str],
    limit: Callable[[], None] | None = None,
    home: str | None = None,
    python: str = sys.executable,
) -> tuple[int, str]:
    """Give the exit code of a command and what it said."""
    command = [python, "-m", "spikeloom", "-q", *words]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=120, preexec_fn=limit,
            stdin=subprocess.DEVNULL, env=_environment(home),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return -1, "goes on for two minutes"
    return done.returncode, done.stderr.strip()
