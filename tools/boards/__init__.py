"""Exports in C on bare processors in QEMU, and engines in Verilog placed on FPGAs: what they decide, take and reach."""
