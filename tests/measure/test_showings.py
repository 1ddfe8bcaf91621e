"""Showings are plain: pickled, in any order, in another process, they give the same votes; the fold nests members."""

import pickle

import numpy as np
import pytest

from programs import stripes, tiny_network
from spikeloom.deployment.deploy import deploy
from spikeloom.errors import ProgramError
from spikeloom.measure.evaluation import evaluate_network, simulate
from spikeloom.measure.faults import Fault
from spikeloom.measure.showings import Showing, fold, member_showings, votes_of

VALUES = stripes(30).values
SIZES = {1: 3, 4: 1}


def test_a_showing_gives_the_same_votes_after_a_trip_through_pickle_and_in_any_order():
    showings = member_showings(tiny_network(), VALUES, SIZES, seed=3)
    assert [showing.member for showing in showings] == [0, 1, 2, 3, 0, 0]
    first = [votes_of(showing).votes for showing in showings]
    copies = [pickle.loads(pickle.dumps(showing)) for showing in showings]
    turned = [votes_of(showing).votes for showing in reversed(copies)][::-1]
    assert all(np.array_equal(one, other) for one, other in zip(first, turned, strict=True))


def test_the_fold_nests_the_members_of_a_draw():
    showings = member_showings(tiny_network(), VALUES, SIZES, seed=3)
    votes = [votes_of(showing) for showing in showings]
    folded = fold(votes, SIZES)
    assert [len(folded[size]) for size in SIZES] == [3, 1]
    assert np.array_equal(folded[1][0].votes, votes[0].votes)
    assert np.array_equal(folded[4][0].votes, sum(found.votes for found in votes[:4]))
    assert np.array_equal(folded[1][2].votes, votes[5].votes)


def test_neighbouring_seeds_share_no_draws():
    network, images = tiny_network(), stripes(60)
    one, other = (simulate(network, images, draws=4, seed=seed) for seed in (0, 1))
    votes = [votes_of(showing).votes for seed in (0, 1) for showing in member_showings(network, VALUES, {1: 4}, seed)]
    alike = [np.array_equal(votes[a], votes[b]) for a in range(8) for b in range(a)]
    assert not any(alike)
    assert one.draws == other.draws == 4


def test_a_fault_is_part_of_the_job():
    program = deploy(tiny_network())
    whole, broken = (votes_of(Showing(program, VALUES, 0, fault=fault)) for fault in (None, Fault("dead cores", 1.0)))
    assert whole.votes.any()
    assert not broken.votes.any()


def test_a_network_needs_a_member():
    with pytest.raises(ProgramError, match="names no member of the network"):
        votes_of(Showing(tiny_network(), VALUES, 0))


def test_what_has_no_chance_is_measured_once_and_members_of_it_are_told_to_be_pointless(caplog):
    network, images = tiny_network(coding="threshold"), stripes(30)
    for layer in network.layers:
        layer.probabilities[:] = layer.probabilities.round()
    found = evaluate_network(network, images, {4: 5})[4]
    assert (found.redrawn, found.draws, found.accuracy_std) == (None, 1, None)
    told = " ".join(record.message for record in caplog.records)
    assert "4 samples of a network without chance are the same network, and cost 4 times its energy" in told
    assert "nothing is drawn, neither synapses nor inputs; one is measured in place of 5" in told


@pytest.mark.parametrize(("coding", "told"), [("bernoulli", "synapses and inputs"), ("threshold", "synapses")])
def test_only_what_is_drawn_is_said_to_be_redrawn(coding, told):
    assert simulate(tiny_network(coding=coding), stripes(10)).redrawn == told
