"""A small valid file of every kind that is read, and what reads it."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spikeloom.chip.storage import load_program, load_spikes, save_program, save_spikes
from spikeloom.data import from_arrays, load_dataset
from spikeloom.deployment.deploy import deploy
from spikeloom.export.format import Exported
from spikeloom.export.formats import FORMATS
from spikeloom.frontier.search import load_space
from spikeloom.measure.energy import load_profiles
from spikeloom.measure.votes import shown_spikes
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.storage import load_learned, save_learned
from spikeloom.training.files import CHECKPOINT_FILE
from spikeloom.training.fit import train
from spikeloom.training.recipe_files import check_recipe, load_recipe
from spikeloom.training.reporter import Silent
from spikeloom.zoo.cards import card


@dataclass(frozen=True)
class Sample:
    """A kind of file: its name, the files of a valid one, which of them is damaged, and what reads them."""

    name: str
    files: dict[str, bytes]
    damaged: str
    read: Callable[[Path], Any]


def samples(folder: Path) -> list[Sample]:
    """Make a sample of every kind; `folder` is written to."""
    network, run = _trained(folder)
    program = deploy(network)
    images = np.random.default_rng(0).random((4, 64), np.float32)
    spikes = shown_spikes(program, images)
    save_learned(network, folder / "network.safetensors")
    save_program(program, folder / "program.safetensors")
    save_spikes(spikes, folder / "spikes.safetensors")
    one = "x"
    return [
        Sample("learned network", {one: _of(folder, "network.safetensors")}, one, lambda at: load_learned(at / one)),
        Sample("program", {one: _of(folder, "program.safetensors")}, one, lambda at: load_program(at / one)),
        Sample("spikes", {one: _of(folder, "spikes.safetensors")}, one, lambda at: load_spikes(at / one)),
        Sample("checkpoint", _all(run), CHECKPOINT_FILE, _resumed),
        Sample("recipe", {"x.toml": _RECIPE}, "x.toml", lambda at: load_recipe(at / "x.toml")),
        Sample("space of a search", {one: _SPACE}, one, lambda at: load_space(at / one)),
        Sample("energy profiles", {one: _PROFILE}, one, lambda at: load_profiles(at / one)),
        Sample("model card", {one: _card()}, one, lambda at: card(at / one)),
        *_foreign(folder, program, spikes),
        *_data(folder),
    ]


def _of(folder: Path, name: str) -> bytes:
    return (folder / name).read_bytes()


def _all(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def stripes() -> Any:
    """Give images of two kinds that are easy to tell apart."""
    images = np.random.default_rng(1).integers(0, 60, (40, 8, 8), dtype=np.uint8)
    labels = np.arange(40) % 2
    images[labels == 1, :4] += 180
    return from_arrays(images, labels)


def recipe(epochs: int = 2) -> Any:
    """Give a recipe for them."""
    layers = [{"window": 4, "stride": 4}, {"window": 2, "features": 64}]
    settings = {"epochs": epochs, "batch": 10}
    values = {
        "name": "x",
        "data": {"path": "x"},
        "layers": layers,
        "train": settings,
        "interface": {"coding": "threshold"},
    }
    return check_recipe(values, "of the torture")


class _Stops(Silent):
    def epoch(self, metrics: Any) -> None:
        raise KeyboardInterrupt


def _trained(folder: Path) -> tuple[LearnedNetwork, Path]:
    run = folder / "run"
    with contextlib.suppress(KeyboardInterrupt):
        train(recipe(), stripes(), run, reporter=_Stops())
    return train(recipe(), stripes(), reporter=Silent()), run


def _resumed(folder: Path) -> Any:
    return train(recipe(), stripes(), folder, threads=1, reporter=Silent())


_RECIPE = b"""name = "x"
extends = "deployed"
seed = 3
[data]
path = "x.npz"
[[layers]]
window = 4
stride = 4
[[layers]]
window = [2, 2]
[train]
learning_rate = 0.01
optimiser = { name = "sgd", momentum = 0.5 }
[augment]
shift = 1.5
"""
_SPACE = b"""recipe = "mnist-5"
[space]
"train.learning_rate" = { low = 1e-4, high = 1e-1, log = true }
"layers" = { choices = [[{ window = 16, stride = 12 }]] }
"""
_PROFILE = b"""[mine]
kind = "own"
source = "x"
joules_per_event = 1e-12
joules_per_hop = 2e-12
static_joules_per_core_tick = 1e-6
"""


def _card() -> bytes:
    from importlib import resources

    return (resources.files("spikeloom.zoo") / "mnist-5.json").read_bytes()


def _foreign(folder: Path, program: Any, spikes: np.ndarray) -> list[Sample]:
    """Give the files of other tools; of several files, each is damaged in turn."""
    found = []
    for name in ("ranc", "nscs", "nir"):
        form, place = FORMATS[name], folder / name
        place.mkdir()
        paths = form.write(Exported(program, spikes), place, form.options())[: len(form.reads)]
        files, names = {path.name: path.read_bytes() for path in paths}, [path.name for path in paths]
        for damaged in names:
            read = lambda at, form=form, names=names: form.read([at / name for name in names])  # noqa: E731
            found.append(Sample(f"{name}: {damaged}", files, damaged, read))
    return found


def _data(folder: Path) -> list[Sample]:
    """Give a data set of every kind of file."""
    import h5py
    from PIL import Image

    data = stripes()
    images, labels = data.images[..., 0], data.labels
    arrays = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    np.savez_compressed(folder / "d.npz", **arrays)
    with h5py.File(folder / "d.h5", "w") as file:
        for name, array in arrays.items():
            file[name] = array
    events = {"t": np.arange(50), "x": np.arange(50) % 8, "y": np.arange(50) % 6, "p": np.arange(50) % 2}
    np.savez(folder / "e.npz", **events)
    Image.fromarray(np.dstack([images[0]] * 3)).save(folder / "p.png")
    Image.fromarray(images[0]).save(folder / "p.jpg")
    pictures = {f"train/{label}/{n}.png": _of(folder, "p.png") for label in "ab" for n in range(2)}
    header = bytes([0, 0, 8, 3]) + np.array(images.shape, ">u4").tobytes()
    idx = {
        "train-images-idx3-ubyte.gz": gzip.compress(header + images.tobytes()),
        "train-labels-idx1-ubyte": bytes([0, 0, 8, 1, 0, 0, 0, len(labels)]) + labels.astype(np.uint8).tobytes(),
    }
    cifar = {"test_batch.bin": np.random.default_rng(0).integers(0, 10, 3073 * 4, dtype=np.uint8).tobytes()}
    cifar |= {f"data_batch_{n}.bin": cifar["test_batch.bin"] for n in range(1, 6)}
    recordings = {f"train/{label}/{n}.npz": _of(folder, "e.npz") for label in "ab" for n in range(2)}
    read: Callable[[Path], Any] = lambda at: load_dataset(at, "train")  # noqa: E731
    return [
        Sample("NPZ", {"d.npz": _of(folder, "d.npz")}, "d.npz", lambda at: load_dataset(at / "d.npz", "train")),
        Sample("HDF5", {"d.h5": _of(folder, "d.h5")}, "d.h5", lambda at: load_dataset(at / "d.h5", "train")),
        Sample("IDX images, gzipped", idx, "train-images-idx3-ubyte.gz", read),
        Sample("IDX labels", idx, "train-labels-idx1-ubyte", read),
        Sample("CIFAR-10", cifar, "test_batch.bin", lambda at: load_dataset(at, "test")),
        Sample("PNG", pictures, "train/a/0.png", read),
        Sample("JPEG", {**pictures, "train/a/0.jpg": _of(folder, "p.jpg")}, "train/a/0.jpg", read),
        Sample("events", recordings, "train/a/0.npz", read),
        Sample("JSON record of an export", {"export.json": json.dumps({"files": []}).encode()}, "export.json", _record),
    ]


def _record(folder: Path) -> Any:
    from spikeloom.export.format import _earlier_files

    return _earlier_files(folder)
