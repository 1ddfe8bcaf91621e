"""NSCS's files: bytes worked out by hand, programs that come back as they were, wrong files refused by place."""

import json
import re

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from spikeloom.chip.builder import ProgramBuilder
from spikeloom.errors import ExportError
from spikeloom.export.format import Exported
from spikeloom.export.nscs.reader import input_lines, read_nscs
from spikeloom.export.nscs.writer import (
    MODEL_FILE,
    read_spikes_in,
    spikes_of,
    write_nscs,
    write_spikes_in,
)
from spikeloom.simulation import run
from strategies import N_LINES, any_programs


def small():
    build = ProgramBuilder()
    core = build.add_core([3] + [0] * 255)
    build.set_neuron(core, 0, strengths=(1, -2, 3, -4), leak=-5, threshold=6, negative_threshold=7, saturate=True)
    build.set_neuron(core, 1, potential=-8, threshold=1, reset=-7, reset_mode=0, mask_bits=2, stochastic_leak=True)
    build.connect(core, 0, 0)
    build.connect(core, 0, 9)
    build.route(core, 0, core, 200, delay=15)
    build.add_output(core, 1)
    build.add_input([(core, 0)])
    return build.build()


def test_the_model_worked_out_by_hand(tmp_path):
    write_nscs(Exported(small()), tmp_path)
    text = (tmp_path / MODEL_FILE).read_text()
    assert text.startswith('{\n\n    "model": {\n        "coreCount": 1,\n        "neuronClass": "NeuronGeneral",\n')
    assert '\n,\n\n    "neuronTypes": [\n' in text
    assert text.endswith("\n    }\n\n}")
    parts = json.loads(text)  # one core, so that no key repeats
    core = parts["core"]
    first, second = core["neurons"][:2]
    assert (first["destCore"], first["destAxon"], first["delay"], first["dendrite"]) == (0, 200, 15, 0)
    assert (second["destCore"], second["destAxon"]) == (-32, 0)
    assert (core["neurons"][2]["destCore"], core["neurons"][2]["destAxon"]) == (-1, -1)
    # neurons 0 and 9: the highest bit of byte 0, the second of byte 1
    assert core["crossbar"]["rows"][0] == {"type": "S3", "synapses": " ".join(["80", "40"] + ["00"] * 30)}
    types = {kind["name"]: kind for kind in parts["neuronTypes"]}
    assert len(types) == 3  # the two, and all those never set
    kind = types[first["type"]]
    assert [kind[f"sigma{k}"] * kind[f"s{k}"] for k in range(4)] == [1, -2, 3, -4]
    assert (kind["sigma_lambda"], kind["lambda"], kind["alpha"], kind["beta"], kind["kappa"]) == (-1, 5, 6, 7, True)
    kind = types[second["type"]]
    assert (kind["sigma_VR"], kind["VR"], kind["V"], kind["TM"], kind["c_lambda"]) == (-1, 3, -8, 2, True)


def test_spike_files_worked_out_byte_by_byte(tmp_path):
    spikes = np.array([[0, 1, 2], [258, 4095, 255]])
    write_spikes_in(tmp_path / "in", spikes)
    header = b'{"class":"SpikeWriter","nscsVersion":"1.4.0","encoding":"RAWI3","defaultDestinationDelay":1}\xff'
    body = bytes([0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 1, 2, 0, 0, 15, 255, 0, 0, 0, 255])
    assert (tmp_path / "in").read_bytes() == header + body
    assert np.array_equal(read_spikes_in(tmp_path / "in"), spikes)


def test_a_spike_file_cut_short_or_of_another_kind_is_refused(tmp_path):
    write_spikes_in(tmp_path / "in", np.array([[0, 1, 2]]))
    (tmp_path / "cut").write_bytes((tmp_path / "in").read_bytes()[:-2])
    with pytest.raises(ExportError, match=r"cut: 10 bytes of spikes; a spike has 12, so the file is cut short"):
        read_spikes_in(tmp_path / "cut")
    (tmp_path / "out").write_bytes(b'{"encoding":"RAWO6"}\xff')
    with pytest.raises(ExportError, match="has no header of spikes in encoding RAWI3"):
        read_spikes_in(tmp_path / "out")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(any_programs())
