"""Accuracy under faults, as a study."""

import numpy as np
import pytest

from programs import stripes, tiny_network
from spikeloom.deployment.deploy import deploy
from spikeloom.measure.accuracy import accuracy
from spikeloom.measure.evaluation import evaluate_network
from spikeloom.measure.faults import FAULTS, Fault, noisy
from spikeloom.measure.robustness import SHARES
from spikeloom.measure.showings import Showing, votes_of
from spikeloom.network.storage import save_learned
from spikeloom.randomness.streams import seed_of_draw
from spikeloom.studies.faults import fault_rows, fault_study
from spikeloom.studies.study import run


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    folder, data = tmp_path_factory.mktemp("robust"), stripes(40)
    images, labels = data.images, data.labels
    np.savez(folder / "s.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    save_learned(tiny_network(), folder / "tiny.safetensors")
    study = fault_study([str(folder / "tiny.safetensors")], 2, None, str(folder / "s.npz"), 0)
    return fault_rows(run(study, folder, lambda *_: None))


def test_every_fault_has_a_row_a_share_and_begins_with_the_whole_network(rows):
    assert [(row.fault, row.share) for row in rows] == [(fault, share) for fault in FAULTS for share in SHARES]
    whole = evaluate_network(tiny_network(), stripes(40), {1: 2})[1]
    for row in rows:
        assert (row.cores, row.draws) == (5, 2)
        if row.share == 0:
            assert (row.accuracy_mean, row.accuracy_std) == (whole.accuracy, whole.accuracy_std)


def test_a_draw_breaks_the_network_that_its_seed_samples(rows):
    images, accuracies = stripes(40), []
    for draw in range(2):
        seed = seed_of_draw(0, draw)
        showing = Showing(deploy(tiny_network(), seed=seed), images.values, seed, fault=Fault("dead neurons", 0.1))
        accuracies.append(accuracy(votes_of(showing).decisions.classes, images.labels))
    (row,) = [row for row in rows if (row.fault, row.share) == ("dead neurons", 0.1)]
    assert row.accuracy_mean == np.mean(accuracies)


def test_noise_replaces_a_share_of_the_values_and_all_of_them_at_one():
    values = stripes(50).values
    changed = (noisy(values, 0.2, np.random.default_rng(0)) != values).mean()
    assert 0.15 < changed <= 0.2  # a value drawn as it was does not change
    assert set(np.unique(noisy(values, 1.0, np.random.default_rng(0)))) == {0, 1}
