"""Members together and apart, and copies that see the image aside."""

from dataclasses import replace

import numpy as np
import pytest

from programs import DEEP, one_neuron, stripes, tiny_network
from spikeloom.chip.ensemble import answering_after, join_programs, program_of_member, shifted
from spikeloom.deployment.deploy import SHIFTS, deploy, deploy_members, deploy_together, show_frames, show_moved
from spikeloom.errors import FitError, ProgramError
from spikeloom.interface import Moved, Threshold
from spikeloom.measure.votes import count_votes
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.topology import Topology, Windows
from spikeloom.simulation import BACKENDS


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("presentation", [{}, {"reset": True}, {"coding": "threshold"}])
def test_networks_of_different_depth_vote_in_the_same_tick(backend, presentation):
    networks = [tiny_network(**presentation), tiny_network(1, topology=DEEP, **presentation)]
    program, values = deploy_together(networks), stripes(20).values
    assert program.interface.latency == 3
    alone = [count_votes(deploy_members(network, [member]), values) for member, network in enumerate(networks)]
    together = count_votes(program, values, backend=backend)
    assert np.array_equal(together.votes, alone[0].votes + alone[1].votes)
    assert together.activity.events == alone[0].activity.events + alone[1].activity.events


def test_a_program_waits_only_so_long_as_delays_allow():
    program, values = deploy(tiny_network()), stripes(20).values
    late = answering_after(program, 16)
    assert np.array_equal(count_votes(late, values).votes, count_votes(program, values).votes)
    for latency in (1, 17):
        with pytest.raises(ProgramError, match=f"a member answers after 2 ticks, and is to after {latency}; delays of"):
            answering_after(program, latency)
    flat = deploy(tiny_network(topology=Topology((8, 8, 1), 3, (Windows((8, 8), (1, 1)),))))
    with pytest.raises(ProgramError, match="a member answers after 1 ticks, and is to after 2"):
        answering_after(flat, 2)


def test_members_joined_are_the_ensemble_deployed_at_once():
    network, images = tiny_network(), stripes(20)
    together = deploy(network, 3, seed=1)
    joined = join_programs([deploy_members(network, [member], seed=1) for member in range(3)])
    assert np.array_equal(joined.crossbars, together.crossbars)
    assert np.array_equal(count_votes(joined, images.values).votes, count_votes(together, images.values).votes)


def test_different_networks_vote_together():
    networks, images = [tiny_network(seed) for seed in (0, 1)], stripes(20)
    program = deploy_together(networks, seed=2)
    alone = [count_votes(program_of_member(program, member), images.values).votes for member in (0, 1)]
    assert np.array_equal(count_votes(program, images.values).votes, sum(alone))
    assert program.n_cores == 10


def moved(images: np.ndarray, down: int, right: int) -> np.ndarray:
    """Move (n, rows, columns) images by padding and cutting."""
    rows, columns = images.shape[1:]
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    return padded[:, 2 - down : 2 - down + rows, 2 - right : 2 - right + columns]


@pytest.mark.parametrize(("down", "right"), SHIFTS[9])
def test_a_shifted_copy_decides_as_the_network_does_on_the_moved_image(down, right):
    program = deploy(tiny_network(coding="threshold"))
    values = stripes(30).values
    aside = moved(values.reshape(-1, 8, 8), down, right).reshape(len(values), -1)
    assert np.array_equal(count_votes(shifted(program, down, right), values).votes, count_votes(program, aside).votes)


@pytest.mark.parametrize(("down", "right"), SHIFTS[9])
def test_a_tick_moves_oblong_images_of_many_channels_as_a_shifted_copy_does(down, right):
    topology = Topology((6, 9, 2), 3, (Windows((6, 9), (1, 1)),))
    program = deploy(without_chance(tiny_network(topology=topology)))
    values = np.random.default_rng(0).random((20, 108), np.float32)
    moving = replace(program, interface=program.interface.model_copy(update={"frames": Moved(shifts=((down, right),))}))
    assert np.array_equal(count_votes(moving, values).votes, count_votes(shifted(program, down, right), values).votes)


def test_copies_are_members_of_one_program_and_of_a_network_that_samples_other_samples():
    program = deploy_together([tiny_network()], members=2, copies=5)
    assert len(program.members) == 10
    assert program.n_cores == 50
    each = program.crossbars.reshape(10, 5, *program.crossbars.shape[1:])
    assert len({crossbars.tobytes() for crossbars in each}) == 10
    alike = deploy_together([without_chance(tiny_network())], copies=5).crossbars
    assert (alike.reshape(5, 5, -1) == alike.reshape(5, 5, -1)[0]).all()


def without_chance(network: LearnedNetwork) -> LearnedNetwork:
    layers = tuple(replace(layer, probabilities=layer.probabilities.round()) for layer in network.layers)
    return replace(network, layers=layers, interface=network.interface.model_copy(update={"coding": Threshold()}))


@pytest.mark.parametrize("ticks", [5, 9])
def test_an_image_shown_moved_over_ticks_gets_the_votes_of_as_many_shifted_copies(ticks):
    network, values = without_chance(tiny_network()), stripes(30).values
    over_ticks = count_votes(show_moved(deploy(network), ticks), values)
    over_copies = count_votes(deploy_together([network], copies=ticks), values)
    assert np.array_equal(over_ticks.votes, over_copies.votes)
    assert np.array_equal(over_ticks.voters, over_copies.voters)
    assert over_ticks.activity.events_per_image == over_copies.activity.events_per_image
    assert over_copies.cores == ticks * over_ticks.cores


def test_what_does_not_go_together_is_refused():
    program = deploy(tiny_network())
    with pytest.raises(ProgramError, match="two programs hold the same member"):
        join_programs([program, program])
    with pytest.raises(ProgramError, match="are not fed and read alike"):
        join_programs([program, deploy_members(tiny_network(coding="threshold"), [1])])
    with pytest.raises(ProgramError, match="there is no program to join"):
        join_programs([])
    with pytest.raises(ProgramError, match="has no interface, so no image can be moved"):
        shifted(one_neuron(), 1, 0)
    with pytest.raises(FitError, match="1 members in 4 copies; at least 1 member, copies of 1, 5, 9"):
        deploy_together([tiny_network()], copies=4)
    with pytest.raises(FitError, match="2 ticks an image; there are shifts for 1, 5, 9"):
        show_moved(program, 2)
    with pytest.raises(ProgramError, match="takes 5 ticks an image already, by its frames .moved."):
        show_moved(show_moved(program, 5), 5)
    with pytest.raises(ProgramError, match="has no interface, so no image can be shown"):
        show_moved(one_neuron(), 5)
    assert show_moved(program, 1) is program
    with pytest.raises(ProgramError, match="takes 2 ticks an image already, by its frames .stream."):
        show_frames(show_frames(program, 2), 2)
    with pytest.raises(FitError, match="0 frames an example"):
        show_frames(program, 0)
    assert deploy(program) is program
    with pytest.raises(ProgramError, match="2 members asked for; a program has those it was deployed with"):
        deploy(program, 2)
