import inspect
import os
import zipfile

import h5py
import numpy as np
import pytest
from PIL import Image

from programs import stripes, write_idx
from spikeloom.data import load_dataset, mnist
from spikeloom.data.datasets import MAX_CLASSES, from_arrays, split_validation
from spikeloom.data.readers import read_image
from spikeloom.errors import DataError
from spikeloom.interface import Preparation


def test_mnist_has_torchvisions_signature_and_the_published_counts():
    assert list(inspect.signature(mnist).parameters) == ["root", "train", "transform", "target_transform", "download"]
    train, test = mnist(), mnist(train=False)
    assert (train.images.shape, test.images.shape) == ((60000, 28, 28, 1), (10000, 28, 28, 1))
    assert np.bincount(test.labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_items_pass_through_the_transforms():
    dataset = mnist(train=False, transform=lambda image: image.sum(), target_transform=lambda label: -label)
    image, label = dataset[0]
    assert (int(image), label) == (int(dataset.images[0].sum()), -7)


@pytest.mark.parametrize("shape", [(5, 9), (5, 9, 3)])
def test_a_folder_of_idx_files_with_any_size_and_channels(tmp_path, shape):
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (7, *shape), dtype=np.uint8), np.arange(7, dtype=np.uint8) % 4
    for prefix in ("train", "t10k"):
        write_idx(tmp_path / f"{prefix}-images-idx{images.ndim}-ubyte", images)
        write_idx(tmp_path / f"{prefix}-labels-idx1-ubyte", labels)
    dataset = load_dataset(tmp_path, "test")
    assert np.array_equal(dataset.images, images.reshape(7, 5, 9, -1))
    assert dataset.n_classes == 4


def test_an_npz_file_may_name_its_classes(tmp_path):
    data = stripes(9)
    np.savez(tmp_path / "d.npz", x_train=data.images, y_train=data.labels, class_names=data.class_names)
    loaded = load_dataset(tmp_path / "d.npz")
    assert loaded.class_names == ("above", "below", "middle")
    assert np.array_equal(loaded.values, data.values)


def test_a_folder_of_images_takes_its_classes_from_the_folders(tmp_path):
    for split, label, value in (("train", "cat", 10), ("train", "dog", 20), ("test", "dog", 30)):
        (tmp_path / split / label).mkdir(parents=True)
        Image.fromarray(np.full((4, 6, 3), value, np.uint8)).save(tmp_path / split / label / "1.png")
    train, test = load_dataset(tmp_path), load_dataset(tmp_path, "test")
    assert (train.value_shape, train.class_names, train.labels.tolist()) == ((4, 6, 3), ("cat", "dog"), [0, 1])
    assert (test.labels.tolist(), test.images[0, 0, 0].tolist()) == ([1], [30, 30, 30])


