import json
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest
from safetensors.numpy import save_file

from programs import tiny_network
from spikeloom.artefact import METADATA_KEY, read_artefact
from spikeloom.errors import ArtefactError
from spikeloom.network.learned import Convention
from spikeloom.network.quantise import quantise
from spikeloom.network.storage import LEARNED, learned_record, load_learned, save_learned, save_quantised
from spikeloom.network.topology import Topology, Windows
from spikeloom.reading import BOUND

FRUGAL = resources.files("spikeloom.zoo") / "mnist-5-frugal.safetensors"


def equal(one, other) -> bool:
    arrays = zip(one.layers, other.layers, strict=True)
    return all(
        np.array_equal(getattr(a, name), getattr(b, name))
        for a, b in arrays
        for name in ("sources", "axon_types", "strengths", "probabilities", "biases")
    )


def topology_with(**changes):
    return {**learned_record(tiny_network())["topology"], **changes}


def interface_with(**changes):
    return {**learned_record(tiny_network())["interface"], **changes}


def test_a_network_comes_back_as_it_was_saved(tmp_path):
    network = tiny_network(convention=Convention(boundary=0.0, bias_rounding="trunc"))
    save_learned(network, tmp_path / "n")
    back = load_learned(tmp_path / "n")
    assert equal(back, network)
    assert (back.topology, back.interface, back.convention) == (
        network.topology,
        network.interface,
        network.convention,
    )


def test_repeated_pixels_come_back(tmp_path):
    topology = Topology((8, 8, 1), 3, (Windows((4, 4), (4, 4), repeats=2),))
    network = tiny_network(topology=topology)
    save_learned(network, tmp_path / "n")
    assert equal(load_learned(tmp_path / "n"), network)
    assert load_learned(tmp_path / "n").topology == topology


def test_eight_bits_bring_a_quantised_network_back_exactly_and_take_a_quarter(tmp_path):
    network = quantise(tiny_network())
    save_quantised(network, tmp_path / "small")
    save_learned(network, tmp_path / "large")
    assert equal(load_learned(tmp_path / "small"), network)
    assert (tmp_path / "small").stat().st_size < 0.3 * (tmp_path / "large").stat().st_size


