from dataclasses import replace

import numpy as np
import pytest

from programs import tiny_network
from spikeloom.chip.builder import ProgramBuilder
from spikeloom.chip.core import unpack_crossbars
from spikeloom.chip.fit import fit_report
from spikeloom.chip.program import NOWHERE, TO_OUTPUT
from spikeloom.deployment.deploy import deploy, deploy_members
from spikeloom.errors import FitError
from spikeloom.network.learned import Convention


def test_a_member_is_the_same_alone_and_among_others():
    network = tiny_network()
    together, alone = deploy(network, members=4, seed=5), deploy_members(network, [2], seed=5)
    cores = slice(10, 15)
    assert np.array_equal(together.crossbars[cores], alone.crossbars)
    assert np.array_equal(together.seeds[cores], alone.seeds)
    assert np.array_equal(together.placement[cores], alone.placement)
    assert (together.core_members[cores] == 2).all()
    assert (alone.inputs.members == 2).all()


def test_members_differ():
    program = deploy(tiny_network(), members=2)
    assert not np.array_equal(program.crossbars[:5], program.crossbars[5:])


def test_routes_follow_the_learned_wiring():
    network = tiny_network()
    program = deploy(network, members=2)
    for axon in (0, 100, 255):
        core, neuron = divmod(int(network.layers[1].sources[0, axon, 0]), 256)
        for member in range(2):
            place = member * 5 + core, neuron
            assert (program.routes.cores[place], program.routes.axons[place]) == (member * 5 + 4, axon)


def test_every_axon_is_fed_by_one_neuron_or_input_line():
    program = deploy(tiny_network(), members=2)
    routed = program.routes.to_cores
    fed = list(zip(program.routes.cores[routed], program.routes.axons[routed], strict=True))
    fed += list(zip(program.inputs.tap_cores, program.inputs.tap_axons, strict=True))
    assert len(fed) == len(set(fed)) == 2 * (4 * 16 + 256)


def test_output_lines_carry_the_class_of_their_voter():
    network = tiny_network()
    program = deploy(network, members=2)
    for core in (4, 9):
        voters = np.flatnonzero(program.routes.cores[core] == TO_OUTPUT)
        lines = program.routes.axons[core, voters]
        assert np.array_equal(program.outputs.classes[lines], network.classes[voters])
        assert (program.outputs.members[lines] == core // 5).all()


def test_a_pixel_that_feeds_several_cores_has_one_line_a_member():
    network = tiny_network()
    overlapping = replace(
        network, layers=(replace(network.layers[0], sources=network.layers[0].sources % 16), *network.layers[1:])
    )
    program = deploy(overlapping, members=2)
    assert len(program.inputs) == 2 * 16
    assert np.bincount(program.inputs.tap_lines).max() > 1


def test_neurons_that_go_nowhere_are_switched_off():
    program = deploy(tiny_network(), members=1)
    crossbars = unpack_crossbars(program.crossbars)
    off = program.routes.cores == NOWHERE
    assert off.sum() == 4 * 192 + 1
    assert not crossbars.transpose(0, 2, 1)[off].any()
    assert not program.neurons.leak[off].any()


def test_leaks_are_rounded_as_the_networks_convention_says():
    program = deploy(tiny_network(convention=Convention(bias_rounding="ceil")))
    network = tiny_network()
    connected = program.routes.cores[4] != NOWHERE
    assert np.array_equal(program.neurons.leak[4][connected], np.ceil(network.layers[1].biases[0])[connected])


def test_impossible_members_and_seeds_are_refused():
    with pytest.raises(FitError, match="0 members; a whole number from 1 is needed"):
        deploy(tiny_network(), members=0)
    with pytest.raises(FitError, match="of seed -1; none twice and no negative number"):
        deploy(tiny_network(), seed=-1)
    for members in ([-1], [3, 3]):
        with pytest.raises(FitError, match="none twice and no negative number"):
            deploy_members(tiny_network(), members)


def test_the_fit_report_counts_what_is_used():
    fit = fit_report(deploy(tiny_network(), members=3))
    assert (fit.members, fit.cores, fit.chips) == (3, 15, 1)
    assert (fit.axons_used, fit.axons_total) == (3 * (64 + 256), 15 * 256)
    assert (fit.neurons_connected, fit.unconnected_neurons) == (3 * 511, 3 * 769)
    assert fit.mean_hops == pytest.approx(2.5)
    assert fit.longest_hops == 4
    assert (fit.latency_ticks, fit.latency_seconds) == (2, 0.002)


def test_the_fit_report_counts_synapses():
    build = ProgramBuilder()
    core = build.add_core()
    for axon in (3, 7, 200):
        build.connect(core, axon, 9)
    fit = fit_report(build.build())
    assert (fit.synapses_on, fit.synapses_total, fit.neurons_connected, fit.mean_hops) == (3, 65536, 0, 0.0)


def test_more_cores_than_a_chip_has_go_to_more_chips():
    fit = fit_report(deploy(tiny_network(), members=820))
    assert (fit.cores, fit.chips) == (4100, 2)