def test_images_of_different_sizes_are_refused_by_name(tmp_path):
    (tmp_path / "train" / "a").mkdir(parents=True)
    for name, size in (("1", 4), ("2", 5)):
        Image.fromarray(np.zeros((size, 4), np.uint8)).save(tmp_path / "train" / "a" / f"{name}.png")
    with pytest.raises(DataError, match=r"2.png: is 5 x 4; .*1.png is 4 x 4"):
        load_dataset(tmp_path)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((3, 4), np.uint8), np.zeros(3, int), r"images have shape \(3, 4\)"),
        (np.zeros((3, 4, 4), np.uint8), np.zeros(2, int), r"3 images but labels of shape \(2,\)"),
        (np.zeros((3, 4, 4), np.uint8), np.zeros(3), "labels are float64; whole numbers"),
        (np.zeros((3, 4, 4), np.uint8), np.array([0, -1, 0]), "label -1 of example 1; 0 .. 0"),
        (np.full((3, 4, 4), 2.0), np.zeros(3, int), r"values span 2.0 .. 2.0; \[0, 1\]"),
        (np.full((3, 4, 4), np.nan), np.zeros(3, int), "values span nan"),
        (np.zeros((3, 4, 4), np.int32), np.zeros(3, int), "values are int32"),
        (np.zeros((0, 4, 4), np.uint8), np.zeros(0, int), "holds no images; at least one is needed"),
        (np.ones((3, 4, 4), np.uint8), np.zeros(3, int), "values of uint8 span 1 .. 1, and 255 would be white"),
        (np.zeros((3, 4, 4), np.uint16), np.zeros(3, int), "values are uint16.*divide by the largest"),
        (np.zeros((3, 3, 8, 8)), np.zeros(3, int), "images of 3 x 8 x 8 have their channels first"),
        (np.zeros((3, 6, 2, 9, 9)), np.zeros(3, int), "images of 2 x 9 x 9 have their channels first"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(images, labels, message):
    with pytest.raises(DataError, match=message):
        from_arrays(images, labels)


def test_class_names_are_text_and_each_stands_for_one_class():
    images, labels = np.zeros((2, 4, 4), np.uint8), np.array([0, 1])
    assert from_arrays(images, labels, np.array([b"cat", b"dog"])).class_names == ("cat", "dog")
    with pytest.raises(DataError, match="class name 'cat' stands for 2 classes; give each its own"):
        from_arrays(images, labels, ["cat", "cat"])


def test_landscape_and_portrait_laid_out_channels_first_are_told_and_a_dark_part_of_a_data_set_is_no_other(caplog):
    for shape in ((2, 3, 24, 32), (2, 3, 32, 24)):
        caplog.clear()
        from_arrays(np.zeros(shape), [0, 1])
        assert f"read as 3 rows, {shape[2]} columns and {shape[3]} channels" in caplog.text
    images = np.full((4, 4, 4), 200, np.uint8)
    images[:2] = 1
    assert len(from_arrays(images, np.arange(4) % 2).take(slice(0, 2))) == 2
    caplog.clear()
    from_arrays(np.full((2, 4, 4), 16, np.uint8), [0, 1])
    assert "values of uint8 span 16 .. 16, and 255 is white" in caplog.text


def test_an_image_of_torch_reads_as_its_array_does():
    import torch

    images = torch.zeros(2, 4, 4, dtype=torch.uint8)
    images[0, 1, 2] = 200
    assert from_arrays(images, [0, 1]).images[0, 1, 2, 0] == 200


def test_labels_that_begin_at_one_are_refused_in_files_without_names(tmp_path):
    arrays = {"x_train": np.zeros((2, 4, 4), np.uint8), "y_train": np.array([1, 2])}
    np.savez(tmp_path / "one.npz", **arrays)
    with pytest.raises(DataError, match="labels begin at 1, and no example is of class 0; subtract 1"):
        load_dataset(tmp_path / "one.npz")
    np.savez(tmp_path / "named.npz", **arrays, class_names=np.array(["none", "a", "b"]))
    assert load_dataset(tmp_path / "named.npz").absent == ("none",)


def test_an_hdf5_file_reads_as_an_npz_file_does_and_links_to_elsewhere_are_not_followed(tmp_path):
    h5py = pytest.importorskip("h5py")
    data = stripes(9)
    with h5py.File(tmp_path / "d.h5", "w") as file:
        file["x_train"], file["y_train"] = data.images, data.labels
        file["class_names"] = list(data.class_names)
        file["x_test"] = h5py.ExternalLink("other.h5", "x")
        file["y_test"] = data.labels
    assert load_dataset(tmp_path / "d.h5").fingerprint == data.fingerprint
    with pytest.raises(DataError, match="'x_test' is a link to elsewhere, which is not followed"):
        load_dataset(tmp_path / "d.h5", "test")


def test_arrays_are_brought_to_another_size_and_made_grey_as_pictures_are(tmp_path):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (3, 8, 8, 3), dtype=np.uint8)
    np.savez(tmp_path / "d.npz", x_train=images, y_train=np.arange(3))
    (tmp_path / "pictures/train/0").mkdir(parents=True)
    Image.fromarray(images[0]).save(tmp_path / "pictures/train/0/a.png")
    preparation = Preparation(size=(4, 4), colours="grey")
    arrays = load_dataset(tmp_path / "d.npz", "train", preparation)
    pictures = load_dataset(tmp_path / "pictures", "train", preparation)
    assert arrays.images.shape == (3, 4, 4, 1)
    assert np.array_equal(arrays.images[:1], pictures.images)


