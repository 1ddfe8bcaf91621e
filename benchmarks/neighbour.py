"""Training and the general simulator beside one busy process, against the same on the machine as it is.

Each figure is taken in a process of its own: threads are chosen when work begins, and how long they spin is set when
the libraries are loaded. "two threads, unbounded" is what torch and OpenMP do by themselves.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_EPOCHS, _CORES, _TICKS, _SECONDS = 3, 1024, 256, 3.0
_UNBOUNDED = {"GOMP_SPINCOUNT": "30000000000"}  # the default of OpenMP where threads are no more than processors
_WORKS = {"mnist-5, an epoch": "training", f"general, {_CORES} cores, 10 % active, {_TICKS} ticks": "simulating"}


def rows() -> list[dict[str, Any]]:
    """Give seconds alone and beside a busy process, and their ratios, with our defaults and without."""
    found: list[dict[str, Any]] = []
    for work, function in _WORKS.items():
        alone, unbounded = _seconds(function, 0, {}), _seconds(function, os.cpu_count() or 1, _UNBOUNDED)
        with _busy_process():
            beside, unbounded_beside = _seconds(function, 0, {}), _seconds(function, os.cpu_count() or 1, _UNBOUNDED)
        found += [
            {"work": work, "what": "alone", "value": alone, "unit": "s"},
            {"work": work, "what": "over all threads, unbounded spin", "value": alone / unbounded, "unit": "x"},
            {"work": work, "what": "beside a busy process, over alone", "value": beside / alone, "unit": "x"},
            {"work": work, "what": "unbounded: beside, over alone", "value": unbounded_beside / unbounded, "unit": "x"},
        ]
    return found


def training(threads: int) -> float:
    """Give the least seconds of an epoch of mnist-5."""
    import spikeloom as sl

    recipe = sl.load_recipe("mnist-5", [f"train.epochs={_EPOCHS}"])
    network = sl.train(recipe, threads=threads, reporter=sl.Silent())
    return min(metrics["seconds"] for metrics in network.training["log"])


def simulating(threads: int) -> float:
    """Give the seconds of so many ticks, in the mean over some seconds."""
    from spikeloom.bench.workloads import recurrent_chip
    from spikeloom.chip.trains import silence
    from spikeloom.machine import threads_for
    from spikeloom.simulation import Recording, backend_named

    simulation = backend_named("fast").start(recurrent_chip(_CORES, 0.1), Recording(), threads_for(threads))
    simulation.advance(silence(0, _TICKS))  # compiled, and the neighbours seen
    started, times = time.perf_counter(), 0
    while time.perf_counter() - started < _SECONDS:
        simulation.advance(silence(0, _TICKS))
        times += 1
    return (time.perf_counter() - started) / times


def _seconds(function: str, threads: int, environment: dict[str, str]) -> float:
    code = f"from benchmarks.neighbour import {function}; print({function}({threads}))"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_"))}
    done = subprocess.run([sys.executable, "-c", code], env=kept | environment, stdout=subprocess.PIPE, check=True)
    return float(done.stdout)


@contextmanager
def _busy_process() -> Iterator[None]:
    """Keep one processor busy."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        try:
            yield
        finally:
            process.kill()
