"""The engine in Verilator against the simulator: every vote and output line; and what it refuses."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from export.installed import needs
from programs import DEEP, shown, tiny_network
from spikeloom.chip.core import pack_crossbars
from spikeloom.chip.neuron import memoryless
from spikeloom.chip.program import (
    NOWHERE,
    TO_OUTPUT,
    ChipProgram,
    InputLines,
    OutputLines,
    Routes,
    place_row_by_row,
)
from spikeloom.chip.validate import validate_program
from spikeloom.deployment.deploy import deploy, deploy_together
from spikeloom.errors import ExportError
from spikeloom.export.format import Exported
from spikeloom.export.verilog.writer import VerilogOptions, told_verilog, write_verilog
from spikeloom.measure.votes import count_votes, shown_spikes
from spikeloom.network.topology import Topology, Windows
from spikeloom.peers.built import run_verilog
from spikeloom.simulation import run

QUICK = ("VERILATING=-O0 -CFLAGS -O0",)


def layered_program(seed: int, levels: int, coding: dict, classes: int, voters: int) -> ChipProgram:
    """Give a random program of two cores a level; some neurons share axons and lines, some go nowhere."""
    rng = np.random.default_rng(seed)
    n_cores, shape = 2 * levels, (2 * levels, 256)
    level = np.repeat(np.arange(levels), 2)
    delays = rng.integers(1, 6, levels)[level][:, None] * np.ones(shape, np.int64)
    last = level == levels - 1
    targets = np.where(last[:, None], TO_OUTPUT, 2 * (level[:, None] + 1) + rng.integers(0, 2, shape))
    targets[rng.random(shape) < 0.2] = NOWHERE
    axons = np.where(targets == TO_OUTPUT, rng.integers(0, voters, shape), rng.integers(0, 256, shape))
    interface = shown((4, 5, 2), classes, int(delays[::2, 0][:-1].sum()) + 1, coding=coding)
    n_coded = int(np.prod(interface.coded_shape))
    taps = np.stack([rng.integers(0, n, 400) for n in (n_coded, 2, 256)]).astype(np.int32)
    program = ChipProgram(
        axon_types=rng.integers(0, 4, shape).astype(np.uint8),
        crossbars=pack_crossbars(rng.random((n_cores, 256, 256)) < 0.3),
        neurons=memoryless(rng.integers(-9, 10, (*shape, 4)), rng.integers(-3, 4, shape)),
        potentials=np.zeros(shape, np.int32),
        seeds=np.zeros(n_cores, np.uint32),
        core_members=np.zeros(n_cores, np.int32),
        placement=place_row_by_row(np.arange(n_cores)),
        routes=Routes(targets.astype(np.int32), axons.astype(np.int32), delays.astype(np.uint8)),
        inputs=InputLines(rng.permutation(n_coded).astype(np.int32), np.zeros(n_coded, np.int32), *taps),
        outputs=OutputLines(rng.integers(0, classes, voters).astype(np.int32), np.zeros(voters, np.int32)),
        interface=interface,
    )
    validate_program(program)
    return program


def images_for(program: ChipProgram, n: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (n, program.interface.n_values)).astype(np.uint8)


def exported_with(program: ChipProgram, images: np.ndarray) -> Exported:
    """Give what is written with images, and what the simulator answers to them."""
    inputs = shown_spikes(program, images / np.float32(255))
    return Exported(program, inputs, run(program, inputs, backend="reference").outputs, images=images)


def simulated(folder: Path) -> tuple[np.ndarray, float]:
    """Give the lines that `make simulate` prints of the images that went with an export, and the clocks an image."""
    command = ["make", "-s", "-C", str(folder), *QUICK, "simulate", "IMAGES=images.bin"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    clocks = float(next(line for line in done.stderr.splitlines() if line.endswith("clocks an image")).split()[0])
    return np.array([[int(word) for word in line.split()] for line in done.stdout.splitlines()]), clocks


CODINGS = [
    {"name": "threshold", "at": 0.4},
    {"name": "thermometer", "levels": 3},
    {"name": "dithered", "thresholds": (((0.1,), (0.6,)), ((0.9,), (0.4,)), ((0.3,), (0.7,)))},
]


@pytest.mark.parametrize(
    ("seed", "levels", "lanes", "classes", "voters"),
    [(0, 1, 1, 3, 300), (1, 3, 2, 7, 300), (2, 2, 5, 2, 510), (3, 5, 64, 1, 255), (4, 1, 8, 200, 400)],
)
def test_random_layered_programs_vote_as_simulated(tmp_path, seed, levels, lanes, classes, voters):
    needs("verilator", "make")
    program = layered_program(seed, levels, CODINGS[seed % 3], classes, voters)
    images = images_for(program, 25)
    exported, options = exported_with(program, images), VerilogOptions(lanes=lanes)
    write_verilog(exported, tmp_path, options)
    expected = count_votes(program, images / np.float32(255), backend="reference")
    lines, clocks = simulated(tmp_path)
    assert np.array_equal(lines[:, 1:], expected.votes)
    assert np.array_equal(lines[:, 0], expected.decisions.classes)
    assert len(np.unique(expected.votes, axis=0)) > 4  # the images differ in what they get
    assert told_verilog(exported, options)[0].startswith(f"{clocks:,.0f} clocks an image")
    subprocess.run(["make", "-s", "-C", str(tmp_path), *QUICK, "check"], check=True, timeout=300)
    # every output line, too, in the clock in which an answer is there
    latency = program.interface.latency
    assert np.array_equal(run_verilog(tmp_path, images), exported.outputs[latency - 1 :][:25])
    serial = ["verilator", "--lint-only", "-Wno-fatal", "--top-module", "serial", "serial.v", "network.v", "lane.v"]
    assert "%Error" not in subprocess.run(serial, cwd=tmp_path, capture_output=True, text=True).stderr


def test_networks_of_different_depth_vote_together_as_simulated(tmp_path):
    needs("verilator", "make")
    program = deploy_together([tiny_network(coding="threshold"), tiny_network(1, topology=DEEP, coding="threshold")])
    images = images_for(program, 25)
    write_verilog(exported_with(program, images), tmp_path)
    lines, _ = simulated(tmp_path)
    expected = count_votes(program, images / np.float32(255), backend="reference")
    assert np.array_equal(lines[:, 1:], expected.votes)


def test_shares_of_votes_are_compared_where_classes_have_different_numbers_of_voters(tmp_path):
    needs("verilator", "make")
    program = layered_program(5, 1, CODINGS[0], 8, 209)
    classes = np.repeat(np.arange(8), [13, 17, 19, 23, 29, 31, 37, 40]).astype(np.int32)
    program = replace(program, outputs=OutputLines(classes, np.zeros(209, np.int32)))
    images = images_for(program, 25)
    write_verilog(exported_with(program, images), tmp_path)
    expected = count_votes(program, images / np.float32(255), backend="reference")
    lines, _ = simulated(tmp_path)
    assert np.array_equal(lines[:, 0], expected.decisions.classes)


def test_bytes_missing_at_the_end_are_told(tmp_path):
    needs("verilator", "make")
    program = layered_program(0, 1, CODINGS[0], 3, 40)
    write_verilog(exported_with(program, images_for(program, 2)), tmp_path)
    (tmp_path / "short.bin").write_bytes(bytes(50))
    command = ["make", "-s", "-C", str(tmp_path), *QUICK, "simulate", "IMAGES=short.bin"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode != 0
    assert len(done.stdout.splitlines()) == 1
    assert "the last image has 10 of 40 bytes" in done.stderr


def tiny(**presentation: object) -> ChipProgram:
    return deploy(tiny_network(**presentation))


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (tiny(), "its input is drawn at random .bernoulli.*interface.coding=threshold, or export to c"),
        (
            tiny(coding="threshold", frames={"name": "moved", "shifts": ((0, 0), (1, 0))}),
            "shown as moved .*deploy without --ticks",
        ),
        (replace(tiny(coding="threshold"), interface=None), "has no interface; the engine takes images"),
    ],
)
def test_programs_that_are_fed_otherwise_are_refused_with_a_way_out(tmp_path, program, message):
    with pytest.raises(ExportError, match=message):
        write_verilog(Exported(program), tmp_path)
    assert not list(tmp_path.iterdir())


def test_neurons_that_keep_potentials_are_refused_by_core_and_neuron(tmp_path):
    program = tiny(coding="threshold")
    threshold = program.neurons.threshold.copy()
    core, neuron = np.argwhere(program.routes.to_cores)[100]
    threshold[core, neuron] = 5
    program = replace(program, neurons=replace(program.neurons, threshold=threshold))
    with pytest.raises(ExportError, match=f"core {core}, neuron {neuron} keeps a potential.*export to c, which does"):
        write_verilog(Exported(program), tmp_path)


def test_a_part_that_is_too_small_is_refused_with_the_numbers_and_one_that_holds_it(tmp_path):
    topology = Topology(
        (16, 16, 1), 10, (Windows((4, 4), (4, 4)), Windows((2, 2), (2, 2), 64), Windows((2, 2), (1, 1)))
    )
    program = deploy(tiny_network(topology=topology, coding="threshold"))
    told = r"part iCE40UP5K: \d+ block memories or so and [\d,]+ flip-flops are needed, it has 30 and 5,280; "
    with pytest.raises(ExportError, match=told + r"the smallest that holds them: ECP5-\d+k"):
        write_verilog(Exported(program), tmp_path, VerilogOptions(part="up5k"))
    assert "ECP5-85k" in told_verilog(Exported(program))[0]
