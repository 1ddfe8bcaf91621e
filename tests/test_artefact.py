import numpy as np
import pytest
from safetensors.numpy import save_file

from spikeloom.artefact import METADATA_KEY, Format, read_artefact, read_record, write_artefact
from spikeloom.errors import ArtefactError

KIND = Format("test", 1, "spikeloom make")


def test_arrays_and_record_come_back(tmp_path):
    write_artefact(tmp_path / "a", KIND, {"x": np.arange(6).reshape(2, 3).T}, {"word": "yes", "n": 0.1})
    arrays, record = read_artefact(tmp_path / "a", KIND)
    assert arrays["x"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert record == {"format": "test", "version": 1, "word": "yes", "n": 0.1}


def test_a_foreign_safetensors_file_is_told_apart(tmp_path):
    save_file({"x": np.zeros(2)}, tmp_path / "a", metadata={"format": "pt"})
    with pytest.raises(ArtefactError, match="is a safetensors file, but spikeloom did not write it"):
        read_record(tmp_path / "a")


@pytest.mark.parametrize("record", ["[]", "{", '{"format": 3, "version": "x"}', '{"format": "test"}'])
def test_a_record_that_makes_no_sense_is_refused(tmp_path, record):
    save_file({"x": np.zeros(2)}, tmp_path / "a", metadata={METADATA_KEY: record})
    with pytest.raises(ArtefactError, match="a: "):
        read_record(tmp_path / "a")


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(ArtefactError, match="nowhere: there is no such file"):
        read_record(tmp_path / "nowhere")
    with pytest.raises(ArtefactError, match="is a folder; name a file in it"):
        read_record(tmp_path)
