import numpy as np

from spikeloom.randomness.draws import draw, extend
from spikeloom.randomness.streams import core_seed, seed_of_draw

_MASK = 0xFFFFFFFF


def plain_draw(*keys: int) -> int:
    """The formula of the module's docstring in whole numbers without a width."""
    state = 0
    for key in keys:
        h = ((state ^ (key & _MASK)) + 0x9E3779B9) & _MASK
        h ^= h >> 16
        h = h * 0x7FEB352D & _MASK
        h ^= h >> 15
        h = h * 0x846CA68B & _MASK
        state = h ^ (h >> 16)
    return state


def test_draws_follow_the_published_formula():
    for keys in [(0,), (1, 2, 3), (0xFFFFFFFF, 7), (2**31, 2**31, 0), (5, -1)]:
        assert int(draw(*keys)) == plain_draw(*keys)


def test_draws_of_arrays_are_the_draws_of_their_entries():
    together = draw(9, np.arange(3)[:, None], np.arange(4))
    assert together.dtype == np.uint32
    assert together.tolist() == [[plain_draw(9, row, column) for column in range(4)] for row in range(3)]


def test_a_longer_key_extends_a_shorter_one():
    assert int(extend(draw(1, 2), 3)) == plain_draw(1, 2, 3)


def test_each_bit_of_neighbouring_draws_is_on_half_of_the_time():
    n = 1 << 16
    bits = (draw(1, 2, np.arange(n))[:, None] >> np.arange(32, dtype=np.uint32)) & 1
    # standard error of each share is 0.5 / 256 = 0.002
    assert abs(bits.mean(0) - 0.5).max() < 0.01


def test_draws_of_neighbouring_ticks_are_uncorrelated():
    first, second = (draw(1, tick, np.arange(1 << 16)) / 2.0**32 for tick in (10, 11))
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.02


def test_core_seeds_differ_between_members_cores_and_roots():
    seeds = [int(core_seed(root, member, core)) for root in range(3) for member in range(3) for core in range(3)]
    assert len(set(seeds)) == 27


def test_neighbouring_seeds_share_no_draws_and_draw_0_is_the_seed_itself():
    seeds = [seed_of_draw(seed, draw) for seed in range(20) for draw in range(20)]
    assert len(set(seeds)) == 400
    assert seed_of_draw(7, 0) == 7
