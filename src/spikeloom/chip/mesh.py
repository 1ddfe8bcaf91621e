"""The mesh between cores: what crosses each of its links, and the seams of chips, where every neuron spikes.

A packet goes along its row to the column of its target first, and then along the column. Source: Merolla et al. 2014.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spikeloom.chip.program import ChipProgram, route_crossings, route_hops


@dataclass(frozen=True)
class Mesh:
    """Routes of a program on the mesh.

    routes : between cores
    hops : from core to core, over all routes
    longest : hops of the longest route
    crossings : of seams between chips, over all routes
    busiest : routes over the link that has most of them: packets that it carries in a tick in which all neurons spike
    """

    routes: int
    hops: int
    longest: int
    crossings: int
    busiest: int


def mesh_of(program: ChipProgram) -> Mesh:
    """Count what a program's routes take of the mesh."""
    places = program.coordinates
    source, target = places[program.routes.between_cores].transpose(1, 2, 0)  # each (x, y), (2, n_routes)
    if not source.shape[1]:
        return Mesh(0, 0, 0, 0, 0)
    hops = route_hops(program)  # zero where a neuron goes to no core
    along = _busiest(source[1], source[0], target[0])
    across = _busiest(target[0], source[1], target[1])
    return Mesh(
        routes=source.shape[1],
        hops=int(hops.sum()),
        longest=int(hops.max()),
        crossings=int(route_crossings(program).sum()),
        busiest=max(along, across),
    )


def _busiest(line: np.ndarray, start: np.ndarray, end: np.ndarray) -> int:
    """Give the most routes over one link of any line, in one direction; routes go from start to end along a line."""
    most = 0
    for forward in (True, False):
        low, high = (start, end) if forward else (end, start)
        goes = low < high
        if not goes.any():
            continue
        # a route is one more from its first link on, and one less behind its last
        steps = np.zeros((int(line.max()) + 1, int(max(start.max(), end.max())) + 2), np.int64)
        np.add.at(steps, (line[goes], low[goes]), 1)
        np.add.at(steps, (line[goes], high[goes]), -1)
        most = max(most, int(steps.cumsum(1).max()))
    return most
