"""Commands killed at random moments: what was there stays whole, and runs go on to the very bytes of one left alone."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from spikeloom.errors import SpikeloomError
from spikeloom.export.format import RECORD_FILE, UNFINISHED
from spikeloom.training.files import CHECKPOINT_FILE, LEARNED_FILE
from spikeloom.writing import PART_PREFIX
from spikeloom.zoo import load
from tools.torture.row import Row
from tools.torture.samples import stripes

_SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)
_TWO = ("mnist-5-frugal", "mnist-5-small")
_TOML = """name = "x"
[data]
path = "x.npz"
[interface]
coding = "threshold"
[[layers]]
window = 4
stride = 4
[[layers]]
window = 2
features = 64
[train]
epochs = 12
batch = 10
"""


def kill_trainings(seconds: float, folder: Path, seed: int = 0) -> Row:
    """Kill a training again and again, until it is done; compare with one that nobody killed."""
    row, chance = Row("trainings killed, and gone on with"), random.Random(seed)
    write_own_data(folder)
    _run(folder, ["train", "x.toml", "--out", "whole", "--threads", "1"])
    whole = digest(folder / "whole" / LEARNED_FILE)
    took = _seconds(folder, ["train", "x.toml", "--out", "timed", "--threads", "1"])
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        shutil.rmtree(folder / "run", ignore_errors=True)
        for _ in range(60):
            resumes = (folder / "run" / CHECKPOINT_FILE).exists()
            words = ["--resume", "run"] if resumes else ["x.toml", "--out", "run"]
            said = _killed(folder, ["train", *words, "--threads", "1"], chance.uniform(0.3, 1.1) * took, chance, row)
            if said is None:
                break
            if "Traceback" in said:
                row.fault(said)
        else:
            _run(folder, ["train", "--resume", "run", "--threads", "1"])
        if digest(folder / "run" / LEARNED_FILE) != whole:
            row.fault("the network of a killed and resumed training has other bytes")
    return row


def kill_writers(seconds: float, folder: Path, seed: int = 1) -> Row:
    """Kill commands that write over a file or folder; what is there is the old or the new, whole, or says it is not."""
    row, chance = Row("deploy and export killed over what was there"), random.Random(seed)
    commands = {  # each in two forms, of which one is written over the other
        "p.safetensors": [["deploy", "zoo:mnist-5", "--seed", seed, "-o", "p.safetensors"] for seed in "01"],
        "c": [["export", f"zoo:{name}", "--to", "c", "-o", "c", "--force"] for name in _TWO],
        "n": [["export", f"zoo:{name}", "--to", "nir", "-o", "n", "--force", "--images", "0"] for name in _TWO],
    }
    whole: dict[str, set[str]] = {name: set() for name in commands}
    times = {}
    for name, forms in commands.items():
        for command in forms:
            times[name] = _seconds(folder, command)
            whole[name].add(digest(folder / name))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        name = chance.choice(list(commands))
        _killed(folder, chance.choice(commands[name]), chance.uniform(0.2, 1.05) * times[name], chance, row)
        if digest(folder / name) not in whole[name] and not _says_unfinished(folder / name):
            row.fault(f"{name}: is neither what it was nor what was written")
    try:
        load(str(folder / "p.safetensors"))
    except SpikeloomError as error:
        row.fault(str(error))
    return row


def _says_unfinished(place: Path) -> bool:
    record = place / RECORD_FILE
    return record.exists() and UNFINISHED in json.loads(record.read_text())


def _killed(folder: Path, words: list[str], after: float, chance: random.Random, row: Row) -> str | None:
    """Kill a command after some seconds; give what it said, or None where it had come to its end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "spikeloom", "-q", *words], cwd=folder, stderr=subprocess.PIPE, text=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _, said = process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        process.send_signal(chance.choice(_SIGNALS))
        row.times += 1
        try:
            _, said = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            row.fault("goes on for 20 s after a signal")
            return ""
        return said
    if process.returncode:
        row.fault(f"ends with {process.returncode}: {said}")
    return None


def write_own_data(folder: Path) -> None:
    data = stripes()
    images, labels = data.images[..., 0], data.labels
    np.savez(folder / "x.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    (folder / "x.toml").write_text(_TOML)


def _run(folder: Path, words: list[str]) -> None:
    command = [sys.executable, "-m", "spikeloom", "-q", *words]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


def _seconds(folder: Path, words: list[str]) -> float:
    started = time.monotonic()
    _run(folder, words)
    return time.monotonic() - started


def digest(place: Path) -> str:
    """Give the digest of a file, or of all files in a folder but parts of ours, which a kill may leave."""
    if place.is_file():
        return hashlib.sha256(place.read_bytes()).hexdigest()
    files = sorted(path for path in place.rglob("*") if path.is_file() and PART_PREFIX not in str(path))
    joined = b"".join(path.name.encode() + path.read_bytes() for path in files)
    return hashlib.sha256(joined).hexdigest()
