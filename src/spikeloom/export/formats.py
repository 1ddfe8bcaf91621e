"""The formats that programs can be written in, by name."""

from __future__ import annotations

from spikeloom.export.c import C
from spikeloom.export.format import Format
from spikeloom.export.nir import NIR
from spikeloom.export.nscs import NSCS
from spikeloom.export.ranc import RANC, RANC_VERILOG
from spikeloom.export.sana_fe import SANA_FE
from spikeloom.export.verilog import VERILOG

FORMATS: dict[str, Format] = {form.name: form for form in (RANC, RANC_VERILOG, NSCS, SANA_FE, NIR, C, VERILOG)}
