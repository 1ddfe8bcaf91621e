"""The formats that programs can be written in, and what each makes of every feature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spikeloom.export.features import Support
from spikeloom.export.nir import writer as nir
from spikeloom.export.nscs import writer as nscs
from spikeloom.export.ranc import simulator as ranc
from spikeloom.export.sana_fe import writer as sana_fe


@dataclass(frozen=True)
class FormatFacts:
    """A format: whose it is, and its support of every feature."""

    title: str
    support: Mapping[str, Support]


FORMATS = {
    "ranc": FormatFacts("RANC's simulator (input.json, config.json)", ranc.SUPPORT),
    "ranc-verilog": FormatFacts("RANC's Verilog (memories and test bench files)", ranc.SUPPORT),
    "nscs": FormatFacts("NSCS, IBM's TrueNorth tools (model.json, spikes_in.sfri)", nscs.SUPPORT),
    "sana-fe": FormatFacts("SANA-FE (architecture.yaml, network.yaml)", sana_fe.SUPPORT),
    "nir": FormatFacts("NIR (graph.nir)", nir.SUPPORT),
}
