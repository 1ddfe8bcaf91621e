"""Boards: whole designs of the smallest kind are made by yosys and placed by nextpnr."""

from __future__ import annotations

import subprocess

import pytest

from export.installed import needs_tools
from programs import tiny_network
from spikeloom.deployment.deploy import deploy
from spikeloom.export.format import Exported
from spikeloom.export.verilog.writer import write_verilog
from spikeloom.network.topology import Topology, Windows
from tools.boards import fpgas


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    needs_tools(fpgas.missing())
    folder = tmp_path_factory.mktemp("engine")
    layers = (Windows((4, 4), (4, 4), neurons=16), Windows((2, 2), (1, 1), 16, neurons=60))
    network = tiny_network(topology=Topology((8, 8, 1), 3, layers), coding="threshold")
    write_verilog(Exported(deploy(network), name="tiny"), folder)
    return folder


def test_an_icebreaker_gets_a_bitstream(written):
    command = ["make", "-C", str(written), "icebreaker.bin"]
    subprocess.run(command, check=True, capture_output=True, env=fpgas.environment(), timeout=600)
    assert (written / "icebreaker.bin").stat().st_size > 50_000


def test_a_ulx3s_gets_a_bitstream(written):
    command = ["make", "-C", str(written), "ulx3s.bit", "ECP5=12k"]
    subprocess.run(command, check=True, capture_output=True, env=fpgas.environment(), timeout=600)
    assert (written / "ulx3s.bit").stat().st_size > 50_000


def test_an_engine_is_placed_on_an_ecp5_faster_than_its_boards_clock(written):
    placed = fpgas.place(written, "ecp5-12k", 50)
    assert placed.megahertz > 25
    assert 0 < placed.luts < 12_000
    assert placed.block_memories > 0
