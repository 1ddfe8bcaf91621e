"""Builds what an export in C holds, as strictly as compilers can be asked, and runs it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.export.c.writer import COptions, write_c
from spikeloom.export.format import Exported

STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror")
SANITIZED = ("-O1", "-fsanitize=undefined,address", "-fno-sanitize-recover=all")


def build(
    program: ChipProgram, folder: Path, optimise: str, name: str, compiler: str = "gcc", flags=SANITIZED, seed: int = 0
) -> Path:
    """Write a program in C and give the program around it, `classify` or `spikes`, built."""
    write_c(Exported(program, name="any-1 program", seed=seed), folder, COptions(optimise=optimise))
    main = {"classify": "main.c", "spikes": "spikes.c"}[name]
    built = folder / name
    sources = [str(folder / main), str(folder / "network.c")]
    subprocess.run([compiler, *STRICT, *flags, "-o", str(built), *sources], check=True, timeout=120)
    return built


def spikes_of(built: Path, program: ChipProgram, inputs: np.ndarray) -> np.ndarray:
    """Give the output spikes that `spikes` answers to input spikes, (n_ticks, n_output_lines) bool."""
    fed = np.packbits(inputs, axis=1, bitorder="little") if inputs.shape[1] else np.zeros((len(inputs), 1), np.uint8)
    said = subprocess.run([str(built)], input=fed.tobytes(), capture_output=True, check=True, timeout=120).stdout
    answered = np.frombuffer(said, np.uint8).reshape(len(inputs), -1)
    return np.unpackbits(answered, axis=1, bitorder="little")[:, : len(program.outputs)].astype(bool)


def decisions_of(built: Path, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give classes and votes that `classify` prints for images of bytes, (n,) and (n, n_classes) int."""
    said = subprocess.run([str(built)], input=images.tobytes(), capture_output=True, check=True, timeout=120).stdout
    lines = np.array([[int(word) for word in line.split()] for line in said.decode().splitlines()])
    return lines[:, 0], lines[:, 1:]
