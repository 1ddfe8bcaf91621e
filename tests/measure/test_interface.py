"""Programs are shown what their interface says, on both back ends: grey levels, frames, resets, readouts."""

from dataclasses import replace

import numpy as np
import pytest

from programs import shown, stripes, tiny_network
from spikeloom.chip.builder import ProgramBuilder
from spikeloom.data.datasets import from_arrays
from spikeloom.deployment.deploy import deploy
from spikeloom.errors import DataError, ProgramError, RecipeError
from spikeloom.interface import Readout, Stream, Thermometer
from spikeloom.measure import votes
from spikeloom.measure.evaluation import simulate
from spikeloom.measure.votes import count_votes, shown_spikes
from spikeloom.network.topology import Topology, Windows
from spikeloom.simulation import BACKENDS
from spikeloom.training.fit import train
from spikeloom.training.recipe_files import check_recipe


def integrator(**presentation):
    """Give a neuron that spikes at every second input spike, whatever lies between: it keeps a potential."""
    build = ProgramBuilder()
    core = build.add_core()
    build.set_neuron(core, 0, strengths=(1, 0, 0, 0), threshold=2, reset_mode=1)
    build.connect(core, 0, 0)
    build.add_input([(core, 0)])
    build.add_output(core, 0)
    return build.build(shown((1, 1, 1), ("seen",), 1, coding="threshold", **presentation))


LIGHT = np.ones((5, 1), np.float32)


def test_what_a_program_keeps_reaches_the_next_example_unless_it_is_reset(backend):
    assert count_votes(integrator(), LIGHT, backend=backend).votes[:, 0].tolist() == [0, 1, 0, 1, 0]
    assert count_votes(integrator(reset=True), LIGHT, backend=backend).votes[:, 0].tolist() == [0] * 5


