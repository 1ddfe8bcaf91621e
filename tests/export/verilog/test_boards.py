"""Boards: whole designs of the smallest kind are made by yosys and placed by nextpnr."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest

from export.installed import needs, needs_tools
from programs import tiny_network
from spikeloom.deployment.deploy import deploy
from spikeloom.export.format import Exported
from spikeloom.export.verilog.writer import write_verilog
from spikeloom.measure.votes import shown_spikes
from spikeloom.network.topology import Topology, Windows
from spikeloom.simulation import run
from tools.boards import fpgas
from tools.boards.netlists import simulated_netlist, undefined


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    needs_tools(fpgas.missing())
    folder = tmp_path_factory.mktemp("engine")
    layers = (Windows((4, 4), (4, 4), neurons=16), Windows((2, 2), (1, 1), 16, neurons=60))
    network = tiny_network(topology=Topology((8, 8, 1), 3, layers), coding="threshold")
    program = deploy(network)
    images = np.random.default_rng(1).integers(0, 256, (25, 64)).astype(np.uint8)
    inputs = shown_spikes(program, images / np.float32(255))
    write_verilog(Exported(program, inputs, run(program, inputs).outputs, name="tiny", images=images), folder)
    return folder


@pytest.mark.parametrize("family", ["ice40", "ecp5"])
def test_what_is_synthesised_votes_as_what_was_written(written, family):
    needs("verilator")
    expected = [[int(word) for word in line.split()] for line in (written / "expected.txt").read_text().splitlines()]
    assert simulated_netlist(written, family) == expected
    assert len(expected) == 25


def test_an_icebreaker_gets_a_bitstream(written):
    command = ["make", "-C", str(written), "icebreaker.bin"]
    subprocess.run(command, check=True, capture_output=True, env=fpgas.environment(), timeout=600)
    assert (written / "icebreaker.bin").stat().st_size > 50_000
    assert undefined(written / "icebreaker.json") == []


def test_a_ulx3s_gets_a_bitstream(written):
    command = ["make", "-C", str(written), "ulx3s.bit", "ECP5=12k"]
    subprocess.run(command, check=True, capture_output=True, env=fpgas.environment(), timeout=600)
    assert (written / "ulx3s.bit").stat().st_size > 50_000


def test_an_engine_is_placed_on_an_ecp5_faster_than_its_boards_clock(written):
    placed = fpgas.place(written, "ecp5-12k", 50)
    assert placed.megahertz > 25
    assert 0 < placed.luts < 12_000
    assert placed.block_memories > 0
    assert undefined(written / "engine.json") == []
