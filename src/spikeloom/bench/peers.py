"""How fast other simulators do the same work, in core-ticks a second: matrix products in torch, SANA-FE, RANC."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.errors import PeerError
from spikeloom.export.format import Exported
from spikeloom.export.ranc.simulator import CONFIG_FILE, INPUT_FILE, write_ranc
from spikeloom.export.sana_fe.writer import write_sana_fe
from spikeloom.peers.products import Products
from spikeloom.peers.sana_fe import run_sana_fe


def products_rate(program: ChipProgram, inputs: np.ndarray, threads: int, rounds: int = 3) -> float:
    """Give the core-ticks a second of batched matrix products in torch float32, weights made beforehand."""
    import torch

    products, seconds = Products(program), []
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        for _ in range(rounds):
            started = perf_counter()
            products.run(inputs)
            seconds.append(perf_counter() - started)
    finally:
        torch.set_num_threads(before)
    return program.n_cores * len(inputs) / min(seconds)


def sana_fe_rate(program: ChipProgram, inputs: np.ndarray) -> float:
    """Give the core-ticks a second of SANA-FE's simulation alone, its loading left out."""
    blank_first = np.concatenate([np.zeros_like(inputs[:1]), inputs])
    with tempfile.TemporaryDirectory() as name:
        write_sana_fe(Exported(program, blank_first), Path(name))
        run = run_sana_fe(Path(name), program.n_cores, len(blank_first))
    return program.n_cores * len(blank_first) / run.seconds


def ranc_rate(binary: Path, program: ChipProgram, inputs: np.ndarray) -> float:
    """Give the core-ticks a second of RANC's simulator; the time to load is taken away by running twice as long.

    Raises
    ------
    PeerError
        If the binary cannot be run or fails.
    """
    n_ticks = len(inputs)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_ranc(Exported(program, np.concatenate([inputs, inputs])), folder)
        _run_ranc(binary, folder, n_ticks)  # once unseen, so that files are warm
        short, long = _run_ranc(binary, folder, n_ticks), _run_ranc(binary, folder, 2 * n_ticks)
    if long <= short:
        raise PeerError(f"{binary}: {n_ticks} ticks took {short:.2f} s, twice as many {long:.2f} s; too short to time")
    return program.n_cores * n_ticks / (long - short)


def _run_ranc(binary: Path, folder: Path, n_ticks: int) -> float:
    command = [str(binary), str(folder / INPUT_FILE), str(folder / "output.txt"), str(folder / CONFIG_FILE)]
    started = perf_counter()
    try:
        subprocess.run([*command, str(n_ticks)], check=True, capture_output=True, timeout=300)
    except OSError as error:
        raise PeerError(f"{binary}: cannot be run: {error.strerror or error}") from error
    except subprocess.SubprocessError as error:
        raise PeerError(f"{binary}: failed on our files: {error}") from error
    return perf_counter() - started
