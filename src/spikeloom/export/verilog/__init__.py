"""Verilog for small FPGAs: an engine, its memories, a test bench and two boards."""

from spikeloom.export.format import Format
from spikeloom.export.verilog.writer import SUPPORT, VerilogOptions, told_verilog, write_verilog

VERILOG = Format(
    "verilog",
    "Verilog for small FPGAs (network.v, memories)",
    SUPPORT,
    write_verilog,
    options=VerilogOptions,
    compares_outputs=True,
    told=told_verilog,
)
