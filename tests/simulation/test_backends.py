"""What every back end must do, worked by hand."""

from dataclasses import replace

import numpy as np
import pytest

from spikeloom.chip.builder import ProgramBuilder
from spikeloom.chip.trains import pack
from spikeloom.errors import ProgramError
from spikeloom.simulation import Recording, backend_named, run

RELAY = {"strengths": (1, 1, 1, 1), "threshold": 1}


def ticks(program, inputs: list[str], backend, **options):
    """Run with an input line a column of 0s and 1s."""
    return run(program, np.array([[letter == "1" for letter in row] for row in inputs]), backend=backend, **options)


def relay(delay: int):
    """Give two cores: the input reaches core 0, which relays to core 1, which relays to the output."""
    build = ProgramBuilder()
    for core in (build.add_core(), build.add_core()):
        build.set_neuron(core, 3, **RELAY)
        build.connect(core, 9, 3)
    build.route(0, 3, 1, 9, delay)
    build.add_input([(0, 9)])
    build.add_output(1, 3)
    return build.build()


@pytest.mark.parametrize("delay", [1, 2, 15])
def test_a_spike_of_tick_t_is_integrated_in_tick_t_plus_its_delay(backend, delay):
    record = ticks(relay(delay), ["1", "0", "1"] + ["0"] * 16, backend)
    assert np.flatnonzero(record.outputs[:, 0]).tolist() == [delay, delay + 2]


def test_a_delay_longer_than_the_run_delivers_nothing(backend):
    assert not ticks(relay(15), ["1"] * 4, backend).outputs.any()


def test_an_output_line_shows_a_spike_in_the_tick_that_emits_it(backend):
    build = ProgramBuilder()
    core = build.add_core()
    build.set_neuron(core, 0, **RELAY)
    build.connect(core, 0, 0)
    build.add_input([(core, 0)])
    build.add_output(core, 0)
    assert ticks(build.build(), ["0", "1", "0"], backend).outputs[:, 0].tolist() == [False, True, False]


def test_spikes_that_meet_on_one_axon_are_one_spike(backend):
    build = ProgramBuilder()
    first, second = build.add_core(), build.add_core()
    for neuron in (0, 1):
        build.set_neuron(first, neuron, **RELAY)
        build.connect(first, neuron, neuron)
        build.route(first, neuron, second, 0)
    build.set_neuron(
        second, 0, strengths=(1, 0, 0, 0), leak=-1, threshold=1, saturate=True
    )  # spikes on two, not on one
    build.connect(second, 0, 0)
    build.add_output(second, 0)
    for axon in (0, 1):
        build.add_input([(first, axon)])
    record = ticks(build.build(), ["11", "10", "00", "00"], backend)
    assert not record.outputs.any()
    assert record.events[1] == 2


def test_an_input_line_reaches_all_its_axons_and_two_lines_on_one_axon_are_one_spike(backend):
    build = ProgramBuilder()
    core = build.add_core()
    build.set_neuron(core, 0, strengths=(1, 0, 0, 0), leak=-2, threshold=1, saturate=True)
    build.connect(core, slice(0, 3), 0)
    build.add_output(core, 0)
    build.add_input([(core, 0), (core, 1), (core, 2)])
    build.add_input([(core, 0)])
    record = ticks(build.build(), ["10", "01", "11"], backend)
    assert record.outputs[:, 0].tolist() == [True, False, True]
    assert record.events[0] == 3 + 1 + 3


