"""C99 for microcontrollers and any other machine: constant tables, no allocation, no library."""

from spikeloom.export.c.writer import SUPPORT, COptions, told_c, write_c
from spikeloom.export.format import Format

C = Format(
    "c",
    "C99 for microcontrollers (network.h, network.c)",
    SUPPORT,
    write_c,
    options=COptions,
    compares_outputs=True,
    told=told_c,
)
