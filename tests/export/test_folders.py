"""A folder holds one export: no file of an earlier one, no part of one that failed, and others stay."""

import csv
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from programs import tiny_network
from spikeloom.deployment.deploy import deploy_members, show_moved
from spikeloom.errors import ExportError
from spikeloom.export.format import RECORD_FILE, UNFINISHED, Exported, earlier_files, write_export
from spikeloom.export.formats import FORMATS
from spikeloom.measure.votes import shown_spikes
from spikeloom.simulation import run
from spikeloom.writing import PART_PREFIX


@pytest.fixture
def exported():
    program = deploy_members(tiny_network(), [1])
    values = np.random.default_rng(0).random((3, 64), np.float32)
    inputs = shown_spikes(program, values)
    return Exported(program, inputs, run(program, inputs).outputs, labels=np.array([2, 0, 1]))


def test_the_files_of_an_earlier_export_go_and_others_stay(exported, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    write_export(FORMATS["ranc-verilog"], exported, tmp_path)
    paths = write_export(FORMATS["nir"], exported, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"notes.txt", *(path.name for path in paths)}


def test_an_export_that_fails_leaves_the_folder_as_it_was(exported, tmp_path, monkeypatch):
    write_export(FORMATS["nir"], exported, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fail(_exported, folder, _options):
        (folder / "part").write_text("half")
        raise ExportError("no")

    with pytest.raises(ExportError, match="no"):
        write_export(replace(FORMATS["ranc"], write=fail), exported, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", ["../kept", "/tmp/kept", "a/../../kept", "link/kept", "link"])
def test_a_record_that_names_files_elsewhere_takes_none_away(exported, tmp_path, name):
    (tmp_path / "kept").write_text("mine")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    record = dict.fromkeys(("format", "cores", "members", "options"))
    (folder / "export.json").write_text(json.dumps({**record, "files": [name]}))
    write_export(FORMATS["nir"], exported, folder)
    assert (tmp_path / "kept").read_text() == "mine"


def test_files_of_the_users_own_are_neither_taken_away_nor_written_over(exported, tmp_path):
    (tmp_path / "export.json").write_text(json.dumps({"files": ["data.csv"]}))
    (tmp_path / "data.csv").write_text("mine")
    write_export(FORMATS["nir"], exported, tmp_path)
    assert (tmp_path / "data.csv").read_text() == "mine"
    (tmp_path / "input.json").write_text("mine")
    with pytest.raises(ExportError, match="holds input.json already, of no export; choose another folder, with -o"):
        write_export(FORMATS["ranc"], exported, tmp_path)
    assert (tmp_path / "input.json").read_text() == "mine"
    assert (tmp_path / "graph.nir").exists()


def test_a_text_names_only_files_that_were_written(exported, tmp_path):
    bare = Exported(exported.program)
    for name in ("ranc", "ranc-verilog"):
        paths = write_export(FORMATS[name], bare, tmp_path / name)
        text = (tmp_path / name / "RANC.md").read_text()
        named = set(re.findall(r"`((?:tb_)?\w+\.(?:txt|bin|csv|json))`", text)) - {"output.txt"}
        assert named <= {path.name for path in paths}, name


def test_rancs_files_say_which_line_is_which_class_member_and_image(exported, tmp_path):
    program = show_moved(exported.program, 5)
    inputs = shown_spikes(program, np.zeros((3, 64), np.float32))
    write_export(FORMATS["ranc"], replace(exported, program=program, inputs=inputs), tmp_path)
    outputs = list(csv.DictReader((tmp_path / "outputs.csv").read_text().splitlines()))
    assert [int(row["class"]) for row in outputs] == program.outputs.classes.tolist()
    assert [int(row["member"]) for row in outputs] == program.outputs.members.tolist()
    # latency 2, five ticks an image; line 1 is blank and line 2 is tick 0
    images = list(csv.DictReader((tmp_path / "images.csv").read_text().splitlines()))
    assert [(row["label"], row["first_tick_of_votes"], row["first_line"], row["last_line"]) for row in images] == [
        ("2", "1", "3", "7"),
        ("0", "6", "8", "12"),
        ("1", "11", "13", "17"),
    ]
    readme = (tmp_path / "RANC.md").read_text()
    assert f"ranc_sim input.json output.txt config.json {len(inputs) + 1}\n" in readme
    assert "grid of 6 x 1, the output bus at (5, 0)" in readme


def test_the_streaming_files_hold_the_packets_of_the_test_bench(exported, tmp_path):
    write_export(FORMATS["ranc-verilog"], exported, tmp_path)
    packets = [int(line, 2) for line in (tmp_path / "tb_input.txt").read_text().split()]
    counts = [int(line) for line in (tmp_path / "tb_num_inputs.txt").read_text().split()]
    assert np.frombuffer((tmp_path / "data.bin").read_bytes(), "<i4").tolist() == packets
    assert np.frombuffer((tmp_path / "count.bin").read_bytes(), "<i4").tolist() == counts
    assert sum(counts) == len(packets) > 0
    readme = (tmp_path / "RANC.md").read_text()
    assert "| OUTPUT_CORE_X_COORDINATE | 5 |" in readme
    assert f"| NUM_OUTPUTS | {len(exported.program.outputs)} |" in readme


def test_a_name_that_no_system_has_in_a_record_is_passed_over(exported, tmp_path):
    write_export(FORMATS["nscs"], exported, tmp_path / "out")
    record = json.loads((tmp_path / "out" / RECORD_FILE).read_text())
    (tmp_path / "out" / RECORD_FILE).write_text(json.dumps({**record, "files": ["x" * 5_000, "\0"]}))
    assert earlier_files(tmp_path / "out") == []


def test_an_export_that_was_stopped_half_way_says_so(exported, tmp_path, monkeypatch):
    folder = tmp_path / "out"
    write_export(FORMATS["nscs"], exported, folder)
    assert UNFINISHED not in json.loads((folder / RECORD_FILE).read_text())

    replace_file = Path.replace

    def stopped(path, target):
        if path.parent.name.startswith(PART_PREFIX) and target.parent == folder:  # a whole file, moved into place
            raise KeyboardInterrupt
        return replace_file(path, target)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Path, "replace", stopped)
        write_export(FORMATS["nscs"], exported, folder)
    assert json.loads((folder / RECORD_FILE).read_text())[UNFINISHED] is True
    write_export(FORMATS["nscs"], exported, folder)
    assert UNFINISHED not in json.loads((folder / RECORD_FILE).read_text())


@pytest.mark.parametrize("files", ["amodel.json", {"a": 1}, [1], [["a"]]])
def test_a_record_whose_files_are_no_names_takes_none_away(exported, tmp_path, files):
    write_export(FORMATS["nscs"], exported, tmp_path / "out")
    (tmp_path / "out" / "a").write_text("mine")
    record = json.loads((tmp_path / "out" / RECORD_FILE).read_text())
    (tmp_path / "out" / RECORD_FILE).write_text(json.dumps({**record, "files": files}))
    assert earlier_files(tmp_path / "out") == []


def test_a_link_that_leads_nowhere_is_the_users_own_all_the_same(exported, tmp_path):
    (tmp_path / "model.json").symlink_to(tmp_path / "not there")
    with pytest.raises(ExportError, match="holds model.json already"):
        write_export(FORMATS["nscs"], exported, tmp_path)
    assert (tmp_path / "model.json").is_symlink()
