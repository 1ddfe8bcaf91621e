"""The drift ledger finds nothing where nothing differs, and the first difference where something does."""

from dataclasses import replace

import numpy as np
import pytest

from export.installed import needs
from programs import stripes, tiny_network, unsampled_accuracy
from spikeloom.chip.ensemble import program_of_member
from spikeloom.deployment.deploy import deploy, deploy_members
from spikeloom.drift import ledger, stages
from spikeloom.drift.ledger import First, drift_ledger
from spikeloom.errors import DataError, ExportError, ProgramError
from spikeloom.export.ranc import RANC
from spikeloom.network.topology import Topology, Windows


def test_no_spike_differs_at_any_stage_after_sampling():
    needs("make", "gcc", "verilator")
    network, images = tiny_network(coding="threshold"), stripes(20)
    found = {stage.stage: stage for stage in drift_ledger(network, images, members=2)}
    trained = found.pop("trained probabilities")
    assert trained.accuracy == unsampled_accuracy(network, images)
    assert len(found) == 11
    for stage in found.values():
        assert stage.refused is None
        assert (stage.spikes_differing, stage.votes_changed, stage.first) == (0, 0, None)
        assert stage.accuracy == found["reference simulator"].accuracy


def test_the_first_difference_is_named(monkeypatch):
    def faulty(program, inputs):
        answer = stages._fast(program, inputs)
        rasters = answer.rasters.copy()
        rasters[3, 1, 7] ^= True
        rasters[4] = True
        return stages._with_outputs(program, rasters)

    monkeypatch.setattr(ledger, "STAGES", (("faulty", faulty),))
    _, stage = drift_ledger(tiny_network(), stripes(20))
    assert stage.first == First(tick=3, core=1, neuron=7)
    assert stage.spikes_differing > 1
    assert stage.votes_changed == 1


def test_data_of_another_shape_is_refused():
    with pytest.raises(DataError, match="images are 6 x 6 x 1; the network reads 8 x 8 x 1"):
        list(drift_ledger(tiny_network(), stripes(20, shape=(6, 6))))


def test_a_member_taken_out_of_an_ensemble_is_the_member_deployed_alone():
    network = tiny_network()
    taken, alone = program_of_member(deploy(network, 3, seed=4), 2), deploy_members(network, [2], seed=4)
    for part in ("crossbars", "axon_types", "seeds", "placement", "core_members"):
        assert np.array_equal(getattr(taken, part), getattr(alone, part)), part
    for group in ("routes", "inputs", "outputs"):
        for name, array in vars(getattr(alone, group)).items():
            assert np.array_equal(getattr(getattr(taken, group), name), array), (group, name)


def test_a_member_that_is_not_there_or_feeds_another_is_refused():
    program = deploy(tiny_network(), 2)
    with pytest.raises(ProgramError, match="member 5: is not in the program; it has 0, 1"):
        program_of_member(program, 5)
    tangled = replace(program, core_members=np.array([0] * 4 + [1] * 6, np.int32))
    with pytest.raises(ProgramError, match="member 0: its neurons feed another member"):
        program_of_member(tangled, 0)


def test_output_lines_that_differ_where_no_neuron_does_are_found(monkeypatch):
    def faulty(program, inputs):
        answer = stages._fast(program, inputs)
        outputs = answer.outputs.copy()
        outputs[5, 17] ^= True
        return stages.Answer(outputs, answer.rasters)

    monkeypatch.setattr(ledger, "STAGES", (("faulty", faulty),))
    _, stage = drift_ledger(tiny_network(), stripes(20))
    assert stage.spikes_differing == 1
    assert stage.first == First(tick=5, core=4, neuron=17)


def test_a_file_of_ours_that_cannot_be_read_back_is_a_fault_and_no_refusal(monkeypatch):
    def unreadable(*_):
        raise ExportError("cores[0]: is broken")

    monkeypatch.setattr(ledger, "STAGES", (("RANC", stages._read_back(replace(RANC, read=unreadable))),))
    with pytest.raises(ExportError, match="is broken"):
        list(drift_ledger(tiny_network(), stripes(20)))


def test_what_a_format_cannot_hold_is_told_as_refused():
    topology = Topology((8, 8, 1), 3, (Windows((4, 4), (4, 4)), Windows((2, 2), (1, 1), 64, shared=True)))
    found = {stage.stage: stage for stage in drift_ledger(tiny_network(topology=topology), stripes(10))}
    assert "neurons that share an axon: SANA-FE cannot hold that" in found["SANA-FE"].refused
    assert found["NIR native, in nirtorch"].spikes_differing == 0
