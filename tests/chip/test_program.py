from dataclasses import replace

import numpy as np
import pytest

from programs import tiny_network
from spikeloom.chip.builder import ProgramBuilder
from spikeloom.chip.core import pack_crossbars, unpack_crossbars
from spikeloom.chip.program import global_coordinates, place_row_by_row, route_crossings, route_hops
from spikeloom.chip.validate import validate_packets
from spikeloom.deployment.deploy import deploy
from spikeloom.errors import ProgramError


def test_crossbars_are_packed_with_neuron_zero_as_the_highest_bit():
    crossbar = np.zeros((1, 16), bool)
    crossbar[0, [0, 9]] = True
    assert pack_crossbars(crossbar).tolist() == [[0x80, 0x40]]
    assert (unpack_crossbars(pack_crossbars(crossbar)) == crossbar).all()


def test_cores_fill_a_chip_row_by_row_and_then_the_next_chip():
    placement = place_row_by_row(np.arange(4097))
    assert placement[[0, 63, 64, 4095, 4096]].tolist() == [[0, 0, 0], [0, 63, 0], [0, 0, 1], [0, 63, 63], [1, 0, 0]]


def test_chips_lie_four_in_a_row():
    placement = np.array([[0, 5, 6], [3, 5, 6], [4, 5, 6]])
    assert global_coordinates(placement).tolist() == [[5, 6], [197, 6], [5, 70]]


def test_hops_are_manhattan_distances_and_outputs_count_none():
    program = deploy(tiny_network())
    hops = route_hops(program)
    # cores 0 .. 4 lie in one row; the first four feed core 4
    for core in range(4):
        assert set(hops[core][program.routes.cores[core] == 4]) == {4 - core}
    assert not hops[4].any()


def test_a_member_across_the_seam_of_two_chips_pays_the_distance():
    program = deploy(tiny_network(), members=820)  # 4,100 cores: core 4095 is the first of member 819
    assert program.n_chips == 2
    neuron = np.flatnonzero(program.routes.to_cores[4095])[0]
    assert program.routes.cores[4095, neuron] == 4099
    crossings = route_crossings(program)
    assert crossings[4095, neuron] == 1
    assert crossings.sum() == program.routes.to_cores[4095].sum()  # the other members lie on one chip each
    assert route_hops(program)[4095, neuron] == pytest.approx(abs(63 - 67) + 63)


def test_a_packet_reaches_across_sixteen_chips_and_no_farther():
    # 9 bits: -256 to 255. Chips lie four in a row, so 255 columns are never exceeded; a fifth row of chips is too far.
    build = ProgramBuilder()
    for _ in range(2):
        build.add_core()
    build.route(0, 0, 1, 0)
    program = build.build()
    corners = replace(program, placement=np.array([[0, 0, 0], [15, 63, 63]], np.int32))
    validate_packets(corners)
    assert (route_hops(corners)[0, 0], route_crossings(corners)[0, 0]) == (255 + 255, 3 + 3)
    beyond = replace(program, placement=np.array([[0, 0, 0], [16, 0, 0]], np.int32))
    with pytest.raises(ProgramError, match=r"core 0, neuron 0: route: dy 256; -256 .. 255 is allowed"):
        validate_packets(beyond)
    validate_packets(replace(program, placement=beyond.placement[::-1]))  # -256 upwards
