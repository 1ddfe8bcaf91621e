import numpy as np
import pytest

from programs import one_neuron, shown, stripes, tiny_network
from spikeloom.chip.builder import ProgramBuilder
from spikeloom.chip.neuron import memoryless
from spikeloom.data.datasets import from_arrays
from spikeloom.deployment.deploy import deploy, deploy_members
from spikeloom.errors import DataError, ProgramError
from spikeloom.measure.evaluation import evaluate_network, evaluate_program, simulate
from spikeloom.measure.votes import count_votes
from spikeloom.randomness.streams import seed_of_draw
from spikeloom.simulation import BACKENDS

DATA = stripes(60)


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_image_in_the_stream_is_decided_like_the_image_alone(backend):
    program = deploy(tiny_network(), members=2)
    stream = count_votes(program, DATA.values, seed=3, backend=backend)
    for image in range(0, 60, 7):
        alone = count_votes(program, DATA.values[image : image + 1], seed=3, backend=backend, numbers=np.array([image]))
        assert np.array_equal(alone.votes[0], stream.votes[image])


def test_both_back_ends_give_the_same_votes_and_counts():
    program = deploy(tiny_network(), members=2)
    one, other = (count_votes(program, DATA.values, backend=backend) for backend in BACKENDS)
    assert np.array_equal(one.votes, other.votes)
    assert one.activity == other.activity


@pytest.mark.parametrize("backend", BACKENDS)
def test_pieces_change_nothing(backend):
    program = deploy(tiny_network(), members=2)
    whole = count_votes(program, DATA.values, backend=backend)
    pieces = count_votes(program, DATA.values, backend=backend, images_at_once=7)
    assert np.array_equal(whole.votes, pieces.votes)
    assert whole.activity == pieces.activity


def test_members_one_by_one_vote_like_the_program_of_all():
    network = tiny_network()
    together = count_votes(deploy(network, members=3, seed=4), DATA.values, seed=4)
    apart = [count_votes(deploy_members(network, [k], seed=4), DATA.values, seed=4) for k in range(3)]
    summed = apart[0].beside(apart[1]).beside(apart[2])
    assert np.array_equal(summed.votes, together.votes)
    assert (summed.activity, summed.cores) == (together.activity, together.cores)


def test_activity_counts_what_one_image_causes_by_hand():
    # one value, a chain of two cores, one synapse each: a spike is 2 spikes, 2 events, 1 hop
    build = ProgramBuilder()
    kind = {name: array[0] for name, array in memoryless(np.array([[1, 1, 1, 1]]), np.array([0])).items()}
    for core in (build.add_core(), build.add_core()):
        build.set_neuron(core, 0, **kind)
        build.connect(core, 0, 0)
    build.route(0, 0, 1, 0)
    build.add_input([(0, 0)])
    build.add_output(1, 0)
    program = build.build(shown((1, 1, 1), ("no", "yes"), 2, coding="threshold"), classes=[1])
    votes = count_votes(program, np.array([[1.0], [0.0], [1.0]], np.float32))
    assert votes.votes.tolist() == [[0, 1], [0, 0], [0, 1]]
    assert (votes.activity.images, votes.activity.spikes, votes.activity.events, votes.activity.hops) == (3, 4, 4, 2)


def test_neurons_that_spike_by_themselves_are_counted_once_an_image():
    # a positive leak spikes in every tick; filling and emptying the pipeline does not count
    build = ProgramBuilder()
    cores = [build.add_core() for _ in range(3)]
    for core in cores:
        build.set_neuron(core, 0, leak=1, threshold=1, saturate=True)
    build.add_input([(0, 5)])
    build.add_output(2, 0)
    build.route(0, 0, 1, 5)
    build.route(1, 0, 2, 5)
    program = build.build(shown((1, 1, 1), ("a",), 3, coding="threshold"))
    assert count_votes(program, np.zeros((10, 1), np.float32)).activity.spikes == 30


def test_ensembles_are_nested_prefixes_of_one_draw():
    network = tiny_network()
    results = evaluate_network(network, DATA, {1: 3, 4: 2}, seed=5)
    assert [len(results[size].accuracies) for size in (1, 4)] == [3, 2]
    for draw in range(2):
        seed = seed_of_draw(5, draw)
        program = deploy(network, members=4, seed=seed)
        votes = count_votes(program, DATA.values, seed=seed)
        assert results[4].accuracies[draw] == pytest.approx((votes.decisions.classes == DATA.labels).mean())
    assert results[4].cores == 20


def test_threads_change_nothing():
    network = tiny_network()
    one = evaluate_network(network, DATA, {1: 2, 2: 2}, threads=1)
    two = evaluate_network(network, DATA, {1: 2, 2: 2}, threads=2)
    assert one == two


def test_draws_of_a_program_redraw_inputs_and_of_a_network_synapses_too():
    network = tiny_network()
    program = deploy(network, members=1, seed=0)
    of_program = simulate(program, DATA, draws=3)
    of_network = simulate(network, DATA, draws=3)
    assert (of_program.redrawn, of_network.redrawn) == ("inputs", "synapses and inputs")
    assert of_program.accuracies[0] == of_network.accuracies[0]
    assert of_program == evaluate_program(program, DATA, draws=3)


def test_mean_and_spread_are_over_draws_and_one_draw_has_no_spread():
    result = simulate(tiny_network(), DATA, draws=3)
    assert result.accuracy == pytest.approx(np.mean(result.accuracies))
    assert result.accuracy_std == pytest.approx(np.std(result.accuracies, ddof=1))
    assert simulate(tiny_network(), DATA).accuracy_std is None


def test_a_program_without_interface_cannot_be_shown_images():
    with pytest.raises(ProgramError, match="has no interface"):
        count_votes(one_neuron(threshold=1), DATA.values)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (stripes(9, shape=(16, 4)), "images are 16 x 4 x 1; the network reads 8 x 8 x 1"),
        (from_arrays(np.zeros((4, 8, 8), np.uint8), np.arange(4)), "4 classes; the network knows 3: 0, 1, 2"),
    ],
)
def test_data_that_do_not_belong_to_the_network_are_refused(data, message):
    for model in (tiny_network(), deploy(tiny_network())):
        with pytest.raises(DataError, match=message):
            simulate(model, data)


def test_impossible_members_and_draws_are_refused():
    for settings in ({"members": 0}, {"draws": 0}):
        with pytest.raises(ProgramError, match="at least 1 of each is needed"):
            simulate(tiny_network(), DATA, **settings)
    with pytest.raises(ProgramError, match="5 members asked for; a program has those it was deployed with"):
        simulate(deploy(tiny_network()), DATA, members=5)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_program_with_memory_runs_without_a_break(backend):
    # a spike every third tick, whatever the images: pieces that started anew would lose some
    build = ProgramBuilder()
    core = build.add_core()
    build.set_neuron(core, 0, leak=1, threshold=3)
    build.add_input([(core, 0)])
    build.add_output(core, 0)
    program = build.build(shown((1, 1, 1), ("a",), 1, coding="threshold"))
    votes = count_votes(program, np.zeros((12, 1), np.float32), backend=backend, images_at_once=4)
    assert votes.votes[:, 0].tolist() == [0, 0, 1] * 4


def test_classes_in_another_order_are_refused():
    program = deploy(tiny_network())  # whose classes are 0, 1, 2
    images = stripes(10)
    turned = from_arrays(images.images, images.labels, ["2", "1", "0"])
    with pytest.raises(DataError, match="label 0 is .2., which is the network.s class 2; number"):
        simulate(program, turned)
