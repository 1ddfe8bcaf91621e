"""RANC's Verilog memories, a line worked out by hand; potentials that would wrap are named."""

from dataclasses import replace

import numpy as np
import pytest

from programs import one_neuron
from spikeloom.chip.builder import ProgramBuilder
from spikeloom.errors import ExportError
from spikeloom.export.bounds import potential_bounds
from spikeloom.export.format import Exported
from spikeloom.export.ranc.verilog import Widths, write_memories


def relay():
    build = ProgramBuilder()
    for core in (build.add_core([2, 3] + [0] * 254), build.add_core()):
        build.set_neuron(
            core, 1, strengths=(1, -2, 3, -4), leak=-5, threshold=6, negative_threshold=7, reset=3, saturate=False
        )
        build.connect(core, 0, 1)
    build.route(0, 1, 1, 130, delay=2)
    build.add_input([(0, 0)])
    build.add_input([(0, 1)])
    build.add_output(1, 1)
    return build.build()


def test_a_neurons_line_worked_out_by_hand(tmp_path):
    write_memories(Exported(relay()), tmp_path)
    lines = (tmp_path / "csram_000.mem").read_text().splitlines()
    assert len(lines) == 256
    assert {len(line) for line in lines} == {368}
    assert lines[1] == (
        "0" * 255 + "1"  # connected to axon 0, the rightmost
        + "000000000" + "000000011"  # potential, reset 3
        + "000000001" + "111111110" + "000000011" + "111111100"  # 1, -2, 3, -4
        + "111111011" + "000000110" + "111111001"  # leak -5, threshold 6, floor -7
        + "0" + "000000001" + "000000000" + "10000010" + "0001"  # mode 0, one to the right, axon 130, a tick later
    )  # fmt: skip
    silent = lines[0]
    assert "1" not in silent[:319]  # no synapse, potential, reset, weight or leak
    assert silent[319:337] == "000000001" + "000000000"
    assert silent[338:356] == "000000010" + "000000000"  # two to the right: the bus
    assert (tmp_path / "tc_000.mem").read_text().splitlines()[:3] == ["10", "11", "00"]
    assert (tmp_path / "csram_002.mem").read_text().count("\n") == 256  # the bus's own cell


def test_the_test_bench_files_worked_out_by_hand(tmp_path):
    inputs = np.array([[True, False], [True, True], [False, False]])
    outputs = np.array([[False], [True], [True]])
    write_memories(Exported(relay(), inputs, outputs), tmp_path)
    packets = (tmp_path / "tb_input.txt").read_text().splitlines()
    first, second = "0" * 18 + "00000000" + "0000", "0" * 18 + "00000001" + "0000"
    # the second of two packets is sent twice, because RANC's fetch would lose it
    assert packets == [first, first, second, second]
    assert (tmp_path / "tb_num_inputs.txt").read_text().split() == ["1", "3", "0"]
    assert (tmp_path / "tb_correct.txt").read_text().split() == ["0", "0"]
    assert (tmp_path / "tb_num_outputs.txt").read_text().split() == ["0", "1", "1"]


def test_wider_hardware_widens_potentials_and_thresholds_alone(tmp_path):
    write_memories(Exported(relay()), tmp_path, Widths(potential_bits=16, threshold_bits=12))
    assert {len(line) for line in (tmp_path / "csram_000.mem").read_text().splitlines()} == {368 + 2 * 7 + 2 * 3}


def strong(**parameters):
    build = ProgramBuilder()
    core = build.add_core()
    build.set_neuron(core, 4, strengths=(100, -90, 0, 0), saturate=False, **parameters)
    build.connect(core, slice(0, 3), 4)
    build.connect(core, slice(64, 66), 4)
    build.add_output(core, 4)
    return build.build()


def test_a_potential_stays_within_its_bounds_worked_out_by_hand():
    low, high = potential_bounds(strong(threshold=10, leak=5, negative_threshold=20, reset=3))
    # carried over: at least -20, at most threshold - 1 = 9; 3 x 100 + 5 up, 2 x 90 down
    assert (low[0, 4], high[0, 4]) == (-20 - 180, 9 + 300 + 5)


def test_potentials_that_would_wrap_are_named_and_the_width_is_offered(tmp_path):
    program = strong(threshold=10, leak=5, negative_threshold=20)
    with pytest.raises(
        ExportError, match=r"core 0, neuron 4: its potential may reach -200 .. 314, and 9 bits wrap.* 10"
    ):
        write_memories(Exported(program), tmp_path)
    write_memories(Exported(program), tmp_path, Widths(potential_bits=10))


def test_subtraction_that_cannot_keep_up_has_no_bound(tmp_path):
    program = strong(threshold=10, negative_threshold=20, reset_mode=1)
    with pytest.raises(ExportError, match="core 0, neuron 4"):
        write_memories(Exported(program), tmp_path, Widths(potential_bits=16))


def test_a_number_that_needs_more_than_9_bits_is_named(tmp_path):
    program = one_neuron(threshold=300)
    program = replace(program, neurons=replace(program.neurons, threshold=np.full((1, 256), 300, np.int32)))
    with pytest.raises(ExportError, match=r"core 0, neuron 0: threshold: 300; 9 bits hold -256 .. 255"):
        write_memories(Exported(program), tmp_path, Widths(potential_bits=12))
