"""Programs in and out of other tools' formats, from the command line."""

import json
import re

import numpy as np
import pytest

from spikeloom.chip.storage import load_program, load_spikes


@pytest.fixture
def program(spikeloom, own_work):
    assert spikeloom("deploy", "learned.safetensors", "-o", "p.safetensors").code == 0
    return own_work


FILES = {
    "ranc": {"input.json", "config.json", "RANC.md", "outputs.csv", "images.csv"},
    "nscs": {"model.json", "spikes_in.sfri"},
    "sana-fe": {"architecture.yaml", "network.yaml"},
    "nir": {"graph.nir"},
}


@pytest.mark.parametrize("to", FILES)
def test_a_program_is_written_in_every_format(spikeloom, program, to):
    done = spikeloom("export", "p.safetensors", "--to", to, "-o", "out", "--dataset", "stripes.npz", "--json")
    assert done.code == 0, done.err
    assert {path.name for path in (program / "out").iterdir()} == FILES[to] | {"export.json"}  # and no part of one
    assert done.json["format"] == to


def test_verilog_memories_come_with_what_the_test_bench_compares(spikeloom, program):
    done = spikeloom("export", "p.safetensors", "--to", "ranc-verilog", "-o", "v", "--dataset", "stripes.npz")
    assert done.code == 0, done.err
    names = {path.name for path in (program / "v").iterdir()}
    assert {"csram_000.mem", "tc_005.mem", "tb_input.txt", "tb_correct.txt"} <= names


def test_rancs_files_come_back_and_give_the_same_rows_of_text(spikeloom, program):
    spikeloom("export", "p.safetensors", "--to", "ranc", "-o", "out", "--dataset", "stripes.npz")
    done = spikeloom("import", "ranc", "out/input.json", "out/config.json", "-o", "q.safetensors")
    assert done.code == 0, done.err
    assert len(load_program(program / "q.safetensors").outputs) == 255
    ticks = len(load_spikes(program / "q.spikes.safetensors"))
    printed = spikeloom("simulate", "q.safetensors", "--spikes", "q.spikes.safetensors", "--to-text", "--ticks", 13)
    rows = [line.split() for line in printed.out.splitlines()]
    assert len(rows) == 13
    assert {len(row) for row in rows} == {255}
    assert {cell for row in rows for cell in row} == {"0", "1"}
    counted = spikeloom("simulate", "q.safetensors", "--spikes", "q.spikes.safetensors", "--json")
    assert counted.json["ticks"] == ticks
    assert counted.json["spikes"] > 0


def test_nscs_and_nir_come_back(spikeloom, program):
    for to, files in (("nscs", ["out/model.json", "out/spikes_in.sfri"]), ("nir", ["out/graph.nir"])):
        spikeloom("export", "p.safetensors", "--to", to, "-o", "out", "--dataset", "stripes.npz", "--force")
        done = spikeloom("import", to, *files, "-o", f"{to}.safetensors")
        assert done.code == 0, done.err
        again = load_program(program / f"{to}.safetensors")
        first = load_program(program / "p.safetensors")
        routed = again.routes.to_cores | again.routes.to_outputs
        assert routed.sum() == (first.routes.cores != -1).sum()
        assert np.bitwise_count(again.crossbars).sum() == np.bitwise_count(first.crossbars).sum()


def test_explain_lists_every_feature_of_a_format(spikeloom):
    told = spikeloom("export", "--explain", "--to", "nir", "--json").json
    assert told["nir"]["delays above 1"]["verdict"] == "unsupported"
    assert "circles of cores" in spikeloom("export", "--explain").out


def test_nothing_but_json_goes_to_stdout_where_other_tools_run_too(spikeloom, own_work):
    done = spikeloom("drift", "learned.safetensors", "--dataset", "stripes.npz", "--images", 10, "--json")
    assert len(done.json["stages"]) > 5


def test_drift_prints_every_stage_and_writes_it(spikeloom, own_work):
    done = spikeloom("drift", "learned.safetensors", "--dataset", "stripes.npz", "--images", 10, "--out", "d.json")
    assert done.code == 0, done.err
    assert "NIR native, in nirtorch" in done.out
    stages = json.loads((own_work / "d.json").read_text())["stages"]
    assert all(not stage["spikes_differing"] for stage in stages)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["export", "p.safetensors"], 2, "give a PROGRAM and --to FORMAT"),
        (["export", "p.safetensors", "--to", "fax"], 2, "fax"),
        (
            ["export", "p.safetensors", "--to", "nir", "--set", "bits=12"],
            1,
            "bits: there is no such key",
        ),
        (["export", "p.safetensors", "--to", "ranc", "--set", "profile=native"], 1, "its options are: none"),
        (
            ["export", "p.safetensors", "--to", "nir", "--set", "profile=fax"],
            1,
            "profile = 'fax': input should be",
        ),
        (["import", "fax", "p.safetensors"], 2, "'fax' is not one of ranc"),
        (["import", "sana-fe", "p.safetensors"], 2, "'sana-fe' is written only; ranc, nscs, nir can be read"),
        (["import", "ranc", "p.safetensors"], 2, "ranc is read from INPUT CONFIG"),
        (["deploy", "learned.safetensors", "--copies", "3"], 2, "3 is not one of 1, 5, 9"),
        (["deploy", "learned.safetensors", "--ticks", "2"], 2, "2 is not one of 1, 5, 9"),
        (["import", "ranc", "p.safetensors", "p.safetensors"], 1, "is not whole JSON"),
        (["import", "nir", "none.nir"], 1, "none.nir: there is no such file"),
        (["simulate", "p.safetensors", "--spikes", "p.safetensors"], 1, "holds a chip program; a spike trains"),
        (["simulate", "p.safetensors", "--to-text"], 2, "goes with --spikes FILE"),
    ],
)
def test_wrong_usage_and_wrong_files_end_with_a_message(spikeloom, program, arguments, code, message):
    done = spikeloom(*arguments)
    assert done.code == code
    assert message in done.err