def test_a_label_beyond_the_named_classes_is_refused():
    with pytest.raises(DataError, match="label 2 of example 1; 0 .. 1 are the classes"):
        from_arrays(np.zeros((2, 4, 4), np.uint8), np.array([0, 2]), ["a", "b"])


def test_mislabelled_idx_folders_are_refused(tmp_path):
    write_idx(tmp_path / "train-images-idx3-ubyte", np.zeros((3, 4, 4), np.uint8))
    with pytest.raises(DataError, match="has no file 'train-labels…', which belongs to this layout"):
        load_dataset(tmp_path)
    write_idx(tmp_path / "train-labels-idx1-ubyte", np.zeros(4, np.uint8))
    with pytest.raises(DataError, match=r"3 images but labels of shape \(4,\)"):
        load_dataset(tmp_path)


def test_an_npz_file_that_would_run_code_is_refused(tmp_path):
    np.savez(tmp_path / "d.npz", x_train=np.array([print], object), y_train=np.zeros(1, int))
    with pytest.raises(DataError, match="array 'x_train' holds Python objects, which spikeloom never loads"):
        load_dataset(tmp_path / "d.npz")


def test_damaged_or_incomplete_npz_files_are_refused(tmp_path):
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(DataError, match="bad.npz: is no NPZ file of plain arrays, or is cut short"):
        load_dataset(tmp_path / "bad.npz")
    np.savez(tmp_path / "half.npz", x_train=np.zeros((1, 2, 2)))
    with pytest.raises(DataError, match="has no array y_train; it holds x_train"):
        load_dataset(tmp_path / "half.npz")


def test_what_is_no_data_set_is_refused(tmp_path):
    with pytest.raises(DataError, match="is neither a known name nor a folder or file that exists; names are"):
        load_dataset(tmp_path / "nothing")
    with pytest.raises(DataError, match="holds no test set"):
        load_dataset(tmp_path, "test")


def test_the_validation_split_is_disjoint_whole_and_repeatable():
    dataset = stripes(60)
    train, validation = split_validation(dataset, 0.25, np.random.default_rng(3))
    again = split_validation(dataset, 0.25, np.random.default_rng(3))[1]
    assert (len(train), len(validation)) == (45, 15)
    rows = {image.tobytes() for image in train.images} | {image.tobytes() for image in validation.images}
    assert len(rows) == 60
    assert np.array_equal(validation.images, again.images)


def test_a_split_that_leaves_a_part_empty_is_refused():
    with pytest.raises(DataError, match="leaves a part empty"):
        split_validation(stripes(3), 0.01, np.random.default_rng(0))


def test_own_images_are_read_grey_and_resized_only_when_asked(tmp_path):
    path = tmp_path / "digit.png"
    Image.fromarray(np.full((10, 20, 3), 100, np.uint8)).save(path)
    with pytest.raises(DataError, match=r"is 10 x 20 x 1; the network reads 28 x 28 x 1; resize it, or pass --resize"):
        read_image(path, (28, 28, 1))
    assert np.unique(read_image(path, (28, 28, 1), resize=True)).tolist() == [100]
    np.save(tmp_path / "digit.npy", np.full((28, 28), 0.5))
    assert read_image(tmp_path / "digit.npy", (28, 28, 1)).shape == (28, 28, 1)


def test_a_file_that_is_no_image_is_refused(tmp_path):
    (tmp_path / "digit.png").write_bytes(b"no image")
    with pytest.raises(DataError, match="digit.png: is no picture that can be read"):
        read_image(tmp_path / "digit.png", (28, 28, 1))


