"""Routes on the mesh, worked out by hand."""

import numpy as np

from spikeloom.chip.builder import ProgramBuilder
from spikeloom.chip.mesh import Mesh, mesh_of


def program_at(places, routes):
    """Cores at (chip, x, y), and routes from core to core, a neuron each."""
    build = ProgramBuilder()
    for _ in places:
        build.add_core()
    for neuron, (source, target) in enumerate(routes):
        build.route(source, neuron, target, neuron)
    program = build.build()
    object.__setattr__(program, "placement", np.array(places, np.int32))
    return program


def test_packets_go_along_the_row_first_and_share_its_links():
    #  0 . 1      0 to 3 goes right twice, then down; 1 to 3 goes down
    #  2 . 3      0 to 1 shares both links of the upper row with 0 to 3
    program = program_at([(0, 0, 0), (0, 2, 0), (0, 0, 1), (0, 2, 1)], [(0, 3), (0, 1), (1, 3), (3, 2)])
    assert mesh_of(program) == Mesh(routes=4, hops=3 + 2 + 1 + 2, longest=3, crossings=0, busiest=2)


def test_links_of_two_directions_are_two_links():
    program = program_at([(0, 0, 0), (0, 1, 0)], [(0, 1), (1, 0), (1, 0)])
    assert mesh_of(program) == Mesh(routes=3, hops=3, longest=1, crossings=0, busiest=2)


def test_seams_between_chips_are_counted():
    # chips lie four in a row: from the last column of chip 0 to the first of chip 1, and to the first row of chip 4
    program = program_at([(0, 63, 63), (1, 0, 63), (4, 63, 0)], [(0, 1), (0, 2), (1, 2)])
    assert mesh_of(program) == Mesh(routes=3, hops=1 + 1 + 2, longest=2, crossings=1 + 1 + 2, busiest=2)


def test_a_program_without_routes_takes_nothing():
    assert mesh_of(program_at([(0, 0, 0)], [])) == Mesh(0, 0, 0, 0, 0)
