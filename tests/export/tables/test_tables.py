"""What of a program reaches an output, when, and in which order tables hold it, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from programs import shown
from spikeloom.chip.builder import ProgramBuilder
from spikeloom.export.tables.inputs import byte_chances, byte_limits, bytes_that_spike, pattern_of
from spikeloom.export.tables.layout import OUTPUTS, tables_of
from spikeloom.export.tables.live import live_parts
from spikeloom.interface.encode import encode

FORGETS = {"strengths": (1, 2, 3, 4), "threshold": 1, "saturate": True}


def chain(*delays: int) -> ProgramBuilder:
    """Give cores in a row, each of whose neuron 0 feeds axon 0 of the next after a delay; nothing leaves the last."""
    build = ProgramBuilder()
    for core in range(len(delays) + 1):
        build.add_core()
        build.set_neuron(core, 0, **FORGETS)
        build.connect(core, 0, 0)
    for core, delay in enumerate(delays):
        build.route(core, 0, core + 1, 0, delay)
    build.add_input([(0, 0)])
    return build


def test_what_leads_to_no_output_is_left_out_however_long_the_way():
    build = chain(1, 1)
    build.set_neuron(0, 5, **FORGETS)
    build.connect(0, 0, 5)
    build.add_output(0, 5)
    live = live_parts(build.build())
    assert np.argwhere(live.neurons).tolist() == [[0, 5]]
    assert np.argwhere(live.axons).tolist() == [[0, 0]]
    assert np.argwhere(live.synapses).tolist() == [[0, 0, 5]]


def test_axons_that_nothing_feeds_and_synapses_of_strength_zero_are_left_out():
    build = ProgramBuilder()
    core = build.add_core([0, 0, 1, 0] * 64)
    build.set_neuron(core, 0, strengths=(1, 0, 0, 0), threshold=1, saturate=True)
    build.connect(core, slice(0, 4), 0)
    build.add_input([(core, 0), (core, 2)])
    build.add_output(core, 0)
    assert np.argwhere(live_parts(build.build()).axons).tolist() == [[0, 0]]


def test_a_program_is_layered_where_spikes_that_meet_are_of_one_age():
    build = chain(3, 2)
    build.add_output(2, 0)
    tables = tables_of(build.build())
    assert tables.layered
    assert (tables.ages, tables.answer_age) == ((0, 3, 5), 5)


def test_why_a_program_is_not_layered_is_told():
    uneven = chain(1, 1)
    uneven.add_input([(2, 0)])
    uneven.add_output(2, 0)
    assert tables_of(uneven.build()).why_not_layered == "core 2 is reached by spikes of different age"
    early = chain(1)
    early.set_neuron(0, 1, **FORGETS)
    early.connect(0, 0, 1)
    early.add_output(0, 1)
    early.add_output(1, 0)
    assert tables_of(early.build()).why_not_layered == "output lines answer after 1 and after 2 ticks"
    keeps = chain(1)
    keeps.set_neuron(1, 0, strengths=(1, 0, 0, 0), threshold=2)
    keeps.add_output(1, 0)
    assert "core 1, neuron 0 keeps a potential" in tables_of(keeps.build()).why_not_layered
    late = chain(1)
    late.add_output(1, 0)
    program = replace(late.build(), interface=shown((1, 1, 1), 1, latency=3))  # which is refused where it is read
    told = tables_of(program).why_not_layered
    assert told == "output lines answer after 2 ticks, and the interface reads 3"


def test_axons_lie_by_type_and_line_and_neurons_by_what_they_feed():
    build = ProgramBuilder()
    first, last = build.add_core([1, 0, 1, 0] * 64), build.add_core([1, 0] * 128)
    for neuron, axon in ((3, 1), (4, 0), (5, 1), (6, 0)):
        build.set_neuron(first, neuron, **FORGETS)
        build.connect(first, slice(0, 4), neuron)
        build.route(first, neuron, last, axon)
    build.set_neuron(last, 9, **FORGETS)
    build.connect(last, slice(0, 2), 9)
    build.add_output(last, 9)
    for axon in (2, 0, 3, 1):  # lines 0 .. 3
        build.add_input([(first, axon)])
    one, other = tables_of(build.build()).cores
    assert one.axons.tolist() == [3, 1, 2, 0]  # of type 0 those of lines 2 and 3, of type 1 those of lines 0 and 1
    assert one.type_starts.tolist() == [0, 2, 4, 4, 4]
    assert one.taps.tolist() == [[0, 2], [1, 3], [2, 0], [3, 1]]
    assert other.axons.tolist() == [1, 0]
    assert one.neurons.tolist() == [3, 5, 4, 6]  # those that feed position 0, which is axon 1, first
    assert one.positions.tolist() == [0, 0, 1, 1]
    assert (other.targets.tolist(), other.positions.tolist()) == ([OUTPUTS], [0])


def test_the_least_byte_that_spikes_is_the_first_at_or_above_the_threshold():
    assert byte_limits(shown((1, 2, 1), coding={"name": "threshold", "at": 0.5})).tolist() == [[128], [128]]
    limits = byte_limits(shown((1, 1, 1), coding={"name": "thermometer", "levels": 2}))
    assert limits.tolist() == [[64, 192]]  # of 1/4 and 3/4


def test_a_pattern_of_thresholds_is_found_again():
    coding = {"name": "dithered", "thresholds": (((0.1,), (0.6,)), ((0.9,), (0.4,)), ((0.2,), (0.3,)))}
    interface = shown((7, 5, 2), coding=coding)
    assert pattern_of(byte_limits(interface), interface)[..., 0].tolist() == [[26, 153], [230, 102], [51, 77]]


def test_chances_of_bytes_are_those_of_the_draws():
    chances = byte_chances()
    assert (chances[0], chances[255]) == (0, 2**32)
    assert chances[51] == np.ceil(np.float64(np.float32(0.2)) * 2**32)


def test_bytes_that_spike_give_the_same_spikes_again():
    build = ProgramBuilder()
    core = build.add_core()
    for line in range(6):
        build.add_input([(core, line)])
    build.set_neuron(core, 0, **FORGETS)
    build.connect(core, slice(0, 6), 0)
    build.add_output(core, 0)
    interface = shown((1, 2, 1), 1, latency=1, coding={"name": "thermometer", "levels": 3})
    program = build.build(interface)
    values = np.array([[0, 1], [0.5, 0.2], [0.9, 0.4]], np.float32)
    lines = program.inputs.values, program.inputs.members
    spikes = encode(interface, *lines, values, np.arange(3), 0)
    again = bytes_that_spike(program, spikes) / np.float32(255)
    assert np.array_equal(encode(interface, *lines, again, np.arange(3), 0), spikes)
