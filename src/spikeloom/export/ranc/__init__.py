"""RANC, the open reimplementation of TrueNorth's core: its simulator's files, and the memories of its Verilog."""

from spikeloom.export.format import Format
from spikeloom.export.ranc.reader import read_ranc
from spikeloom.export.ranc.simulator import SUPPORT, write_ranc
from spikeloom.export.ranc.verilog import Widths, write_memories

RANC = Format(
    "ranc",
    "RANC's simulator (input.json, config.json)",
    SUPPORT,
    write_ranc,
    reads=("INPUT", "CONFIG"),
    read=read_ranc,
)
RANC_VERILOG = Format(
    "ranc-verilog",
    "RANC's Verilog (memories and test bench files)",
    SUPPORT,
    write_memories,
    options=Widths,
    compares_outputs=True,
)
