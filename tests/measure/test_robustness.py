"""Accuracy under faults."""

import numpy as np

from programs import stripes, tiny_network
from spikeloom.deployment.deploy import deploy
from spikeloom.measure.evaluation import evaluate_program
from spikeloom.measure.faults import noisy
from spikeloom.measure.robustness import SHARES, robustness
from spikeloom.randomness.streams import seed_of_draw


def test_without_faults_it_is_the_programs_accuracy_and_every_fault_has_a_row_a_share():
    program, images = deploy(tiny_network()), stripes(40)
    rows = list(robustness("tiny", program, images, draws=2))
    assert len(rows) == 4 * len(SHARES)
    whole = np.mean([evaluate_program(program, images, seed=seed_of_draw(0, draw)).accuracy for draw in range(2)])
    for row in rows:
        if row.share == 0:
            assert row.accuracy_mean == whole


def test_noise_replaces_a_share_of_the_values_and_all_of_them_at_one():
    values = stripes(50).values
    changed = (noisy(values, 0.2, np.random.default_rng(0)) != values).mean()
    assert 0.15 < changed <= 0.2  # a value drawn as it was does not change
    assert set(np.unique(noisy(values, 1.0, np.random.default_rng(0)))) == {0, 1}
