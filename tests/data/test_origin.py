"""A network knows its data: they are loaded again where none are named, and told from others."""

import numpy as np
import pytest

from programs import stripes, write_idx
from spikeloom.data import load_dataset
from spikeloom.data.origin import load_origin, why_other_data
from spikeloom.errors import DataError
from spikeloom.interface import DataOrigin


def idx_folder(folder, seed=0):
    folder.mkdir()
    for prefix, images in (("train", stripes(30, seed)), ("t10k", stripes(9, seed + 1))):
        write_idx(folder / f"{prefix}-images-idx3-ubyte", images.images[..., 0])
        write_idx(folder / f"{prefix}-labels-idx1-ubyte", images.labels)
    return folder


def origin_of(folder):
    return DataOrigin(source=str(folder), fingerprint=load_dataset(folder).fingerprint)


def test_the_split_that_is_asked_for_is_loaded_again(tmp_path):
    origin = origin_of(idx_folder(tmp_path / "a"))
    assert load_origin(origin, "test") == load_dataset(tmp_path / "a", "test")
    assert load_origin(origin, "train").fingerprint == origin.fingerprint


def test_data_that_changed_in_their_place_are_told(tmp_path, caplog):
    origin = origin_of(idx_folder(tmp_path / "a"))
    load_origin(origin)
    assert not caplog.records
    other = idx_folder(tmp_path / "b", seed=3)
    (tmp_path / "a").rename(tmp_path / "c")
    other.rename(tmp_path / "a")
    load_origin(origin)
    assert "has changed since the network was trained on it" in caplog.text


@pytest.mark.parametrize(
    ("origin", "message"),
    [
        (None, "does not say what it was trained on; name data of that kind, with --dataset"),
        (DataOrigin(source=None, fingerprint="x"), "was trained on arrays, which are in no file; name data"),
        (
            DataOrigin(source="/gone", fingerprint="x"),
            "the test set of '/gone', on which the model was trained, cannot be had; name data of that kind",
        ),
    ],
)
def test_what_cannot_be_had_is_told_with_a_way_out(origin, message):
    with pytest.raises(DataError, match=message):
        load_origin(origin)


def test_other_data_are_told_from_the_same_in_another_place(tmp_path):
    here = idx_folder(tmp_path / "here")
    origin = origin_of(here)
    other = idx_folder(tmp_path / "other", seed=5)
    assert why_other_data(origin, load_dataset(here, "test")) is None
    here.rename(tmp_path / "moved")
    assert why_other_data(origin, load_dataset(tmp_path / "moved", "test")) is None
    told = why_other_data(origin, load_dataset(other, "test"))
    only_test = tmp_path / "test-only"
    only_test.mkdir()
    for part in ("images-idx3", "labels-idx1"):
        name = f"t10k-{part}-ubyte"
        (only_test / name).write_bytes((tmp_path / "moved" / name).read_bytes())
    assert why_other_data(origin, load_dataset(only_test, "test")) is None  # nobody can know
    assert told == f"the network was trained on {here}; {other} holds other data"
    # of arrays, and of networks that do not say, nobody can know
    assert why_other_data(origin, stripes(9)) is None
    assert why_other_data(None, load_dataset(other, "test")) is None
    assert np.array_equal(load_dataset(other, "test").labels, stripes(9).labels)
