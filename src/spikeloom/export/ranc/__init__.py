"""RANC, the open reimplementation of TrueNorth's core: its simulator's files, and the memories of its Verilog."""
