import numpy as np
import pytest

from programs import TINY, shown, stripes, tiny_network
from spikeloom.chip.program import InputLines
from spikeloom.chip.trains import unpack
from spikeloom.deployment.deploy import deploy
from spikeloom.errors import DataError
from spikeloom.interface import Interface, Moved, Still, Stream
from spikeloom.interface.encode import encode as encode_lines
from spikeloom.randomness.draws import draw
from spikeloom.randomness.streams import INPUT_STREAM
from spikeloom.simulation import BACKENDS, backend_named


def interface(coding: str = "bernoulli", ticks: int = 1) -> Interface:
    return shown(TINY.input_shape, coding=coding, frames=Still(ticks=ticks))


def encode(interface: Interface, lines: InputLines, values: np.ndarray, examples: np.ndarray, seed: int) -> np.ndarray:
    return encode_lines(interface, lines.values, lines.members, values, examples, seed)


LINES = deploy(tiny_network(), members=3).inputs


def test_a_spike_is_a_draw_below_the_value_with_the_documented_key():
    values = stripes(4).values
    spikes = encode(interface(), LINES, values, np.arange(4) + 100, seed=7)
    for image, line in ((0, 3), (2, 70), (3, 150)):
        member, value = divmod(line, 64)
        expected = int(draw(INPUT_STREAM, 7, member, 100 + image, value)) / 2**32 < values[image, value]
        assert spikes[image, line] == expected


def test_zero_never_spikes_and_one_always():
    values = np.zeros((500, 64), np.float32)
    values[:, 1::2] = 1
    spikes = encode(interface(), LINES, values, np.arange(500), seed=0)
    assert not spikes[:, 0:64:2].any()
    assert spikes[:, 1:64:2].all()


def test_the_share_of_spikes_is_the_value():
    values = np.full((4000, 64), 0.3, np.float32)
    spikes = encode(interface(), LINES, values, np.arange(4000), seed=0)
    assert spikes.mean() == pytest.approx(0.3, abs=0.003)  # standard error 0.0005


def test_members_draw_apart_and_images_keep_their_draws_wherever_they_stand():
    values = np.full((5, 64), 0.5, np.float32)
    spikes = encode(interface(), LINES, values, np.arange(5), seed=0)
    assert not np.array_equal(spikes[:, :64], spikes[:, 64:128])
    alone = encode(interface(), LINES, values[3:4], np.array([3]), seed=0)
    assert np.array_equal(alone[0], spikes[3])


def test_later_ticks_of_an_image_draw_anew_and_the_first_stays():
    values = np.full((5, 64), 0.5, np.float32)
    once = encode(interface(), LINES, values, np.arange(5), seed=0)
    twice = encode(interface(ticks=2), LINES, values, np.arange(5), seed=0).reshape(5, 2, -1)
    assert np.array_equal(twice[:, 0], once)
    assert not np.array_equal(twice[:, 1], once)


def test_an_image_moves_by_the_shift_of_its_tick_and_what_moves_in_is_dark():
    image = np.zeros((8, 8), np.float32)
    image[2, 3] = image[7, 0] = 1
    moving = shown(TINY.input_shape, coding="threshold", frames=Moved(shifts=((0, 0), (2, -1), (-8, 0))))
    spikes = encode(moving, LINES, image.reshape(1, 64), np.arange(1), seed=0)[:, :64].reshape(3, 8, 8)
    assert [np.argwhere(tick).tolist() for tick in spikes] == [[[2, 3], [7, 0]], [[4, 2]], []]


def test_threshold_coding_spikes_from_one_half():
    values = np.tile(np.array([0.0, 0.49, 0.5, 1.0], np.float32), 16)[None]
    spikes = encode(interface("threshold"), LINES, values, np.arange(1), seed=0)
    assert spikes[0, :4].tolist() == [False, False, True, True]


def test_images_of_another_size_are_refused():
    with pytest.raises(DataError, match=r"values of shape \(2, 49\); \(n_images, 64\) is needed, 8 x 8 x 1 values"):
        encode(interface(), LINES, np.zeros((2, 49), np.float32), np.arange(2), seed=0)


@pytest.mark.parametrize("coding", ["bernoulli", "threshold", {"name": "thermometer", "levels": 2}])
def test_delayed_lines_carry_the_spikes_of_their_value_some_ticks_before_on_every_back_end(coding):
    delays = (0, 1, 3)
    delayed = shown((2, 3, 1), coding=coding, frames=Stream(frames=4, ticks=2), delays=delays)
    now = delayed.model_copy(update={"delays": (0,)})
    values = np.random.default_rng(0).random((3, 24), np.float32)
    n = int(np.prod(now.coded_shape))
    taps = [np.zeros(0, np.int32)] * 3
    lines = InputLines(np.tile(np.arange(n * 3), 2), np.repeat(np.arange(2), n * 3), *taps)
    own = InputLines(np.tile(np.arange(n), 2), np.repeat(np.arange(2), n), *taps)
    before = encode(now, own, values, np.arange(3), 5).reshape(3, 8, 2, n)
    found = encode(delayed, lines, values, np.arange(3), 5).reshape(3, 8, 2, n, 3)
    for place, ticks in enumerate(delays):
        assert np.array_equal(found[:, ticks:, ..., place], before[:, : 8 - ticks])
        assert not found[:, :ticks, ..., place].any()
    for backend in BACKENDS:
        trains = backend_named(backend).encode(delayed, lines, values, np.arange(3), 5)
        assert np.array_equal(unpack(trains).reshape(found.shape), found)
