"""Every image's decision, and what follows from all together, as simulating gives it."""

import csv

import numpy as np
import pytest

from programs import stripes, tiny_network
from spikeloom.deployment.deploy import deploy
from spikeloom.errors import ProgramError
from spikeloom.measure.by_image import ByImage, by_image
from spikeloom.measure.evaluation import simulate
from spikeloom.measure.votes import count_votes

DATA = stripes(60)


def test_images_together_are_what_simulating_measures():
    network = tiny_network()
    each, whole = by_image(network, DATA, 3, seed=2), simulate(network, DATA, 3, seed=2)
    assert each.accuracy == whole.accuracy
    assert tuple(map(tuple, each.confusion.tolist())) == whole.confusion
    assert each.joules.mean() == pytest.approx(whole.energy().total)
    assert each.tied.mean() == whole.tie_rate
    assert np.array_equal(each.shares, count_votes(deploy(network, 3, seed=2), DATA.values, 2).decisions.shares)
    assert whole.class_accuracy == tuple(each.class_accuracy.values())


def test_confusion_class_accuracy_and_costs_by_hand():
    shares = np.array([[0.5, 0.2, 0.1], [0.1, 0.3, 0.6], [0.2, 0.2, 0.1]])
    each = ByImage(
        ("a", "b", "c"), np.array([0, 1, 1]), np.array([0, 2, 0]), shares, np.array([False, False, True]),
        np.full(3, 1e-6),
    )  # fmt: skip
    assert each.confusion.tolist() == [[1, 0, 0], [1, 0, 1], [0, 0, 0]]
    assert each.class_accuracy == {"a": 1.0, "b": 0.0}
    assert each.costs == pytest.approx([0, 0.3, 0])
    rows = list(csv.DictReader(each.to_csv().splitlines()))
    assert rows[1] == {
        "image": "1", "label": "b", "decided": "c", "tied": "0", "joules": "1e-06",
        "votes a": "0.1", "votes b": "0.3", "votes c": "0.6",
    }  # fmt: skip


def test_draws_add_up_in_the_table_of_classes():
    found = simulate(tiny_network(), DATA, draws=3)
    assert np.sum(found.confusion) == 180
    assert np.trace(found.confusion) / 180 == pytest.approx(found.accuracy)


def test_members_are_asked_of_networks_alone():
    with pytest.raises(ProgramError, match="2 members asked for"):
        by_image(deploy(tiny_network()), DATA, 2)