def test_a_program_that_takes_ticks_an_image_is_measured_and_told_so(spikeloom, program):
    spikeloom("deploy", "learned.safetensors", "-o", "once.safetensors")
    assert spikeloom("deploy", "learned.safetensors", "--ticks", 5, "-o", "five.safetensors").code == 0
    once, five = (
        spikeloom("simulate", name, "--dataset", "stripes.npz", "--json").json
        for name in ("once.safetensors", "five.safetensors")
    )
    assert (once["ticks_per_image"], five["ticks_per_image"]) == (1, 5)
    assert five["cores"] == once["cores"]
    assert five["energy_joules"]["truenorth-0.8V"] > 4 * once["energy_joules"]["truenorth-0.8V"]
    assert spikeloom("info", "five.safetensors", "--json").json["ticks_an_image"] == 5


def test_one_member_of_an_ensemble_is_exported_as_the_member_deployed_alone(spikeloom, program):
    spikeloom("deploy", "learned.safetensors", "--members", 3, "-o", "three.safetensors")
    refused = spikeloom("export", "three.safetensors", "--to", "ranc", "-o", "no", "--images", 0)
    assert refused.code == 1
    assert "export the members one by one, --member 0 and so on" in refused.err
    for source, folder in (("three.safetensors", "one"), ("learned.safetensors", "two")):
        done = spikeloom("export", source, "--member", 2, "--to", "ranc", "-o", folder, "--images", 0)
        assert done.code == 0, done.err
    first, second = (json.loads((program / folder / "input.json").read_text()) for folder in ("one", "two"))
    assert first["cores"][0]["connections"] == second["cores"][0]["connections"]


def test_a_program_becomes_a_page_in_one_file(spikeloom, program):
    done = spikeloom("export", "p.safetensors", "--to", "web", "--dataset", "stripes.npz", "--json")
    assert done.code == 0, done.err
    assert done.json["files"] == ["page.html"]
    assert (program / "page.html").read_text("utf-8").startswith("<!doctype html>")


def test_an_export_that_is_there_is_replaced_only_where_that_is_asked_for(spikeloom, program):
    into = ("export", "p.safetensors", "--to", "c", "-o", "out", "--images", 0)
    assert spikeloom(*into).code == 0
    refused = spikeloom(*into, "--optimise", "speed")
    assert (refused.code, "out: holds an export already; replace it with --force" in refused.err) == (1, True)
    assert '"optimise": "size"' in (program / "out/export.json").read_text()
    assert spikeloom(*into, "--optimise", "speed", "--force").code == 0
    assert '"optimise": "speed"' in (program / "out/export.json").read_text()
    page = ("export", "p.safetensors", "--to", "web", "--dataset", "stripes.npz")
    assert (spikeloom(*page).code, spikeloom(*page).code, spikeloom(*page, "--force").code) == (0, 1, 0)


def test_an_export_in_c_tells_its_name_and_its_memory(spikeloom, program):
    (program / "p.safetensors").rename(program / "3 drums.safetensors")
    told = spikeloom("export", "3 drums.safetensors", "--to", "c", "--dataset", "stripes.npz", "--json").json["told"]
    assert told[0] == "'3 drums' is named network_3_drums in C"
    assert re.match(r"synapses [\d,]+ bytes, other tables [\d,]+ bytes, state \(RAM\) [\d,]+ bytes; code", told[1])
    assert "network_3_drums_show(" in (program / "exported/c/network.h").read_text()


def test_what_a_page_does_not_take_is_refused_and_explained(spikeloom, program):
    refused = spikeloom("export", "p.safetensors", "--to", "web", "--member", "0")
    assert refused.code == 2
    assert "of the options, -o, --dataset, --seed and --force are for it" in " ".join(refused.err.split())
    explained = spikeloom("export", "--to", "web", "--explain")
    assert (explained.code, "kept exactly" in explained.out) == (0, True)
    assert "web" not in spikeloom("import", "web", "x.json").err.split("is not one of")[1]
