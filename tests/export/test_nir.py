"""NIR graphs written, what they cannot say, and that they come back."""

from dataclasses import replace

import numpy as np
import pytest

from programs import one_neuron, stripes, tiny_network
from spikeloom.chip.builder import ProgramBuilder
from spikeloom.chip.trains import unpack
from spikeloom.deployment.deploy import deploy, show_moved
from spikeloom.errors import ExportError
from spikeloom.export.format import Exported
from spikeloom.export.nir.reader import read_nir
from spikeloom.export.nir.writer import NirOptions, nir_graph, write_nir
from spikeloom.interface import DataOrigin
from spikeloom.measure.votes import count_votes
from spikeloom.network.topology import Topology, Windows
from spikeloom.simulation import backend_named, run

SHARED = Topology((8, 8, 1), 3, (Windows((4, 4), (4, 4)), Windows((2, 2), (1, 1), 64, shared=True)))


def shown(program, n=30):
    values = stripes(n).values
    return unpack(backend_named("fast").encode(program.interface, program.inputs, values, np.arange(n), seed=1))


@pytest.mark.parametrize("profile", ["portable", "native"])
@pytest.mark.parametrize("topology", [tiny_network().topology, SHARED], ids=["own axons", "shared axons"])
@pytest.mark.parametrize("members", [1, 2])
def test_a_network_comes_back_with_the_same_spikes_and_interface(tmp_path, profile, topology, members):
    program = show_moved(deploy(tiny_network(topology=topology), members), 5 if members == 2 else 1)
    (path,) = write_nir(Exported(program), tmp_path, NirOptions(profile=profile))
    again = read_nir(path)
    inputs = shown(program)
    assert np.array_equal(run(again, inputs).outputs, run(program, inputs).outputs)
    assert again.interface == program.interface
    values = stripes(20).values
    assert np.array_equal(count_votes(again, values).votes, count_votes(program, values).votes)  # same draws a member


def relay(**parameters):
    build = ProgramBuilder()
    core = build.add_core()
    build.set_neuron(core, 3, threshold=1, saturate=True, **parameters)
    build.connect(core, slice(0, 2), 3)
    build.add_input([(core, 0)])
    build.add_input([(core, 1)])
    build.add_output(core, 3)
    return build.build()


def test_a_core_worked_out_by_hand_in_both_profiles():
    program = relay(strengths=(2, 0, 0, 0), leak=-3)
    native, portable = (nir_graph(program, profile).nodes for profile in ("native", "portable"))
    assert native["core0_w"].weight[0, :3].tolist() == [2, 2, 0]
    assert native["core0"].threshold.tolist() == [3.5]  # spikes where 2 x - 3 > 1/2
    assert portable["core0_w"].bias.tolist() == [-2.5]
    assert portable["core0"].v_threshold.tolist() == [1]
    assert portable["core0"].tau_syn.dtype == np.float64  # float32 would fall below the importers' step


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (one_neuron(threshold=2), "core 0, neuron 0: potentials kept from tick to tick: NIR cannot hold that"),
        (one_neuron(threshold=1, saturate=True, stochastic_leak=True, leak=1), "potentials kept"),
    ],
)
def test_what_nir_cannot_say_is_refused_by_name(program, message):
    with pytest.raises(ExportError, match=message):
        nir_graph(program, "portable")


def two_cores(delay: int = 1):
    build = ProgramBuilder()
    for core in (build.add_core(), build.add_core()):
        build.set_neuron(core, 0, strengths=(1, 0, 0, 0), threshold=1, saturate=True)
        build.connect(core, slice(0, 2), 0)
    build.route(0, 0, 1, 0, delay)
    build.add_input([(0, 0)])
    return build


def test_paths_of_different_length_and_delays_are_refused_by_name():
    build = two_cores()
    build.add_input([(1, 1)])
    build.add_output(1, 0)
    with pytest.raises(ExportError, match="core 1: is fed by inputs and by cores; NIR has no delays"):
        nir_graph(build.build(), "native")
    build = two_cores(delay=2)
    build.add_output(1, 0)
    with pytest.raises(ExportError, match="core 0, neuron 0: delays above 1: NIR cannot hold that"):
        nir_graph(build.build(), "native")
    build = two_cores()
    build.add_output(1, 0)
    build.add_output(0, 1)
    with pytest.raises(ExportError, match="core 0: its outputs come before those of others"):
        nir_graph(build.build(), "native")


def test_a_program_without_inputs_or_outputs_is_refused():
    build = ProgramBuilder()
    build.add_output(build.add_core(), 0)
    with pytest.raises(ExportError, match="has no input lines or no output lines; a NIR graph needs both"):
        nir_graph(build.build(), "native")


def test_a_core_that_nothing_feeds_or_that_leads_nowhere_is_refused():
    build = two_cores()
    build.add_output(1, 0)
    build.add_core()
    with pytest.raises(ExportError, match="core 2: is fed by nothing; a node of a NIR graph needs both"):
        nir_graph(build.build(), "native")


@pytest.mark.parametrize(("source", "kept"), [("fashion-mnist", True), ("/home/someone/leaves", False)])
def test_a_named_data_set_is_told_and_a_place_of_the_users_own_is_not(tmp_path, source, kept):
    program = deploy(tiny_network())
    origin = DataOrigin(source=source, fingerprint="0" * 64)
    program = replace(program, interface=program.interface.model_copy(update={"data": origin}))
    (path,) = write_nir(Exported(program), tmp_path, NirOptions())
    assert read_nir(path).interface.data == (origin if kept else None)
