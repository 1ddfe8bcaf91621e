import errno
import os

import numpy as np
import pytest
from safetensors.numpy import save_file

from spikeloom import artefact
from spikeloom.artefact import Format, read_artefact, read_record, write_artefact, write_atomically
from spikeloom.errors import ArtefactError

KIND = Format("test", 1, "spikeloom make")


def test_arrays_and_record_come_back(tmp_path):
    write_artefact(tmp_path / "a", KIND, {"x": np.arange(6).reshape(2, 3).T}, {"word": "yes", "n": 0.1})
    arrays, record = read_artefact(tmp_path / "a", KIND)
    assert arrays["x"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert record == {"format": "test", "version": 1, "word": "yes", "n": 0.1}


def test_a_full_disk_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch):
    path = tmp_path / "a"
    write_atomically(path, b"old")

    def no_space(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(ArtefactError, match="a: cannot be written: No space left on device; free space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_an_interrupt_while_writing_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch):
    path = tmp_path / "a"
    write_atomically(path, b"old")

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_a_foreign_safetensors_file_is_told_apart(tmp_path):
    save_file({"x": np.zeros(2)}, tmp_path / "a", metadata={"format": "pt"})
    with pytest.raises(ArtefactError, match="is a safetensors file, but spikeloom did not write it"):
        read_record(tmp_path / "a")


@pytest.mark.parametrize("record", ["[]", "{", '{"format": 3, "version": "x"}', '{"format": "test"}'])
def test_a_record_that_makes_no_sense_is_refused(tmp_path, record):
    save_file({"x": np.zeros(2)}, tmp_path / "a", metadata={artefact.METADATA_KEY: record})
    with pytest.raises(ArtefactError, match="a: "):
        read_record(tmp_path / "a")


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(ArtefactError, match="nowhere: there is no such file"):
        read_record(tmp_path / "nowhere")
    with pytest.raises(ArtefactError, match="is a folder; name a file in it"):
        read_record(tmp_path)
