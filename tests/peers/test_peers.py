"""Other tools run our files: the same spikes, and energies beside ours."""

import numpy as np
import pytest

from spikeloom.chip.trains import unpack
from spikeloom.data import mnist
from spikeloom.deployment.deploy import deploy
from spikeloom.errors import PeerError
from spikeloom.export.format import Exported
from spikeloom.export.nir.writer import GRAPH_FILE, NirOptions, write_nir
from spikeloom.export.sana_fe.writer import write_sana_fe
from spikeloom.measure.energy import named_profile
from spikeloom.measure.votes import count_votes
from spikeloom.optional import installed, needed
from spikeloom.peers.nir_graphs import run_nirtorch, run_snntorch
from spikeloom.peers.sana_fe import run_sana_fe
from spikeloom.simulation import backend_named, run
from spikeloom.zoo import load_network

N_IMAGES = 100


@pytest.fixture(scope="module")
def five_cores():
    """Give mnist-5 as a program, and the input spikes of 100 test images."""
    program = deploy(load_network("zoo:mnist-5"))
    values = mnist(train=False).values[:N_IMAGES]
    return program, unpack(
        backend_named("fast").encode(program.interface, program.inputs, values, np.arange(N_IMAGES), 0)
    )


def test_sana_fe_gives_every_spike_of_mnist_5_and_the_same_event_energy(five_cores, tmp_path):
    program, spikes = five_cores
    inputs = np.pad(spikes, ((1, 1), (0, 0)))
    costs = named_profile("truenorth-0.8V")
    write_sana_fe(Exported(program, inputs, None, costs.joules_per_event, costs.joules_per_hop), tmp_path)
    theirs = run_sana_fe(tmp_path, program.n_cores, len(inputs))
    ours = run(program, inputs, range(program.n_cores))
    assert np.array_equal(theirs.spikes, ours.rasters)
    # what they count as delivered reaches an axon in the tick after: one tick more is one tick's events more
    later = run(program, np.pad(inputs, ((0, 1), (0, 0))))
    assert theirs.events == later.events.sum()
    assert theirs.synapse_joules == pytest.approx(theirs.events * costs.joules_per_event, rel=1e-6)
    assert theirs.network_joules == pytest.approx(theirs.hops * costs.joules_per_hop, rel=1e-6)


@pytest.mark.parametrize(("profile", "tool"), [("native", run_nirtorch), ("portable", run_snntorch)])
def test_nir_tools_give_every_output_spike_of_mnist_5(five_cores, tmp_path, profile, tool):
    program, spikes = five_cores
    write_nir(Exported(program), tmp_path, NirOptions(profile=profile))
    delay = program.interface.latency - 1
    ours = run(program, np.pad(spikes, ((0, delay), (0, 0)))).outputs[delay:]
    assert np.array_equal(tool(tmp_path / GRAPH_FILE, spikes), ours)


def test_neurobenchs_effective_accumulates_are_our_synaptic_events(five_cores):
    if not installed("neurobench"):
        pytest.skip("NeuroBench is not installed")
    from spikeloom.peers.neurobench import Costs, run_neurobench

    program, spikes = five_cores
    test_set = mnist(train=False).take(slice(N_IMAGES))
    found = run_neurobench(program, spikes, test_set.labels, Costs(50e-9, 1.5e-12, 2.3e-12), batch=30)
    votes = count_votes(program, test_set.values)
    events, hops = votes.activity.events_per_image, votes.activity.hops_per_image
    assert found["SynapticOperations"]["Effective_ACs"] == pytest.approx(events)
    assert found["SynapticOperations"]["Effective_MACs"] == 0
    assert found["ClassificationAccuracy"] == pytest.approx((votes.decisions.classes == test_set.labels).mean())
    assert found["EnergyPerImage"] == pytest.approx(5 * 50e-9 + events * 1.5e-12 + hops * 2.3e-12)
    assert found["ChipBits"] == 5 * 256 * 410


def test_a_tool_that_is_missing_is_named_with_how_to_install_it():
    with pytest.raises(PeerError, match="no_such_tool: is not installed; pip install 'no-such-tool'"):
        needed("no_such_tool", "no-such-tool")