@pytest.mark.parametrize(
    ("arrays", "record", "message"),
    [
        ({}, {"version": 9}, "learned network version 9 is newer than version 4"),
        ({}, {"topology": {"input_shape": [8, 8, 1]}}, "record of the network cannot be read"),
        ({}, {"convention": {"boundary": 0, "colour": 1}}, "record of the network cannot be read"),
        ({}, {"convention": {"bias_rounding": "up"}}, "record of the network cannot be read"),
        ({}, {"interface": None}, "has no interface; the file is damaged"),
        ({}, {"interface": {"coding": "fax"}}, "interface: coding.*the file is damaged"),
        ({}, {"version": 2}, "is older than version 4.*make it anew with: spikeloom train RECIPE"),
        ({"layers.0.probabilities": np.full((4, 256, 256), 1.5, np.float32)}, {}, "'layers.0.probabilities' spans 1.5"),
        ({"layers.0.probabilities": np.full((4, 256, 256), np.nan, np.float32)}, {}, "spans nan"),
        ({"layers.1.sources": np.full((1, 256, 1), 1024, np.int32)}, {}, "'layers.1.sources' spans 1024 .. 1024; -1"),
        ({"layers.1.sources": np.full((1, 256, 1), 7, np.int32)}, {}, "'layers.1.sources' names a neuron twice"),
        ({"layers.0.biases": np.full((4, 256), np.nan, np.float32)}, {}, "'layers.0.biases' spans nan"),
        ({}, {"training": {"log": 3}}, "log: 3: a list is needed"),
        ({}, {"training": {"log": [3]}}, "log, an epoch: 3: a table is needed"),
        ({}, {"training": {"log": [{"loss": "x"}]}}, "log: .*numbers are needed"),
        ({}, {"training": {"log": [{"loss": True}]}}, "log: .*numbers are needed"),
        ({}, {"training": {"provenance": 5}}, "provenance: 5: a table is needed"),
        ({}, {"training": {"resumed": 5}}, "resumed: 5: a list is needed"),
        ({}, {"training": {"begun": ["x"], "log": []}}, "begun: .*epochs of the log are needed"),
        ({}, {"topology": topology_with(n_classes=3.0)}, "3.0 where a whole number is needed"),
        ({}, {"topology": topology_with(input_shape=[8.0, 8, 1])}, "8.0 where a whole number is needed"),
        ({}, {"interface": interface_with(class_names=["a", "a", "b"])}, "class name 'a' stands for 2 classes"),
        ({}, {"interface": interface_with(class_names=["a", "b", "\ud800"])}, "is no text that can be written"),
        ({"layers.0.synapses": np.zeros((4, 256, 32), np.uint8)}, {}, "array 'layers.0.probabilities' that is none"),
        ({"classes": np.full(256, -1, np.int16)}, {}, "no neuron votes for class 0"),
        ({"layers.1.sources": np.full((1, 256, 1), -1, np.int32)}, {}, "'layers.1.sources' names no source"),
        ({"layers.2.biases": np.zeros(3, np.float32)}, {}, "holds an array 'layers.2.biases' that is none of its"),
        ({"layers.0.sources": np.zeros((4, 256, 0), np.int32)}, {}, "'layers.0.sources' has no room for a source"),
        ({"layers.0.biases": np.zeros((4, 255), np.float32)}, {}, "'layers.0.biases' is float32 of shape"),
    ],
)  # fmt: skip
def test_a_damaged_network_is_refused_by_part(tmp_path, arrays, record, message):
    save_learned(tiny_network(), tmp_path / "n")
    old_arrays, old_record = read_artefact(tmp_path / "n", LEARNED)
    save_file(old_arrays | arrays, tmp_path / "n", metadata={METADATA_KEY: json.dumps(old_record | record)})
    with pytest.raises(ArtefactError, match=message):
        load_learned(tmp_path / "n")


def test_certain_synapses_are_kept_as_bits_and_come_back(tmp_path):
    network = tiny_network()
    certain = replace(
        network, layers=tuple(replace(one, probabilities=np.round(one.probabilities)) for one in network.layers)
    )
    save_quantised(certain, tmp_path / "bits")
    arrays, _ = read_artefact(tmp_path / "bits", LEARNED)
    assert arrays["layers.0.synapses"].shape == (4, 256, 32)
    again = load_learned(tmp_path / "bits")
    for one, other in zip(again.layers, certain.layers, strict=True):
        assert np.array_equal(one.probabilities, other.probabilities)


def test_a_topology_that_its_arrays_do_not_hold_is_refused_before_its_windows_are_walked(tmp_path):
    save_learned(tiny_network(), tmp_path / "a")
    arrays, record = read_artefact(tmp_path / "a", LEARNED)
    record["topology"]["input_shape"] = [40_000, 40_000, 1]
    save_file(arrays, tmp_path / "a", metadata={METADATA_KEY: json.dumps(record)})
    with pytest.raises(ArtefactError, match="layer 1 of 10000 x 10000 cores"):
        load_learned(tmp_path / "a")


def test_bits_that_unpack_beyond_the_bound_are_refused(tmp_path, monkeypatch):
    monkeypatch.setenv(BOUND, str(0.5 / 1024))  # 0.5 MiB: the file has less, five cores of floating point more
    with pytest.raises(ArtefactError, match="of memory, and at most 0.5 MiB are read; set SPIKELOOM_MAX_GIB"):
        load_learned(FRUGAL)
    monkeypatch.setenv(BOUND, str(0.01 / 1024))
    with pytest.raises(ArtefactError, match="at most 0.0 MiB are read"):
        load_learned(FRUGAL)
