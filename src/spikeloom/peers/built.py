"""What exports in C and Verilog build here, with this machine's compiler and Verilator, and run."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np

from spikeloom.errors import PeerError


def run_c(folder: Path, inputs: np.ndarray, n_outputs: int) -> np.ndarray:
    """Build the C in a folder and give what it answers to input spikes, (n_ticks, n_outputs) bool.

    Parameters
    ----------
    folder : Path
        Of an export to c.
    inputs : (n_ticks, n_input_lines) bool
    """
    _make(folder, "spikes", "cc", "gcc")
    lines = inputs if inputs.shape[1] else np.zeros((len(inputs), 1), bool)  # a tick takes a byte at the least
    fed = np.packbits(lines, axis=1, bitorder="little").tobytes()
    said = np.frombuffer(_run([str(folder / "spikes")], fed), np.uint8).reshape(len(inputs), -1)
    return np.unpackbits(said, axis=1, bitorder="little")[:, :n_outputs].astype(bool)


def run_verilog(folder: Path, images: np.ndarray) -> np.ndarray:
    """Build the Verilog in a folder with Verilator and give its output lines for images, (n_images, n_outputs) bool.

    Parameters
    ----------
    folder : Path
        Of an export to verilog.
    images : (n_images, n_values) uint8
    """
    _make(folder, "obj_dir/simulate", "verilator", "verilator")
    file = folder / "shown.bin"
    file.write_bytes(images.tobytes())
    said = _run(["obj_dir/simulate", "shown.bin", "lines"], cwd=folder)
    return np.array([[letter == ord("1") for letter in line] for line in said.split()], bool)


def _make(folder: Path, target: str, tool: str, package: str) -> None:
    for program, needs in (("make", "make"), (tool, package)):
        if shutil.which(program) is None:
            raise PeerError(f"{program}: is not installed; on Debian: apt-get install {needs}")
    _run(["make", "-s", target], cwd=folder)


def _run(command: list[str], fed: bytes = b"", cwd: Path | None = None) -> bytes:
    done = subprocess.run(command, input=fed, capture_output=True, cwd=cwd)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit {done.returncode}"]
        # a compiler's own words come first, and make's after them
        told = next((line for line in said if "error" in line.lower()), said[-1])
        raise PeerError(f"{command[0]}: {told[:200]}")
    return done.stdout
