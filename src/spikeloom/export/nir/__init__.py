"""NIR, the Neuromorphic Intermediate Representation."""

from spikeloom.export.format import Format
from spikeloom.export.nir.reader import read_nir_file
from spikeloom.export.nir.writer import SUPPORT, NirOptions, write_nir

NIR = Format(
    "nir",
    "NIR (graph.nir)",
    SUPPORT,
    write_nir,
    options=NirOptions,
    reads=("GRAPH",),
    read=read_nir_file,
    keeps_places=False,  # neurons that go nowhere are no nodes
)
