"""Every plot draws the values that it is given, on the axes that it is given, in both themes."""

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from programs import stripes, tiny_network
from spikeloom import plot
from spikeloom.deployment.deploy import deploy
from spikeloom.errors import DataError
from spikeloom.measure.watching import watch
from spikeloom.network.fields import receptive_fields

MATRIX = np.array([[8, 2, 0], [0, 9, 1], [0, 0, 0]])
NAMES = ["a", "b", "unseen"]
EPOCHS = [{"epoch": n, "training_accuracy": 0.5 + n / 10, "unsampled_validation_accuracy": 0.6} for n in (1, 2, 3)]

DRAWN = {
    "raster": lambda **on: plot.raster({"one": np.eye(4, dtype=bool), "two": np.ones((4, 2), bool)}, **on),
    "potentials": lambda **on: plot.potentials(np.arange(12).reshape(4, 3), [0, 2], threshold=5, **on),
    "floor plan": lambda **on: plot.floor_plan(np.array([[0, 0], [1, 0]]), np.array([3, 9]), np.array([[0, 1]]), **on),
    "votes": lambda **on: plot.votes(np.array([0.1, 0.7, 0.2]), NAMES, 0, **on),
    "confusion": lambda **on: plot.confusion(MATRIX, NAMES, **on),
    "class accuracy": lambda **on: plot.class_accuracy(MATRIX, NAMES, **on),
    "mistakes": lambda **on: plot.mistakes(stripes(6).images, np.zeros(6, int), np.arange(6) % 3, NAMES, **on),
    "receptive fields": lambda **on: plot.receptive_fields(np.random.default_rng(0).normal(size=(5, 4, 4)), **on),
    "probabilities": lambda **on: plot.probabilities({"before": np.linspace(0, 1, 99), "after": np.ones(9)}, **on),
    "learning curves": lambda **on: plot.learning_curves({"run": EPOCHS}, **on),
    "members": lambda **on: plot.accuracy_by_members([1, 4], [0.9, 0.95], [0.01, None], **on),
    "energy": lambda **on: plot.accuracy_by_energy({"net": [(1e-6, 0.9), (4e-6, 0.99)]}, **on),
}


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("theme", [plot.LIGHT, plot.DARK], ids=["light", "dark"])
def test_a_plot_draws_on_the_axes_it_is_given_or_makes_its_own(name, theme):
    axes = Figure().subplots()
    assert DRAWN[name](axes=axes, theme=theme) is axes
    made = DRAWN[name](theme=theme)
    assert made is not axes
    made.figure.canvas.draw()
    pyplot.close("all")


