"""RANC's files: its own networks give its own output, ours come back as they were, wrong ones are refused by place."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from programs import one_neuron
from spikeloom.chip.builder import ProgramBuilder
from spikeloom.errors import ExportError
from spikeloom.export.format import Exported
from spikeloom.export.ranc import reader
from spikeloom.export.ranc.reader import read_ranc
from spikeloom.export.ranc.simulator import CONFIG_FILE, INPUT_FILE, write_ranc
from spikeloom.reading import check_size
from spikeloom.simulation import run
from strategies import N_LINES, memoryless_programs

CONFORMANCE = Path(__file__).parent / "ranc"


def unpacked(name: str, folder: Path) -> tuple[Path, Path, Path]:
    for file in ("input.json", "output.txt"):
        (folder / file).write_bytes(gzip.decompress((CONFORMANCE / name / f"{file}.gz").read_bytes()))
    return folder / "input.json", CONFORMANCE / name / "config.json", folder / "output.txt"


def spikes_that_ranc_printed(path: Path) -> np.ndarray:
    """Its first line is blank, so n lines are our first n - 1 ticks, (n_ticks, n_lines)."""
    return np.array([line.split() for line in path.read_text().splitlines() if line.strip()][1:]) == "1"


@pytest.mark.parametrize("name", ["feedforward", "recurrent_absolute", "recurrent_linear", "short_symmetric"])
def test_rancs_networks_give_rancs_own_output_line_for_line(tmp_path, backend, name):
    network, config, output = unpacked(name, tmp_path)
    read = read_ranc([network, config])
    program, packets = read.program, read.inputs
    expected = spikes_that_ranc_printed(output)
    inputs = np.zeros((len(expected), packets.shape[1]), bool)
    inputs[: len(packets)] = packets[: len(expected)]
    assert np.array_equal(run(program, inputs, backend=backend).outputs, expected)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(memoryless_programs())
def test_a_program_comes_back_with_the_same_spikes(tmp_path_factory, program):
    folder = tmp_path_factory.mktemp("ranc")
    inputs = np.random.default_rng(0).random((20, N_LINES)) < 0.2
    read = read_ranc(write_ranc(Exported(program, inputs), folder)[:2])
    again, packets = read.program, read.inputs
    assert np.array_equal(run(again, packets).outputs[:, :40], run(program, inputs).outputs)


def two_relays():
    build = ProgramBuilder()
    for core in (build.add_core(), build.add_core()):
        build.set_neuron(core, 3, strengths=(1, 2, -3, 4), threshold=1, saturate=True)
        build.connect(core, 9, 3)
    build.route(0, 3, 1, 9, delay=4)
    build.add_input([(0, 9)])
    build.add_output(1, 3)
    return build.build()


def test_the_files_hold_what_ranc_reads(tmp_path):
    write_ranc(Exported(two_relays(), np.array([[True], [False]])), tmp_path)
    network, config = (json.loads((tmp_path / name).read_text()) for name in (INPUT_FILE, CONFIG_FILE))
    packet = {"destination_core": [0, 0], "destination_axon": 9, "destination_tick": 0}
    assert network["packets"] == [[packet], []]
    assert network["output_bus"] == {"coordinates": [2, 0], "num_outputs": 1}
    assert (config["num_cores_x"], config["num_cores_y"], config["neuron_reset_type"]) == (3, 1, 0)
    assert network["cores"][0]["neurons"][3] == {
        "reset_potential": 0, "weights": [1, 2, -3, 4], "leak": 0, "positive_threshold": 1, "negative_threshold": 0,
        "destination_core_offset": [1, 0], "destination_axon": 9, "destination_tick": 3, "current_potential": 0,
        "reset_mode": 0,
    }  # fmt: skip
    assert network["cores"][0]["neurons"][0]["destination_core_offset"] == [2, 0]  # silent, to the bus
    assert np.argwhere(network["cores"][1]["connections"]).tolist() == [[3, 9]]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"stochastic_leak": True, "leak": 1}, "core 0, neuron 0.*stochastic leaks: RANC cannot hold that; make the"),
        ({"reset_mode": 2, "threshold": 5}, "no reset: RANC cannot hold that; set reset_mode 0 or 1"),
        ({"saturate": True, "negative_threshold": 4, "threshold": 3}, "saturation at a floor"),
        ({"leak_reversal": True, "threshold": 3}, "leak reversal"),
        ({"mask_bits": 3, "threshold": 3}, "random thresholds"),
    ],
)
def test_what_ranc_cannot_hold_is_refused_by_name(tmp_path, parameters, message):
    with pytest.raises(ExportError, match=message):
        write_ranc(Exported(one_neuron(**parameters)), tmp_path)
    assert not list(tmp_path.iterdir())


def test_more_output_lines_than_a_packet_names_are_refused(tmp_path):
    build = ProgramBuilder()
    for core in (build.add_core(), build.add_core()):
        for neuron in range(256):
            build.add_output(core, neuron)
    with pytest.raises(ExportError, match=r"512 output lines; RANC numbers 256; train a network in which one core"):
        write_ranc(Exported(build.build()), tmp_path)


def wrong(tmp_path, change) -> str:
    """Spoil a good input file, and give what the reader says."""
    write_ranc(Exported(two_relays(), np.array([[True]])), tmp_path)
    network = json.loads((tmp_path / INPUT_FILE).read_text())
    change(network)
    (tmp_path / INPUT_FILE).write_text(json.dumps(network))
    with pytest.raises(ExportError) as refused:
        read_ranc([tmp_path / INPUT_FILE, tmp_path / CONFIG_FILE])
    return str(refused.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda n: n["cores"][1]["neurons"][7]["weights"].__setitem__(2, 300), "cores[1].neurons[7].weights[2]: 300"),
        (lambda n: n["cores"][0]["axons"].__setitem__(5, 4), "cores[0].axons[5]: 4: input should be less"),
        (lambda n: n["cores"][0]["connections"].pop(), "cores[0].connections: 255 rows for 256 neurons"),
        (
            lambda n: n["cores"][0]["connections"][2].append(0),
            "cores[0].connections[2]: 257 entries; the",
        ),
        (lambda n: n["cores"][0]["axons"].append(0), "cores[0].axons: 257 entries; the configuration says 256"),
        (lambda n: n["cores"][0]["neurons"][1].pop("leak"), "cores[0].neurons[1].leak: is missing"),
        (lambda n: n["cores"][1].update(coordinates=[0, 0]), "cores[1].coordinates: [0, 0] holds cores[0] already"),
        (lambda n: n["cores"][1].update(coordinates=[2, 0]), "cores[1].coordinates: [2, 0] holds the output bus"),
        (
            lambda n: n["cores"][1].update(coordinates=[7, 0]),
            "cores[1].coordinates: leads to [7, 0]; the grid is",
        ),
        (
            lambda n: n["cores"][0]["neurons"][3].update(destination_core_offset=[0, -1]),
            "cores[0].neurons[3].destination_core_offset: leads to [0, -1]; the grid is 3 x 1",
        ),
        (
            lambda n: n["cores"][1]["neurons"][3].update(destination_axon=1),
            "cores[1].neurons[3].destination_axon: output line 1; 0 .. 0 exist",
        ),
        (
            lambda n: n["packets"][0][0].update(destination_core=[2, 0]),
            "packets[0][0].destination_core: no core lies at [2, 0]",
        ),
        (
            lambda n: n["packets"][0][0].update(destination_axon=256),
            "packets[0][0].destination_axon: 256: input",
        ),
        (lambda n: n["cores"][0]["neurons"][0].update(negative_threshold=3), "negative_threshold: 3: input should be"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place_inside_it(tmp_path, change, message):
    assert message in wrong(tmp_path, change)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"reset_mode": 1, "negative_threshold": -2, "weights": [1, -1, 0, 0]}, "-2: the neuron can stand at it"),
        ({"reset_potential": 1}, "0: the neuron can stand at it"),
        ({"reset_mode": 1, "negative_threshold": -2, "weights": [1, 1, 0, 0]}, None),  # nothing pulls it down
        ({"reset_mode": 1}, None),
        ({"negative_threshold": -3, "weights": [1, -1, 0, 0]}, None),  # the same as a floor of -2 taken otherwise
    ],
)
def test_a_reset_type_is_refused_where_the_neuron_differs_under_it_and_only_there(tmp_path, change, told):
    write_ranc(Exported(two_relays()), tmp_path)
    config = json.loads((tmp_path / CONFIG_FILE).read_text()) | {"neuron_reset_type": 1}
    network = json.loads((tmp_path / INPUT_FILE).read_text())
    core = network["cores"][0]
    core["neurons"][3].update(change)
    core["connections"][3] = [1] * 256
    core["axons"] = [0, 1] * 128
    (tmp_path / CONFIG_FILE).write_text(json.dumps(config))
    (tmp_path / INPUT_FILE).write_text(json.dumps(network))
    if told is None:
        floors = read_ranc([tmp_path / INPUT_FILE, tmp_path / CONFIG_FILE]).program.neurons.negative_threshold
        assert floors[0, 3] == {-3: 2, -2: 2}.get(change.get("negative_threshold"), 0)
        return
    with pytest.raises(ExportError, match=rf"cores\[0\].neurons\[3\].negative_threshold: {told}"):
        read_ranc([tmp_path / INPUT_FILE, tmp_path / CONFIG_FILE])


def test_a_file_cut_short_is_refused(tmp_path):
    write_ranc(Exported(two_relays()), tmp_path)
    text = (tmp_path / INPUT_FILE).read_text()
    (tmp_path / INPUT_FILE).write_text(text[: len(text) // 2])
    with pytest.raises(ExportError, match=r"input.json: is not whole JSON"):
        read_ranc([tmp_path / INPUT_FILE, tmp_path / CONFIG_FILE])
    with pytest.raises(ExportError, match="cannot be read: No such file"):
        read_ranc([tmp_path / "none.json", tmp_path / CONFIG_FILE])


def test_resets_that_truenorth_cannot_hold_come_back_too(tmp_path):
    program = one_neuron(threshold=4, reset=7, negative_threshold=9, saturate=False)
    program = replace(program, neurons=replace(program.neurons, reset=np.full((1, 256), 5, np.int32)))
    again = read_ranc(write_ranc(Exported(program), tmp_path)[:2]).program
    assert again.neurons.reset[0, 0] == 5


def test_ticks_that_would_fill_the_memory_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "check_size", lambda n_bytes: check_size(n_bytes, 4_000))
    told = wrong(tmp_path, lambda network: network["packets"].extend([[]] * 4_000))
    assert "packets: 4,001 ticks of 1 lines: takes 0.0 MiB of memory, and at most 0.0 MiB are read" in told
