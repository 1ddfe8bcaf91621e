import numpy as np
import pytest

from spikeloom.errors import FitError
from spikeloom.network.topology import UNUSED, Topology, Windows, wire
from spikeloom.training.recipe_files import load_recipe

IMAGE = (28, 28, 1)


def shipped(name: str) -> Topology:
    return load_recipe(name).topology(IMAGE, 10)


def layers(*windows: tuple) -> tuple[Windows, ...]:
    return tuple(
        Windows((size, size), (stride, stride), *features) for size, stride, *features in windows
    )  # fmt: skip


def test_the_papers_networks_have_5_and_30_cores():
    assert (shipped("mnist-5").grids, shipped("mnist-5").n_cores) == ([(2, 2), (1, 1)], 5)
    assert (shipped("mnist-30").grids, shipped("mnist-30").n_cores) == ([(4, 4), (3, 3), (2, 2), (1, 1)], 30)


def test_each_class_has_25_votes():
    assert shipped("mnist-5").votes_per_class == shipped("mnist-30").votes_per_class == 25


@pytest.mark.parametrize(("name", "connected"), [("mnist-5", 256), ("mnist-30", 2304 + 1024 + 256)])
def test_every_window_fills_a_core_and_no_neuron_has_two_destinations(name, connected):
    wiring = wire(shipped(name), np.random.default_rng(0))
    assert all((sources != UNUSED).all() for sources in wiring)
    above = np.concatenate([layer * 100_000 + sources.ravel() for layer, sources in enumerate(wiring[1:])])
    assert len(np.unique(above)) == len(above) == connected


def test_the_first_window_reads_the_upper_left_corner_row_by_row():
    first = wire(shipped("mnist-5"), np.random.default_rng(0))[0]
    assert first[0, [0, 15, 16, 255], 0].tolist() == [0, 15, 28, 15 * 28 + 15]
    assert first[1, 0, 0] == 12
    assert first[2, 0, 0] == 12 * 28


