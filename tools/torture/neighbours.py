"""Full disks, little memory, closed pipes, places that may not be written, two at once: told in a line, none lost."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tools.torture.kills import _digest, _own_data
from tools.torture.row import Row


def limits(folder: Path) -> Row:
    """Run commands where something is missing."""
    row = Row("full disk, little memory, no right to write, a device")
    _own_data(folder)
    kept = folder / "p.safetensors"
    _said(folder, ["deploy", "zoo:mnist-5", "-o", "p.safetensors"])
    before = _digest(kept)
    full, little = _limited(resource.RLIMIT_FSIZE, 4096), _limited(resource.RLIMIT_AS, 3 * 2**29)
    (folder / "closed").mkdir(mode=0o500)
    os.mkfifo(folder / "pipe")
    cases: list[tuple[list[str], Callable[[], None] | None]] = [
        (["deploy", "zoo:mnist-5", "-o", "p.safetensors"], full),
        (["train", "x.toml", "--out", "full"], full),
        (["export", "zoo:mnist-5", "--to", "c", "-o", "full-c"], full),
        (["export", "zoo:mnist-5-small", "--to", "nir", "-o", "full-n", "--images", "0"], full),
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
        if _digest(kept) != before:
            row.fault(f"{' '.join(words)}: lost what was there")
    return row


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
        told = sum("is being trained in" in said or "holds a training already" in said for said, _ in ends)
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


def _said(folder: Path, words: Sequence[str], limit: Callable[[], None] | None = None) -> tuple[int, str]:
    command = [sys.executable, "-m", "spikeloom", "-q", *words]
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=120, preexec_fn=limit,
            stdin=subprocess.DEVNULL, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # threads take address space
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return -1, "goes on for two minutes"
    return done.returncode, done.stderr.strip()
