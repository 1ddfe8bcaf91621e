"""Many images at once are classified as each alone: class, votes, ties, and what each cost."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from programs import one_neuron, shown, stripes, tiny_network
from spikeloom.chip.paths import why_not_streaming
from spikeloom.data import from_arrays
from spikeloom.deployment.deploy import deploy, show_moved
from spikeloom.errors import DataError
from spikeloom.measure.prediction import PREDICTING_MEMBERS, predict, program_to_predict
from spikeloom.measure.votes import count_votes

IMAGES = stripes(40, seed=3).images


def memory(**presentation):
    """Give a program that remembers, fed one value and read for one class."""
    program = one_neuron(strengths=(1, 0, 0, 0), threshold=2, saturate=True)
    return replace(program, interface=shown((1, 1, 1), 1, latency=1, **presentation))


@pytest.mark.parametrize("backend", ["fast", "reference"])
@pytest.mark.parametrize("ticks", [1, 5])
def test_a_batch_is_decided_and_counted_as_each_image_alone(backend, ticks):
    program = show_moved(deploy(tiny_network(), members=2, seed=4), ticks)
    together = predict(program, IMAGES[:12], backend=backend)
    for image, found in zip(IMAGES[:12], together, strict=True):
        values = image.reshape(1, -1) / np.float32(255)
        alone = count_votes(program, values, backend=backend)
        assert found.activity == alone.activity
        assert list(found.votes.values()) == [round(float(share), 4) for share in alone.decisions.shares[0]]
        assert predict(program, [image], backend=backend) == [found]


@pytest.mark.parametrize(
    "presentation", [{}, {"reset": True}, {"reset": True, "frames": {"name": "still", "ticks": 3}}]
)
def test_a_program_that_remembers_sees_every_image_as_the_first(presentation):
    program = memory(**presentation)
    assert why_not_streaming(program) is not None
    lights = np.ones((5, 1), np.float32)
    together = predict(program, lights)
    assert together == predict(program, lights[:1]) * 5
    ticks = program.interface.ticks_per_image
    assert (together[0].activity.events, together[0].activity.spikes) == (ticks, ticks // 2)


def test_a_network_is_sampled_where_samples_differ_and_a_program_is_taken_as_it_is():
    assert len(program_to_predict(tiny_network()).members) == PREDICTING_MEMBERS
    assert len(program_to_predict(tiny_network(), 3).members) == 3
    program = deploy(tiny_network())
    assert program_to_predict(program) is program


def test_images_that_do_not_fit_are_named():
    program = deploy(tiny_network())
    with pytest.raises(DataError, match="image 1: 3 x 3 values; the program reads 8 x 8 x 1, channels last"):
        predict(program, [IMAGES[0], np.zeros((3, 3))])
    with pytest.raises(DataError, match="images: values span 0.0 .. 2.0"):
        predict(program, np.linspace(0, 2, 64).reshape(1, 8, 8))
    assert predict(program, []) == []


def test_images_laid_out_otherwise_are_refused_and_every_right_shape_is_decided_alike():
    from programs import tiny_network
    from spikeloom.network.topology import Topology, Windows

    topology = Topology((8, 8, 3), 3, (Windows((8, 8), (1, 1)),))
    network = tiny_network(topology=topology, coding="threshold")
    images = np.random.default_rng(0).random((4, 8, 8, 3), np.float32)
    told = [prediction.votes for prediction in predict(network, images)]
    for same in (images.reshape(4, -1), list(images), from_arrays(images, np.arange(4) % 3)):
        assert [prediction.votes for prediction in predict(network, same)] == told
    for wrong in (images.transpose(0, 3, 1, 2), list(images.transpose(0, 3, 1, 2)), images.reshape(4, 8, 24)):
        with pytest.raises(DataError, match="the program reads 8 x 8 x 3, channels last, or them flat"):
            predict(network, wrong)
    with pytest.raises(DataError, match=r"image 0: a object that is no array|image 0: .*is no array"):
        predict(network, [torch.zeros(8, 8, 3, requires_grad=True)])