def test_any_program_comes_back_with_the_same_spikes_in_every_mode(tmp_path_factory, program):
    folder = tmp_path_factory.mktemp("nscs")
    inputs = np.random.default_rng(0).random((12, N_LINES)) < 0.1
    model, spikes_in = write_nscs(Exported(program, inputs), folder)
    taps, again_inputs = input_lines(read_spikes_in(spikes_in))
    again = read_nscs(model, taps)
    for name, array in program.neurons.items():
        assert np.array_equal(getattr(again.neurons, name), array), name
    assert np.array_equal(again.crossbars, program.crossbars)
    padded = np.zeros((12, len(taps)), bool)
    padded[: len(again_inputs)] = again_inputs
    pins = int(program.routes.axons[program.routes.to_outputs].max(initial=-1)) + 1
    assert len(again.outputs) == pins  # the file names no line that no neuron feeds
    assert np.array_equal(run(again, padded).outputs, run(program, inputs).outputs[:, :pins])


def test_spikes_reach_every_axon_of_a_line():
    build = ProgramBuilder()
    core = build.add_core()
    build.add_input([(core, 4), (core, 7)])
    spikes = spikes_of(build.build().inputs, np.array([[False], [True]]))
    assert spikes.tolist() == [[1, 0, 4], [1, 0, 7]]


@pytest.mark.parametrize(
    ("pattern", "replacement", "message"),
    [
        (r'"synapses": "80', '"synapses": "8', "core[0].crossbar.rows[0].synapses"),
        (r'"type": "S3"', '"type": "S4"', "core[0].crossbar.rows[0].type: 'S4'"),
        (r'"destCore": -32', '"destCore": 5', "core 0, neurons[1].destCore: 5; 0 .. 0, -1 or -32 can be"),
        (r'"delay": 15', '"delay": 16', "core[0].neurons[0].delay: 16"),
        (r'"id": 0', '"id": 3', "core[0].id: 3; each of 0 .. 0 once is needed"),
        (r'"type": "N0"', '"type": "X"', "no neuron type is called 'X'"),
        (r'"s1": 2', '"s1": 256', "].s1: 256"),
        (r"\}\s*$", "", "is not whole"),
        (r'"core": ', '"cores": ', "has no parts 'model', 'neuronTypes' and 'core'"),
        (r'"sigma0": 1', '"sigma0": 0', "].sigma0: 0"),
        (r'"dendrite": 7', '"dendrite": 8', "core 0, neurons[7].dendrite: 8"),
        (r'"coreCount": 1', '"coreCount": 2', "model.coreCount: 2; the file holds 1 cores"),
        (r'"name": "N1"', '"name": "N0"', "neuronTypes: two are called 'N0'"),
        (r'"destAxon": 0', '"destAxon": 1000000000000', "pin 1000000000000; 0 .. 1048575 are read"),
    ],
)
def test_a_wrong_model_is_refused_with_the_place_inside_it(tmp_path, pattern, replacement, message):
    (path,) = write_nscs(Exported(small()), tmp_path)
    text = path.read_text()
    spoiled = re.sub(pattern, replacement, text, count=1)
    assert spoiled != text
    path.write_text(spoiled)
    with pytest.raises(ExportError) as refused:
        read_nscs(path)
    assert message in str(refused.value)


def test_a_spike_in_the_last_tick_that_can_be_told_is_refused_before_memory_is_taken():
    with pytest.raises(ExportError, match=r"16,777,216 ticks of 256 lines: takes 4.0 GiB of memory, and at most"):
        input_lines(np.array([[2**24 - 1, 0, axon] for axon in range(256)]))
