"""Programs of 1, 4 and 16 chips: how long they take and how much memory; prints the table of docs/chip.md.

python -m benchmarks.chips [CHIPS ...]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from spikeloom.bench.workloads import recurrent_chip
from spikeloom.chip.limits import CORES_PER_CHIP
from spikeloom.chip.program import ChipProgram
from spikeloom.chip.storage import load_program, save_program
from spikeloom.data import load_dataset
from spikeloom.deployment.deploy import deploy
from spikeloom.measure.evaluation import evaluate_program
from spikeloom.simulation import run
from spikeloom.zoo import load

_NETWORK, _IMAGES = "mnist-30", 200
_ACTIVITY, _TICKS = 0.1, 20
_SECONDS = ("build", "save", "load", "simulate")


def main() -> None:
    """Measure each in a process of its own, so that its peak of memory is its own."""
    headings = ("program", "chips", "cores", *_SECONDS, "file", "crossings an image or tick", "peak memory")
    print("| " + " | ".join(headings) + " |\n|---" + "|--:" * (len(headings) - 1) + "|")
    for what in _PROGRAMS:
        for chips in sys.argv[1:] or ("1", "4", "16"):
            command = [sys.executable, "-m", "benchmarks.chips", "--one", what, chips]
            one = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            cells = [what, chips, f"{one['cores']:,}", *(f"{one[name]:.1f} s" for name in _SECONDS)]
            cells += [f"{one['file']:.2f} GB", f"{one['crossings']:,.0f}", f"{one['memory']:.1f} GB"]
            print("| " + " | ".join(cells) + " |", flush=True)


def _one(what: str, chips: int) -> dict[str, Any]:
    """Build, save, load and simulate one program; seconds, gigabytes and crossings."""
    build, simulate = _PROGRAMS[what]
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.safetensors"
        program, seconds["build"] = _timed(lambda: build(chips))
        _, seconds["save"] = _timed(lambda: save_program(program, path))
        size = path.stat().st_size / 1e9
        del program
        program, seconds["load"] = _timed(lambda: load_program(path))
    simulate(program, 1)  # compiled
    crossings, seconds["simulate"] = _timed(lambda: simulate(program))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9  # Linux counts kilobytes
    assert program.n_chips == chips
    return {"cores": program.n_cores, "file": size, "crossings": crossings, "memory": peak, **seconds}


def _ensemble(chips: int) -> ChipProgram:
    network = load(f"zoo:{_NETWORK}")
    return deploy(network, chips * CORES_PER_CHIP // network.n_cores)


def _show_images(program: ChipProgram, n_images: int = _IMAGES) -> float:
    images = load_dataset("mnist", "train").take(slice(n_images))
    return evaluate_program(program, images).crossings_per_image


def _run_ticks(program: ChipProgram, n_ticks: int = _TICKS) -> float:
    return float(run(program, np.zeros((n_ticks, 0), bool)).crossings.sum()) / n_ticks


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = perf_counter()
    return work(), perf_counter() - started


_PROGRAMS = {
    "random": (lambda chips: recurrent_chip(chips * CORES_PER_CHIP, _ACTIVITY), _run_ticks),
    f"`{_NETWORK}`": (_ensemble, _show_images),
}

if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(_one(sys.argv[2], int(sys.argv[3]))))
    else:
        main()