@pytest.mark.parametrize(
    ("drawn", "message"),
    [
        (lambda: plot.confusion(MATRIX, NAMES[:2]), r"matrix: has shape \(3, 3\); 2 x 2 is needed"),
        (lambda: plot.class_accuracy(np.zeros((0, 0)), []), "matrix: has shape"),
        (lambda: plot.votes(np.array([10, 3, 40]), NAMES), r"shares: must lie in \[0, 1\]"),
        (lambda: plot.votes(np.array([np.nan, 0, 0]), NAMES), r"shares: must lie in \[0, 1\]"),
        (lambda: plot.votes(np.array([0.1, 0.2, 0.3]), NAMES, -1), "label -1: is no class"),
        (lambda: plot.raster(np.random.default_rng(0).random((3, 3))), "bool .* are needed"),
        (lambda: plot.raster({}), "there is no layer"),
        (lambda: plot.potentials(np.zeros((3, 2)), [2]), "neurons: must lie in 0 .. 1"),
        (lambda: plot.floor_plan(np.zeros((0, 2))), "at least one core"),
        (lambda: plot.floor_plan(np.zeros((2, 2)), np.zeros(3)), "counts: 2 are needed"),
        (lambda: plot.mistakes(np.zeros((2, 8, 8)), np.zeros(2), np.zeros(2), NAMES), "images: have shape"),
        (lambda: plot.receptive_fields(np.zeros((0, 4, 4))), "fields: have shape"),
        (lambda: plot.probabilities(np.array([0.5, 2])), "are no probabilities"),
        (lambda: plot.accuracy_by_members([1, 2], [90, 95]), "are shares"),
        (lambda: plot.accuracy_by_energy({}), "there are none"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_what_is_needed(drawn, message):
    with pytest.raises(DataError, match=message):
        drawn()


def test_an_accuracy_of_no_image_is_not_drawn_and_one_epoch_is_a_point():
    assert not plot.class_accuracy(np.zeros((3, 3)), NAMES, axes=Figure().subplots()).patches
    lines = plot.learning_curves({"run": EPOCHS[:1]}, axes=Figure().subplots()).lines
    assert {line.get_marker() for line in lines} == {"."}


def test_a_raster_has_a_stroke_a_spike():
    axes = plot.raster(np.array([[1, 0], [0, 0], [1, 1]], bool), axes=Figure().subplots())
    (strokes,) = axes.collections
    assert sorted(tuple(path.vertices[0]) for path in strokes.get_paths()) == [(-0.4, 0.5), (1.6, 0.5), (1.6, 1.5)]


def test_a_confusion_is_shaded_by_errors_and_numbered_by_counts():
    axes = plot.confusion(MATRIX, NAMES, axes=Figure().subplots())
    assert axes.images[0].get_array().tolist() == [[0, 2, 0], [0, 0, 1], [0, 0, 0]]
    assert {text.get_text() for text in axes.texts} == {"8", "2", "9", "1"}


def test_classes_without_images_have_no_accuracy():
    axes = plot.class_accuracy(MATRIX, NAMES, axes=Figure().subplots())
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([80, 90])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]


def test_the_dearest_mistakes_come_first():
    axes = plot.mistakes(
        stripes(4).images, np.zeros(4, int), np.array([1, 0, 1, 2]), NAMES, np.array([1, 9, 3, 2]), Figure().subplots()
    )
    assert [inner.get_title() for inner in axes.child_axes] == ["b for a", "unseen\nfor a", "b for a"]


def test_receptive_fields_are_strength_times_probability_by_hand():
    network = tiny_network()
    fields = receptive_fields(network, core=1)
    assert fields.shape == (64, 4, 4)  # of 256 neurons the layer above sees 64
    layer = network.layers[0]
    neuron = int(np.flatnonzero(network.connected[0][1])[3])
    expected = np.zeros((8, 8))
    for axon, value in enumerate(layer.sources[1, :, 0]):
        if value >= 0:
            strength = layer.strengths[1, neuron, layer.axon_types[1, axon]]
            expected[value // 8, value % 8] += strength * layer.probabilities[1, axon, neuron]
    assert np.allclose(fields[3], expected[0:4, 4:8])
    assert not expected[4:].any()


@pytest.mark.parametrize("backend", ["fast", "reference"])
def test_what_is_watched_is_what_the_chip_does(backend):
    network, images = tiny_network(coding="threshold"), stripes(3).images
    seen = watch(network, images, members=2, seed=4, backend=backend)
    program = deploy(network, 2, seed=4)
    assert seen.rasters.shape == (3, 2, 10, 256)
    assert seen.layers.tolist() == [0, 0, 0, 0, 1] * 2
    assert seen.layer(1, member=1).shape == (3, 2, 256)
    with pytest.raises(DataError, match="layer 2 of member 0: is not there; there are layers 0 .. 1"):
        seen.layer(2)
    with pytest.raises(DataError, match="images: there are none"):
        watch(network, images[:0], backend=backend)
    from spikeloom.measure.votes import count_votes

    values = images.reshape(3, -1) / np.float32(255)
    assert np.array_equal(seen.votes[:, -1], count_votes(program, values, seed=4).votes)
    # the last layer's spikes are its votes
    last = seen.rasters[:, -1][:, seen.layers == 1].reshape(3, -1)
    assert np.array_equal(last[:, program.routes.to_outputs[seen.layers == 1].ravel()].sum(1), seen.votes[:, -1].sum(1))
    assert program.coordinates.shape == (10, 2)