def test_with_a_reset_an_example_in_a_stream_is_decided_like_the_example_alone(backend):
    program = integrator(reset=True, frames=Stream(frames=3))
    values = (np.random.default_rng(0).random((12, 3)) < 0.7).astype(np.float32)
    stream = count_votes(program, values, backend=backend).votes
    alone = [
        count_votes(program, row[None], backend=backend, numbers=np.array([n])).votes[0] for n, row in enumerate(values)
    ]
    assert np.array_equal(stream, np.stack(alone))
    assert stream[:, 0].tolist() == (values.sum(1) // 2).tolist()


def test_a_reset_costs_the_ticks_until_the_answer():
    plain = deploy(tiny_network())
    interface = plain.interface.model_copy(update={"reset": True})
    first, second = (simulate(program, stripes(20)) for program in (plain, replace(plain, interface=interface)))
    assert first.accuracies == second.accuracies
    assert (first.events_per_image, first.spikes_per_image) == (second.events_per_image, second.spikes_per_image)
    assert (first.ticks_per_image, second.ticks_per_image, second.decided_ticks) == (1, 2, 2)
    assert second.energy().static == 2 * first.energy().static


def test_a_row_of_spikes_cannot_say_that_a_program_is_reset():
    with pytest.raises(ProgramError, match="is reset before every example, which a stream of spikes cannot say"):
        shown_spikes(integrator(reset=True), LIGHT)


def test_votes_of_the_first_ticks_may_be_passed_over(backend):
    votes = count_votes(
        integrator(frames=Stream(frames=5), readout=Readout(skip=2)), LIGHT.reshape(1, 5), backend=backend
    )
    assert (votes.votes.tolist(), votes.voters.tolist()) == ([[1]], [3])  # of spikes in ticks 1 and 3 the second


def test_frames_of_a_data_set_are_shown_and_their_number_must_fit():
    images = np.random.default_rng(0).integers(0, 256, (6, 4, 8, 8, 1), dtype=np.uint8)
    clips = from_arrays(images, np.arange(6) % 3)
    assert (clips.n_frames, clips.value_shape) == (4, (8, 8, 1))
    still = deploy(tiny_network(coding="threshold"))
    moving = replace(still, interface=still.interface.model_copy(update={"frames": Stream(frames=4)}))
    votes = count_votes(moving, clips.values)
    apart = [count_votes(still, clips.values.reshape(6, 4, 64)[:, frame]).votes for frame in range(4)]
    assert np.array_equal(votes.votes, sum(apart))
    with pytest.raises(DataError, match="examples of 4 frames; the network is shown 1 of each"):
        simulate(still, clips)


def grey_recipe(method):
    return check_recipe(
        {
            "name": "grey",
            "data": {"path": "unused", "validation": 0.2},
            "layers": [{"window": 4, "stride": 4}, {"window": 2, "features": 64, "shared": True}],
            "interface": {"coding": {"name": "thermometer", "levels": 3}},
            "method": method,
            "train": {"epochs": 4, "batch": 20, "learning_rate": 0.02},
        },
        "of the test",
    )


def faint(n, seed=0):
    """Give stripes whose light is below one half: a threshold there sees nothing."""
    images = stripes(n, seed)
    return from_arrays(images.images // 3, images.labels, images.class_names)


@pytest.mark.parametrize("method", ["deployed", "probabilities"])
def test_grey_levels_reach_the_cores_in_training_and_on_the_chip(method):
    learned = train(grey_recipe(method), faint(300))
    assert learned.topology.input_shape == (8, 8, 3)
    program, test = deploy(learned), faint(60, seed=7)
    one, other = (count_votes(program, test.values, backend=backend).votes for backend in BACKENDS)
    assert np.array_equal(one, other)
    assert simulate(program, test).accuracy > 0.9


def test_the_levels_of_a_value_lie_on_axons_of_different_types():
    topology = Topology((8, 8, 3), 3, (Windows((8, 8), (1, 1)),))
    layer = tiny_network(topology=topology, coding=Thermometer(levels=3)).layers[0]
    of_values = layer.axon_types[0, :192].reshape(64, 3)
    assert all(len(set(types)) == 3 for types in of_values.tolist())


def test_a_recipe_for_other_frames_than_the_data_have_is_refused():
    recipe = grey_recipe("deployed")
    streaming = recipe.model_copy(
        update={"interface": recipe.interface.model_copy(update={"frames": Stream(frames=3)})}
    )
    clips = from_arrays(np.zeros((30, 2, 8, 8, 1), np.uint8), np.arange(30) % 3)
    with pytest.raises(DataError, match=r"2 frames an example; the recipe's interface.frames takes 3"):
        train(streaming, clips)
    with pytest.raises(DataError, match=r"single images; the recipe's interface.frames takes 3"):
        train(streaming, stripes(30))


@pytest.mark.parametrize(
    ("interface", "message"),
    [
        ({"reset": True}, "interface.reset: networks that are trained keep nothing"),
        ({"readout": {"skip": 1}}, "interface: readout.skip is 1 of 1 ticks an example"),
    ],
)
def test_a_recipe_is_refused_whose_network_could_not_be_shown_so(interface, message):
    values = grey_recipe("deployed").model_dump(exclude_none=True)
    with pytest.raises(RecipeError, match=message):
        check_recipe(values | {"interface": interface}, "of the test")


@pytest.mark.parametrize("ticks", [1, 300])
def test_no_piece_has_more_coded_values_than_are_bounded(monkeypatch, ticks):
    program, values = deploy(tiny_network(frames={"name": "still", "ticks": ticks})), stripes(5).values
    whole = count_votes(program, values)
    monkeypatch.setattr(votes, "_CODED_VALUES", 64 * 2 * ticks)  # two examples at once
    shown = []
    pieces = count_votes(program, values, progress=shown.append)
    assert shown == [2 * program.n_cores] * 2 + [program.n_cores]
    assert np.array_equal(pieces.votes, whole.votes)