def test_counters_count_spikes_events_and_hops(backend):
    build = ProgramBuilder()
    first, _, third = (build.add_core() for _ in range(3))
    for neuron in range(4):
        build.set_neuron(first, neuron, **RELAY)
        build.connect(first, 0, neuron)
    build.connect(first, 1, slice(0, 2))
    for neuron in range(3):
        build.route(first, neuron, third, neuron)  # two places to the right
    build.add_input([(first, 0)])
    build.add_input([(first, 1)])
    simulation = backend_named(backend).start(build.build())
    records = [simulation.advance(pack(np.array([tick]))) for tick in ([1, 0], [0, 1], [1, 1], [0, 0])]
    assert [record.spikes[first] for record in records] == [4, 2, 4, 0]
    assert [record.events[first] for record in records] == [4, 2, 6, 0]
    assert [record.hops[first] for record in records] == [6, 4, 6, 0]
    assert not any(record.events[third] for record in records)  # no synapse is on there


def test_a_spike_counts_every_seam_between_chips_that_it_crosses(backend):
    # from chip 0 to chip 5, which lies one to the right and one down
    program = replace(relay(1), placement=np.array([[0, 63, 63], [5, 0, 0]], np.int32))
    record = ticks(program, ["1", "1", "0"], backend)
    assert (record.crossings.tolist(), record.hops.tolist()) == ([2 * 2, 0], [2 * 2, 0])


def test_the_longest_route_of_a_packet_is_counted_in_full(backend):
    # from the last row of chips but four up to the first, over all four columns
    program = replace(relay(1), placement=np.array([[19, 63, 0], [0, 0, 0]], np.int32))
    record = ticks(program, ["1", "0"], backend)
    assert (record.hops.tolist(), record.crossings.tolist()) == ([255 + 256, 0], [3 + 4, 0])


def test_activity_is_counted_in_each_cores_window(backend):
    windows = np.array([[0, 2], [2, 4]])
    recording = Recording(windows=windows)
    record = backend_named(backend).start(relay(1), recording).advance(pack(np.array([[True]] * 3 + [[False]])))
    assert record.spikes.tolist() == [2, 2]  # core 0 spikes in ticks 0 to 2, core 1 in 1 to 3
    assert record.hops.tolist() == [2, 0]


def test_only_the_ticks_asked_for_are_recorded(backend):
    record = ticks(relay(1), ["1", "1", "0", "0"], backend, record=[0], ticks=range(1, 3))
    assert record.rasters[:, 0, 3].tolist() == [True, False]


def test_recorded_cores_come_in_the_order_asked_for(backend):
    record = ticks(relay(1), ["1", "0"], backend, record=[1, 0])
    assert np.argwhere(record.rasters).tolist() == [[0, 1, 3], [1, 0, 3]]
    assert record.potentials.shape == (2, 2, 256)


def test_axon_types_in_any_order_pick_their_strength(backend):
    build = ProgramBuilder()
    core = build.add_core(axon_types=[3, 1, 0, 2] * 64)
    for neuron in range(4):
        strengths = [0, 0, 0, 0]
        strengths[neuron] = 5
        build.set_neuron(core, neuron, strengths=strengths, threshold=1)
        build.connect(core, slice(0, 4), neuron)
        build.add_output(core, neuron)
    for axon in range(4):
        build.add_input([(core, axon)])
    record = ticks(build.build(), ["1000", "0100", "0010", "0001"], backend)
    assert record.outputs.argmax(1).tolist() == [3, 1, 0, 2]


def test_inputs_that_do_not_fit_the_lines_are_refused(backend):
    with pytest.raises(ProgramError, match=r"inputs: bool of shape \(2, 3\); bool of \(n_ticks, 1\) is needed"):
        run(relay(1), np.zeros((2, 3), bool), backend=backend)
    with pytest.raises(ProgramError, match="inputs: float64"):
        run(relay(1), np.zeros((2, 1)), backend=backend)
    with pytest.raises(ProgramError, match="record: core 2; 0 .. 1 exist"):
        run(relay(1), np.zeros((2, 1), bool), record=[2], backend=backend)


def test_an_unknown_back_end_is_refused():
    with pytest.raises(ProgramError, match="back end 'quantum': there is no such back end; choose one of fast"):
        backend_named("quantum")
    assert run(relay(1), np.zeros((1, 1), bool)).spikes.sum() == 0
