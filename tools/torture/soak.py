"""Long and repeated runs: no memory grows, and nothing depends on threads, hash seeds or processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from spikeloom.chip.trains import pack
from spikeloom.deployment.deploy import deploy
from spikeloom.measure.votes import count_votes
from spikeloom.simulation import Recording, backend_named
from spikeloom.training.files import LEARNED_FILE
from spikeloom.zoo import load_network
from tools.torture.kills import digest
from tools.torture.row import Row

_PIECE = 4096  # ticks
_GROWTH_MAX = 0.01


def soak(seconds: float) -> list[Row]:
    """Run one program on and on, and many one after another."""
    program = deploy(load_network("zoo:mnist-5-frugal"))
    simulation = backend_named("fast").start(program, Recording(), 1)
    piece = pack(np.random.default_rng(0).random((_PIECE, len(program.inputs))) < 0.2)
    ticks, calls = Row("ticks of one simulation"), Row("simulations one after another")
    values = np.random.default_rng(0).random((50, 784), np.float32)
    for row, work, each in (
        (ticks, lambda: simulation.advance(piece), _PIECE),
        (calls, lambda: count_votes(program, values, threads=1), 1),
    ):
        for _ in range(20):
            work()
        before, end = _resident(), time.monotonic() + seconds / 2
        while time.monotonic() < end:
            work()
            row.times += each
        growth = _resident() / before - 1
        row.what += f" (memory {growth:+.2%})"
        if growth > _GROWTH_MAX:
            row.fault(f"memory grew by {growth:.2%}")
    return [ticks, calls]


def determinism(folder: Path) -> Row:
    """Simulate and train in processes of other hash seeds and threads; all answer alike."""
    row = Row("runs of other hash seeds and threads")
    answers = set()
    for hash_seed in ("0", "1", "random"):
        for threads in ("1", "2"):
            words = ["simulate", "zoo:mnist-5", "--members", "2", "--threads", threads, "--json"]
            environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
            command = [sys.executable, "-m", "spikeloom", "-q", *words]
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
            row.times += 1
            if done.returncode:
                row.fault(done.stderr)
            answers.add("".join(line for line in done.stdout.splitlines(True) if "second" not in line))
    if len(answers) > 1:
        row.fault(f"{len(answers)} different answers")
    networks = set()
    for hash_seed in ("0", "1"):  # the threads of a training change it by rounding, and are kept when it goes on
        words = ["train", "x.toml", "--out", f"hash{hash_seed}", "--threads", "1"]
        command = [sys.executable, "-m", "spikeloom", "-q", *words]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
        row.times += 1
        networks.add(digest(folder / f"hash{hash_seed}" / LEARNED_FILE))
    if len(networks) > 1:
        row.fault("trainings of one seed leave different bytes")
    return row


def _resident() -> int:
    """Give the pages of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1])
