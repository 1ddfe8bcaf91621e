"""Every format says what becomes of every feature, and what it keeps only approximately is said and may be refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from programs import one_neuron, tiny_network
from spikeloom.deployment.deploy import deploy
from spikeloom.errors import ExportError
from spikeloom.export.features import FEATURES
from spikeloom.export.format import Exported, write_export
from spikeloom.export.formats import FORMATS

DOCS = Path(__file__).parents[2] / "docs" / "exchange.md"


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_says_of_every_feature_what_it_makes_of_it(name):
    assert list(FORMATS[name].support) == [feature.name for feature in FEATURES]
    assert all(how.note for how in FORMATS[name].support.values())
    assert f"`{name}`" in DOCS.read_text("utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_takes_the_same_arguments_and_leaves_a_record(name, tmp_path):
    program, form = deploy(tiny_network(coding="threshold")), FORMATS[name]
    paths = write_export(form, Exported(program, np.zeros((3, len(program.inputs)), bool)), tmp_path, exact=True)
    record = json.loads((tmp_path / "export.json").read_text())
    assert record["format"] == name
    assert {tmp_path / file for file in record["files"]} == set(paths[:-1])
    assert record["approximate"] == {}


def test_what_is_approximate_stands_in_the_record_and_exact_refuses_it(tmp_path):
    # RANC's potentials do not saturate at 20 bits as the chip's do
    exported = Exported(one_neuron(threshold=5, strengths=(1, 0, 0, 0)))
    write_export(FORMATS["ranc"], exported, tmp_path)
    record = json.loads((tmp_path / "export.json").read_text())
    assert list(record["approximate"]) == ["potentials kept from tick to tick"]
    with pytest.raises(ExportError, match="format ranc: would be approximate in potentials kept.*leave --exact out"):
        write_export(FORMATS["ranc"], exported, tmp_path / "exact", exact=True)
    assert not (tmp_path / "exact").exists()


def test_equivalent_forms_are_no_approximation(tmp_path):
    write_export(FORMATS["nir"], Exported(deploy(tiny_network())), tmp_path, exact=True)
    record = json.loads((tmp_path / "export.json").read_text())
    assert set(record["equivalent"]) == {"axon types and on/off synapses", "placement on chips"}


def test_an_option_that_a_format_does_not_have_is_refused_with_those_it_has():
    with pytest.raises(ExportError, match="format ranc-verilog: option bits: there is no such key.*potential_bits"):
        FORMATS["ranc-verilog"].chosen({"bits": 3})
    assert FORMATS["ranc-verilog"].chosen({"potential_bits": 12}).model_dump()["potential_bits"] == 12