def damaged_npz(path):
    np.savez_compressed(path, x_train=np.zeros((50, 8, 8), np.uint8), y_train=np.zeros(50, int))
    content = bytearray(path.read_bytes())
    content[60:90] = bytes(30)
    path.write_bytes(content)


def npz_with(**arrays):
    return lambda path: np.savez(path, **({"x_train": np.zeros((1, 2, 2)), "y_train": np.zeros(1, int)} | arrays))


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (damaged_npz, "is no NPZ file of plain arrays, or is cut short"),
        (npz_with(class_names=np.array("one")), "class names have 0 dimensions; a list of names is needed"),
        (npz_with(y_train=np.array([2**62])), "label 4611686018427387904; whole numbers from 0 to 65535"),
    ],
)
def test_hostile_npz_files_are_refused_at_once(tmp_path, write, message):
    write(tmp_path / "d.npz")
    with pytest.raises(DataError, match=message):
        load_dataset(tmp_path / "d.npz")


def test_an_npz_file_renamed_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.zeros(3))
    (tmp_path / "a.npz").rename(tmp_path / "a.npy")
    with pytest.raises(DataError, match="a.npy: cannot be read as an array"):
        read_image(tmp_path / "a.npy", (2, 2, 1))


def test_hidden_folders_are_no_classes(tmp_path):
    for name in (".ipynb_checkpoints", "cat", "dog"):
        (tmp_path / "train" / name).mkdir(parents=True)
        Image.fromarray(np.zeros((2, 2), np.uint8)).save(tmp_path / "train" / name / "1.png")
    assert load_dataset(tmp_path).class_names == ("cat", "dog")


def test_sixty_thousand_classes_are_named_at_once():
    labels = np.array([0, MAX_CLASSES - 1])
    assert from_arrays(np.zeros((2, 2, 2), bool), labels).n_classes == MAX_CLASSES


def test_names_of_more_classes_than_there_can_be_are_refused_before_they_are_read(tmp_path):
    images, labels = np.zeros((2, 4, 4), np.uint8), np.array([0, 1])
    arrays = {f"{name}_{split}": array for split in ("train", "test") for name, array in (("x", images), ("y", labels))}
    np.savez(tmp_path / "d.npz", **arrays, class_names=np.broadcast_to(np.array("", "<U1"), 10**6))
    with pytest.raises(DataError, match="1,000,000 class names; at most 65,536 classes are allowed"):
        load_dataset(tmp_path / "d.npz")
    with h5py.File(tmp_path / "d.h5", "w") as file:
        for name, array in arrays.items():
            file[name] = array
        file.create_dataset("class_names", (10**9,), "S1", chunks=True, compression="gzip")
    with pytest.raises(DataError, match="'class_names' has 1,000,000,000 names; at most 65,536 are read"):
        load_dataset(tmp_path / "d.h5")


def test_a_class_name_that_cannot_be_written_is_refused(tmp_path):
    place = tmp_path / "train" / os.fsdecode(b"b\xff")
    place.mkdir(parents=True)
    (tmp_path / "train" / "a").mkdir()
    for folder in (place, tmp_path / "train" / "a"):
        Image.new("L", (2, 2)).save(folder / "0.png")
    with pytest.raises(DataError, match="is no text that can be written as UTF-8; rename it"):
        load_dataset(tmp_path, "train")


def test_a_header_that_claims_more_than_its_file_holds_is_refused_before_memory_is_asked_for(tmp_path):
    header = b"{'descr': '|u1', 'fortran_order': False, 'shape': (34359738368,), }"
    claimed = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(64)
    (tmp_path / "i.npy").write_bytes(claimed)
    with pytest.raises(DataError, match="i.npy"):
        read_image(tmp_path / "i.npy", (8, 8, 1))
    with zipfile.ZipFile(tmp_path / "d.npz", "w") as packed:
        for name in ("x_test", "y_test", "x_train", "y_train"):
            packed.writestr(f"{name}.npy", claimed)
    with pytest.raises(DataError, match="d.npz: is no NPZ file of plain arrays, or is cut short"):
        load_dataset(tmp_path / "d.npz")
