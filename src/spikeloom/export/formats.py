"""The formats that programs can be written in, by name."""

from __future__ import annotations

from spikeloom.errors import ExportError
from spikeloom.export.format import Format
from spikeloom.export.nir import NIR
from spikeloom.export.nscs import NSCS
from spikeloom.export.ranc import RANC, RANC_VERILOG
from spikeloom.export.sana_fe import SANA_FE

FORMATS: dict[str, Format] = {form.name: form for form in (RANC, RANC_VERILOG, NSCS, SANA_FE, NIR)}


def format_named(name: str) -> Format:
    """Give a format; ExportError names those there are."""
    if name not in FORMATS:
        raise ExportError(f"format '{name}': is not known; there are {', '.join(FORMATS)}")
    return FORMATS[name]
