"""How values become ticks of spikes, and how ticks of spikes become a decision: frames, coding, readout, reset."""

from spikeloom.interface.coding import Bernoulli, Coding, Thermometer, Threshold
from spikeloom.interface.frames import Frames, Moved, Still, Stream
from spikeloom.interface.readout import Decisions, Readout, decide
from spikeloom.interface.record import DataOrigin, Interface, Presentation

__all__ = [
    "Bernoulli",
    "Coding",
    "DataOrigin",
    "Decisions",
    "Frames",
    "Interface",
    "Moved",
    "Presentation",
    "Readout",
    "Still",
    "Stream",
    "Thermometer",
    "Threshold",
    "decide",
]
