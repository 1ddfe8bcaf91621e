"""Boards: networks in C on small processors, and in Verilog on small FPGAs: what is decided, what it takes, how fast.

Processors are QEMU's, and instructions are counted; images a second are an estimate at 64 MHz. Engines are placed by
nextpnr, and images a second are at the clock that it reaches. Energy is nobody's claim: none was measured.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.timing import timed_in_turn
from spikeloom.chip.program import ChipProgram
from spikeloom.data import Dataset, load_dataset
from spikeloom.deployment.deploy import deploy
from spikeloom.export.c.writer import COptions, write_c
from spikeloom.export.format import Exported
from spikeloom.export.verilog.writer import VerilogOptions, write_verilog
from spikeloom.measure.votes import Votes, count_votes, shown_spikes
from spikeloom.network.learned import LearnedNetwork
from spikeloom.simulation import run
from spikeloom.zoo import load
from tools.boards import fpgas, processors

_IN_C = ("mnist-5-small", "mnist-5-small-ticks5", "mnist-5-frugal", "mnist-29-bent", "fashion-5")
_ON_PROCESSORS = 300  # images; all of the test set go through C on this machine
_THROUGH_NETLISTS = 50  # images
_CLOCK = 64e6
_IN_VERILOG = (
    ("mnist-5-small", 1, "up5k", 10_000),
    ("mnist-5-small", 1, "ecp5-12k", 0),
    ("mnist-5-frugal", 1, "ecp5-25k", 10_000),
    ("mnist-5-frugal", 2, "ecp5-25k", 10_000),
    ("fashion-5", 2, "ecp5-25k", 10_000),
    ("mnist-29-bent", 1, "ecp5-85k", 1_000),
    ("mnist-29-bent", 4, "ecp5-85k", 1_000),
)


def rows() -> list[dict[str, Any]]:
    """Give the rows of all networks on all boards for which the tools are here."""
    return list(_rows())


def _rows() -> Iterator[dict[str, Any]]:
    yield from _desktop()
    for name in _IN_C:
        yield from _in_c(name)
    yield from _in_verilog()


def _in_c(name: str) -> Iterator[dict[str, Any]]:
    """Give accuracy and differences over the whole test set, and memory and instructions on each processor."""
    program, data = _program(name)
    expected = count_votes(program, data.values)
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder)
        write_c(Exported(program, name=name), written)
        subprocess.run(["make", "-s", "-C", folder, "classify"], check=True)
        yield from _decided(f"{name}, C", _classified(written, data), expected, data)
        for processor in processors.PROCESSORS:
            if missing := processors.missing(processor):
                print(f"boards: {processor.name} left out: {', '.join(missing)} missing", file=sys.stderr)
                continue
            found = processors.run_on(processor, written, data.images[:_ON_PROCESSORS].reshape(_ON_PROCESSORS, -1))
            work = f"{name}, {processor.name}"
            differ = int((found.votes != expected.votes[:_ON_PROCESSORS]).any(1).sum())
            yield _row(work, f"votes that differ of {_ON_PROCESSORS}", differ, "images")
            yield _row(work, "flash: code and tables", found.flash, "bytes")
            yield _row(work, "RAM: state and stack, image aside", found.state + found.stack, "bytes")
            yield _row(work, "instructions an image", found.instructions, "")
            yield _row(work, "estimate at 64 MHz", _CLOCK / (found.instructions * processor.clocks), "images/s")


def _desktop() -> Iterator[dict[str, Any]]:
    """Give the time of an image in C made for speed, on one core of this machine, beside the fast simulator."""
    program, data = _program("mnist-5-frugal")
    with tempfile.TemporaryDirectory() as folder:
        write_c(Exported(program), Path(folder), COptions(optimise="speed"))
        subprocess.run(["make", "-s", "-C", folder, "classify"], check=True)
        compiled, simulated = timed_in_turn(
            lambda: _said(Path(folder), data), lambda: count_votes(program, data.values, threads=1), rounds=7
        )
    yield _row("mnist-5-frugal", "an image in C for speed, on this machine", compiled / len(data) * 1e6, "us")
    yield _row("mnist-5-frugal", "in the fast simulator, one thread", simulated / len(data) * 1e6, "us")


def _in_verilog() -> Iterator[dict[str, Any]]:
    if missing := fpgas.missing():
        print(f"boards: FPGAs left out: {', '.join(missing)} missing", file=sys.stderr)
        return
    for name, lanes, part, n_images in _IN_VERILOG:
        program, data = _program(name)
        work = f"{name}, {lanes} lane{'s' * (lanes > 1)}, {part}"
        with tempfile.TemporaryDirectory() as folder:
            written = Path(folder)
            write_verilog(Exported(program, name=name), written, VerilogOptions(lanes=lanes))
            clocks = 0.0
            if n_images:
                expected = count_votes(program, data.values[:n_images])
                lines, clocks = _simulated(written, data.images[:n_images])
                yield from _decided(f"{work}, Verilator", lines, expected, data.take(slice(n_images)))
            placed = fpgas.place(written, part, 100)
            if part == "up5k":
                yield from _netlist(work, program, data)
        yield _row(work, "look-up tables", placed.luts, "")
        yield _row(work, "block memories", placed.block_memories, "")
        yield _row(work, "multipliers", placed.multipliers, "")
        yield _row(work, "clock", placed.megahertz, "MHz")
        if clocks:
            yield _row(work, "clocks an image", clocks, "")
            yield _row(work, "images a second at that clock", placed.megahertz * 1e6 / clocks, "images/s")


def _netlist(work: str, program: ChipProgram, data: Dataset) -> Iterator[dict[str, Any]]:
    """Give how many images get other votes from what yosys made of the engine."""
    from tools.boards.netlists import simulated_netlist

    values, images = data.values[:_THROUGH_NETLISTS], data.images[:_THROUGH_NETLISTS]
    inputs = shown_spikes(program, values)
    shown = images.reshape(len(images), -1)
    with tempfile.TemporaryDirectory() as folder:
        write_verilog(Exported(program, inputs, run(program, inputs).outputs, images=shown), Path(folder))
        lines = np.array(simulated_netlist(Path(folder), "ice40"))
    differ = int((lines[:, 1:] != count_votes(program, values).votes).any(1).sum())
    yield _row(f"{work}, netlist", f"votes that differ of {len(shown)}", differ, "images")


def _simulated(folder: Path, images: np.ndarray) -> tuple[np.ndarray, float]:
    """Give the lines that Verilator prints of images, and the clocks an image."""
    (folder / "shown.bin").write_bytes(images.tobytes())
    command = ["make", "-s", "-C", str(folder), "simulate", "IMAGES=shown.bin"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    clocks = float(next(line for line in done.stderr.splitlines() if line.endswith("clocks an image")).split()[0])
    return _lines(done.stdout), clocks


def _classified(folder: Path, data: Dataset) -> np.ndarray:
    return _lines(_said(folder, data))


def _said(folder: Path, data: Dataset) -> str:
    """Give what `classify` prints of a test set."""
    done = subprocess.run([str(folder / "classify")], input=data.images.tobytes(), capture_output=True, check=True)
    return done.stdout.decode()


def _lines(text: str) -> np.ndarray:
    return np.array([[int(word) for word in line.split()] for line in text.splitlines()])


def _decided(work: str, lines: np.ndarray, expected: Votes, data: Dataset) -> Iterator[dict[str, Any]]:
    differ = (lines[:, 1:] != expected.votes).any(1) | (lines[:, 0] != expected.decisions.classes)
    yield _row(work, f"decisions and votes that differ of {len(data):,}", int(differ.sum()), "images")
    yield _row(work, f"accuracy of {len(data):,} test images", float((lines[:, 0] == data.labels).mean() * 100), "%")


def _program(name: str) -> tuple[ChipProgram, Dataset]:
    model = load(f"zoo:{name}")
    program = deploy(model) if isinstance(model, LearnedNetwork) else model
    return program, load_dataset("fashion-mnist" if name.startswith("fashion") else "mnist", "test")


def _row(work: str, what: str, value: float, unit: str) -> dict[str, Any]:
    return {"work": work, "what": what, "value": value, "unit": unit}


if __name__ == "__main__":
    started = perf_counter()
    for found in _rows():
        print(f"{found['work']:<44} {found['what']:<46} {found['value']:>10.4g} {found['unit']}", flush=True)
    print(f"{perf_counter() - started:.0f} s", file=sys.stderr)
