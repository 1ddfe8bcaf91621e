"""SANA-FE: an architecture file with cited energies, and a network file."""

from spikeloom.export.format import Format
from spikeloom.export.sana_fe.writer import SUPPORT, write_sana_fe

SANA_FE = Format("sana-fe", "SANA-FE (architecture.yaml, network.yaml)", SUPPORT, write_sana_fe, starts_blank=True)
