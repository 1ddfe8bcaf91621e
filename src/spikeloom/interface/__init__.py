"""How values become ticks of spikes, and how ticks of spikes become a decision: frames, coding, readout, reset."""

from spikeloom.interface.coding import Bernoulli, Coding, Dithered, Thermometer, Threshold
from spikeloom.interface.frames import Frames, Moved, Still, Stream
from spikeloom.interface.preparation import Preparation
from spikeloom.interface.readout import Decisions, Readout, decide
from spikeloom.interface.record import DataOrigin, Interface, Presentation

__all__ = [
    "Bernoulli",
    "Coding",
    "DataOrigin",
    "Decisions",
    "Dithered",
    "Frames",
    "Interface",
    "Moved",
    "Preparation",
    "Presentation",
    "Readout",
    "Still",
    "Stream",
    "Thermometer",
    "Threshold",
    "decide",
]
