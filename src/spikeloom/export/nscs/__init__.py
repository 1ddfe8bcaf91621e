"""NSCS, IBM's TrueNorth simulator and chip loader."""

from spikeloom.export.format import Format
from spikeloom.export.nscs.reader import read_nscs_files
from spikeloom.export.nscs.writer import SUPPORT, write_nscs

NSCS = Format(
    "nscs",
    "NSCS, IBM's TrueNorth tools (model.json, spikes_in.sfri)",
    SUPPORT,
    write_nscs,
    reads=("MODEL", "[SPIKES]"),
    read=read_nscs_files,
)
