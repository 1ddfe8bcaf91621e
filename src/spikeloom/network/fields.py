"""What neurons of the first layer see of the input."""

from __future__ import annotations

import numpy as np

from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.topology import UNUSED


def receptive_fields(network: LearnedNetwork, core: int = 0, neurons: slice | None = None) -> np.ndarray:
    """Give strength times probability of each connected first-layer neuron over the values, (n, rows, columns).

    Channels and levels of a pixel are summed; the window is cut to what the core sees.

    Parameters
    ----------
    core : int
        Of the first layer.
    neurons : slice, optional
        Of the connected ones, in their order.
    """
    layer, interface = network.layers[0], network.interface
    rows, columns, channels = interface.coded_shape
    connected = np.flatnonzero(network.connected[0][core])[neurons or slice(None)]
    expected = (layer.synaptic_strengths * layer.probabilities)[core][:, connected]  # (n_axons, n)
    fields = np.zeros((rows * columns, len(connected)), np.float32)
    for sharing in layer.sources[core].T:
        used = sharing != UNUSED
        np.add.at(fields, sharing[used] // channels, expected[used])
    seen = np.unique(layer.sources[core][layer.sources[core] != UNUSED] // channels)
    row, column = np.divmod(seen, columns)
    sheet = fields.T.reshape(-1, rows, columns)
    return sheet[:, row.min() : row.max() + 1, column.min() : column.max() + 1]
