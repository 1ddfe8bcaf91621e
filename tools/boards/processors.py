"""A network in C, compiled for small processors and run on them in QEMU."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spikeloom.export.c.numbers import initialiser

_HERE = Path(__file__).parent
_ARM = ("qemu-system-arm", "-machine", "mps2-an385")
_FLAGS = ("-std=c99", "-Wall", "-Wextra", "-ffreestanding", "-nostdlib", "-fno-tree-loop-distribute-patterns")

_SHOWN = """\
#define NETWORK(part) {prefix}_##part
#define IMAGE_BYTES {PREFIX}_IMAGE_BYTES
#define CLASSES {PREFIX}_CLASSES
static const uint8_t IMAGES[] = {{
{numbers}
}};
"""


@dataclass(frozen=True)
class Processor:
    """A kind of processor: what compiles for it, and the machine of QEMU's that runs it.

    clocks : an instruction takes, as an estimate, of code that mostly loads, adds and branches
    """

    name: str
    compiler: str
    flags: tuple[str, ...]
    machine: tuple[str, ...]
    script: str
    clocks: float


PROCESSORS = (
    Processor("Cortex-M0", "arm-none-eabi-gcc", ("-mcpu=cortex-m0", "-mthumb"), _ARM, "arm.ld", 1.6),
    Processor(
        "Cortex-M4",
        "arm-none-eabi-gcc",
        ("-mcpu=cortex-m4", "-mthumb"),
        ("qemu-system-arm", "-machine", "mps2-an386"),
        "arm.ld",
        1.3,
    ),
    Processor(
        "RV32IMAC",
        "riscv64-unknown-elf-gcc",
        ("-march=rv32imac", "-mabi=ilp32"),
        ("qemu-system-riscv32", "-machine", "virt", "-bios", "none"),
        "riscv.ld",
        1.3,
    ),
)


@dataclass(frozen=True)
class Run:
    """What a network took and gave on a processor.

    classes, votes : (n_images,) and (n_images, n_classes) int
    flash : bytes of code and tables
    state, stack : bytes of memory
    instructions : of an image, to a thousand
    """

    classes: np.ndarray
    votes: np.ndarray
    flash: int
    state: int
    stack: int
    instructions: int


def missing(processor: Processor) -> list[str]:
    """Give the programs that a processor needs and this machine lacks."""
    return [program for program in (processor.compiler, processor.machine[0]) if shutil.which(program) is None]


def run_on(processor: Processor, folder: Path, images: np.ndarray) -> Run:
    """Compile the network of an export in C for a processor, and run it on images, (n_images, n_values) uint8."""
    header = (folder / "network.h").read_text()
    prefix = re.findall(r"void (\w+)_start\(", header)[0]
    (folder / "shown.h").write_text(_SHOWN.format(prefix=prefix, PREFIX=prefix.upper(), numbers=initialiser(images)))
    built, flags = folder / "harness.elf", (*processor.flags, *_FLAGS)
    for source, name in ((folder / "network.c", "network.o"), (_HERE / "harness.c", "harness.o")):
        _run([processor.compiler, *flags, "-Os", "-I", str(folder), "-c", "-o", str(folder / name), str(source)])
    objects = [str(folder / name) for name in ("harness.o", "network.o")]
    _run([processor.compiler, *flags, "-T", str(_HERE / processor.script), "-o", str(built), *objects, "-lgcc"])
    text, data = (
        _run([processor.compiler.replace("gcc", "size"), str(folder / "network.o")]).splitlines()[1].split()[:2]
    )
    said = _run(
        [*processor.machine, "-nographic", "-icount", "shift=0", "-semihosting-config", "enable=on,target=native",
         "-kernel", str(built)]
    )  # fmt: skip
    lines = [line.split() for line in said.splitlines()]
    told = {name: int(number) for name, number in lines[-3:]}
    decided = np.array(lines[:-3], int)
    return Run(
        decided[:, 0],
        decided[:, 1:],
        int(text) + int(data),
        told["state"],
        told["stack"],
        told["kiloinstructions"] * 1000,
    )


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:2])}: {done.stderr[-2000:]}")
    return done.stdout + done.stderr if "qemu" in command[0] else done.stdout