def test_a_target_takes_the_same_number_of_neurons_of_each_core_in_its_window():
    second = wire(shipped("mnist-30"), np.random.default_rng(0))[1]
    cores, counts = np.unique(second[4] // 256, return_counts=True)  # the middle of 3 x 3 windows over 4 x 4 cores
    assert (cores.tolist(), counts.tolist()) == ([5, 6, 9, 10], [64] * 4)


def test_channels_lie_beside_each_other_and_spare_axons_are_unused():
    wiring = wire(Topology((4, 4, 3), 2, layers((2, 2))), np.random.default_rng(0))[0]
    assert wiring[0, :13, 0].tolist() == [0, 1, 2, 3, 4, 5, 12, 13, 14, 15, 16, 17, UNUSED]
    assert wiring[3, 0, 0] == (2 * 4 + 2) * 3


def test_windows_may_be_oblong():
    topology = Topology((1, 64, 1), 2, (Windows((1, 16), (1, 16)), Windows((1, 4), (1, 1))))
    assert topology.grids == [(1, 4), (1, 1)]


def test_features_default_to_as_many_as_fit():
    topology = Topology(IMAGE, 10, layers((16, 4), (2, 1)))
    assert (wire(topology, np.random.default_rng(0))[1] != UNUSED).all()


@pytest.mark.parametrize(
    ("shape", "n_classes", "windows", "message"),
    [
        (IMAGE, 10, [(17, 11)], "layer 1: a window of 17 x 17 .* needs 289 axons, a core has 256; take at most 256"),
        ((28, 28, 3), 10, [(16, 12)], "layer 1: .*over 3 channels needs 768 axons.*take at most 85 positions"),
        (IMAGE, 10, [(16, 5)], "layer 1: .*stride 5 leave 2 of 28 rows uncovered; strides that fit: 1, 2, 3, 4, 6, 12"),
        ((8, 28, 1), 10, [(16, 12)], "layer 1: a window of 16 rows over 8 rows below; at most 8"),
        (IMAGE, 10, [(16, 12), (2, 1, 65)], "layer 2: 4 cores .* x 65 features need 260 axons.*take at most 64"),
        (IMAGE, 10, [(16, 4), (2, 1, 64), (3, 1), (1, 1, 300)], "layer 4: .* x 300 features need 300 axons"),
        (IMAGE, 300, [(16, 12), (2, 1)], "output: 300 classes over the 256 neurons of the last layer; 2 to 256"),
        (IMAGE, 1, [(16, 12)], "output: 1 classes"),
        (IMAGE, 10, [(16, 12, 4)], "layer 1: features cannot be chosen over the input"),
        (IMAGE, 10, [(0, 1)], "layer 1: window 0 and stride 1 along the rows; both must be at least 1"),
        (IMAGE, 10, [], "there is no layer"),
        ((0, 4, 1), 10, [(1, 1)], "input: shape .* is empty"),
    ],
)
def test_what_does_not_fit_is_refused_with_layer_numbers_and_a_way_out(shape, n_classes, windows, message):
    with pytest.raises(FitError, match=message):
        Topology(shape, n_classes, layers(*windows))


def test_a_neuron_asked_for_by_too_many_windows_is_refused_and_one_less_fits():
    Topology(IMAGE, 10, layers((12, 4), (3, 1, 28)))  # 9 windows over the middle core take 252 of its 256 neurons
    with pytest.raises(FitError, match="layer 2: .*x 29 features"):
        Topology(IMAGE, 10, layers((12, 4), (3, 1, 29)))


def test_shared_axons_give_every_neuron_below_one_destination():
    topology = Topology((28, 28, 1), 10, layers((16, 4), (2, 1, 64, True), (2, 1, 64, True), (2, 1, 64, True)))
    for sources, n_below in zip(wire(topology, np.random.default_rng(0))[1:], (16, 9, 4), strict=True):
        fed = sources[sources != UNUSED]
        assert sorted(fed) == list(range(n_below * 256))
    corner, edge, middle = (wire(topology, np.random.default_rng(0))[1][0] // 256 == core for core in (0, 1, 5))
    assert [int(part.any(1).sum()) for part in (corner, edge, middle)] == [64, 64, 64]
    assert [int(part.sum()) for part in (corner, edge, middle)] == [256, 128, 64]  # a core that feeds 1, 2, 4 windows


def test_repeats_give_every_pixel_of_a_window_that_many_axons():
    topology = Topology(IMAGE, 10, (Windows((11, 11), (17, 17), repeats=2),))
    first = wire(topology, np.random.default_rng(0))[0][0]
    pixels, counts = np.unique(first[first != UNUSED], return_counts=True)
    assert len(pixels) == 121
    assert set(counts) == {2}


def test_repeats_that_a_core_or_a_neuron_cannot_give_are_refused():
    with pytest.raises(FitError, match="layer 1: .* 2 axons a value needs 288 axons.*at most 128 positions"):
        Topology(IMAGE, 10, (Windows((12, 12), (4, 4), repeats=2),))
    with pytest.raises(FitError, match="100 channels and 4 axons a value need 400 axons a position.*take fewer"):
        Topology((4, 4, 100), 10, (Windows((1, 1), (1, 1), repeats=4),))
    with pytest.raises(FitError, match="layer 1: 5 repeats .*1 to 4"):
        Topology(IMAGE, 10, (Windows((4, 4), (4, 4), repeats=5),))
    with pytest.raises(FitError, match="layer 2: 2 repeats; a neuron has one destination"):
        Topology(IMAGE, 10, (Windows((16, 16), (12, 12)), Windows((2, 2), (1, 1), repeats=2)))


def test_axons_over_the_input_are_not_shared():
    with pytest.raises(FitError, match="layer 1: shared is for neurons"):
        Topology(IMAGE, 10, (Windows((16, 16), (12, 12), None, True),))


def test_a_layer_may_use_fewer_neurons_of_its_cores():
    layers = (Windows((4, 4), (4, 4), neurons=12), Windows((2, 2), (1, 1), 4, shared=True, neurons=30))
    topology = Topology((8, 8, 1), 3, layers)
    assert (topology.n_last_neurons, topology.votes_per_class) == (256, 10)
    _, above = wire(topology, np.random.default_rng(0))
    fed = above[above != UNUSED]
    assert sorted(fed) == [core * 256 + neuron for core in range(4) for neuron in range(12)]
    assert above[0, :16].shape == (16, 3)  # twelve neurons of a core share its four axons


def test_a_window_cannot_take_more_neurons_than_the_cores_below_use():
    with pytest.raises(FitError, match=r"feeds 1 windows x 16 features = 16 neurons, it has 12"):
        Topology((8, 8, 1), 3, (Windows((4, 4), (4, 4), neurons=12), Windows((2, 2), (1, 1), 16)))
    with pytest.raises(FitError, match="layer 2: 257 neurons of a core; it has 256"):
        Topology((8, 8, 1), 3, (Windows((4, 4), (4, 4)), Windows((2, 2), (1, 1), 4, neurons=257)))
