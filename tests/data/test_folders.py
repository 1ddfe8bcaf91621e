"""Folders as people and operating systems leave them."""

import logging

import numpy as np
import pytest
from PIL import Image

from spikeloom.data import load_dataset
from spikeloom.errors import DataError


def picture(path, value=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((2, 2), value, np.uint8)).save(path, format="JPEG" if path.suffix == ".jfif" else "PNG")


def test_pictures_a_folder_deeper_and_of_any_suffix_belong_to_their_class(tmp_path):
    for place, name in enumerate(("a/1.png", "a/sub/deeper/2.PNG", "b/3.jfif", "b/4.dat")):
        picture(tmp_path / "train" / name, place)
    data = load_dataset(tmp_path)
    assert (data.class_names, data.labels.tolist()) == (("a", "b"), [0, 0, 1, 1])


def test_what_operating_systems_leave_behind_is_passed_over_in_silence(tmp_path, caplog):
    picture(tmp_path / "train/a/1.png")
    for name in ("train/a/._1.png", "train/a/Thumbs.db", "train/a/.DS_Store", "train/__MACOSX/a/1.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(bytes.fromhex("00051607") + bytes(100))
    with caplog.at_level(logging.WARNING):
        assert load_dataset(tmp_path).class_names == ("a",)
    assert caplog.messages == []


def test_one_line_names_what_is_left_out_and_the_classes_without_pictures(tmp_path, caplog):
    for name in ("a/1.png", "b/1.png"):
        picture(tmp_path / "train" / name)
    (tmp_path / "train/b/notes.txt").write_text("no picture")
    (tmp_path / "train/empty").mkdir()
    with caplog.at_level(logging.WARNING):
        data = load_dataset(tmp_path)
    assert data.class_names == ("a", "b")
    (line,) = caplog.messages
    assert line.endswith(
        "left out 1 of its files: b/notes.txt (is no picture that can be read); no examples of class empty"
    )


def test_a_class_that_only_the_test_set_has_is_refused_by_name(tmp_path):
    picture(tmp_path / "train/a/1.png")
    picture(tmp_path / "test/z/1.png")
    with pytest.raises(DataError, match="class z has no example in .*train; a have"):
        load_dataset(tmp_path, "test")


def test_a_folder_of_which_nothing_can_be_read_is_refused(tmp_path):
    (tmp_path / "train/a").mkdir(parents=True)
    (tmp_path / "train/a/1.png").write_bytes(b"nothing")
    with pytest.raises(DataError, match=r"none of 1 files can be read, first a/1.png \(is no picture"):
        load_dataset(tmp_path)


@pytest.mark.parametrize("layout", ["train-images.idx3-ubyte", "train-images-idx3-ubyte/train-images-idx3-ubyte"])
def test_mnist_as_other_places_lay_it_out(tmp_path, layout):
    from programs import write_idx

    images = np.full((2, 3, 3), 7, np.uint8)
    labels = layout.replace("images", "labels").replace("idx3", "idx1")
    for name, values in ((layout, images), (labels, images[:, 0, 0])):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_idx(tmp_path / name, values)
    assert load_dataset(tmp_path).images.shape == (2, 3, 3, 1)


def test_a_class_without_training_pictures_does_not_lose_its_test_pictures_in_silence(tmp_path):
    picture(tmp_path / "train/a/1.png")
    (tmp_path / "train/b").mkdir()
    picture(tmp_path / "test/b/1.png")
    with pytest.raises(DataError, match="class b has no example in .*train; a have"):
        load_dataset(tmp_path, "test")
