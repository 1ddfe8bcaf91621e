"""A small valid file of every kind that is read, and what reads it."""

from __future__ import annotations

import contextlib
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.chip.storage import load_program, load_spikes, save_program, save_spikes
from spikeloom.data import from_arrays, load_dataset
from spikeloom.data.events import frames_of, read_recording
from spikeloom.data.readers import read_image
from spikeloom.deployment.deploy import deploy
from spikeloom.export.format import RECORD_FILE, Exported, earlier_files, write_export
from spikeloom.export.formats import FORMATS
from spikeloom.frontier.space import load_space
from spikeloom.measure.energy import load_profiles
from spikeloom.measure.votes import shown_spikes
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.storage import load_learned, save_learned
from spikeloom.simulation import run
from spikeloom.training.files import BEST_FILE, CHECKPOINT_FILE, METRICS_FILE
from spikeloom.training.fit import train
from spikeloom.training.recipe_files import check_recipe, load_recipe, with_data
from spikeloom.training.reporter import Silent
from spikeloom.web.serve import read_metrics
from spikeloom.zoo.cards import card

_TICKS = 4  # that a program is run for


@dataclass(frozen=True)
class Sample:
    """A kind of file: its name, the files of a valid one, which of them is damaged, and what reads them."""

    name: str
    files: dict[str, bytes]
    damaged: str
    read: Callable[[Path], Any]


def samples(folder: Path) -> list[Sample]:
    """Make a sample of every kind; `folder` is written to."""
    network, checkpointed = _trained(folder)
    program = deploy(network)
    _runs(program)  # compiles the simulator, which processes forked from this one then have
    images = np.random.default_rng(0).random((4, 64), np.float32)
    spikes = shown_spikes(program, images)
    save_learned(network, folder / "network.safetensors")
    save_program(program, folder / "program.safetensors")
    save_spikes(spikes, folder / "spikes.safetensors")
    run = _all(checkpointed)
    return [
        _single("learned network", _of(folder, "network.safetensors"), lambda at: _runs(deploy(load_learned(at)))),
        _single("program", _of(folder, "program.safetensors"), lambda at: _runs(load_program(at))),
        _single("spikes", _of(folder, "spikes.safetensors"), load_spikes),
        Sample("checkpoint", run, CHECKPOINT_FILE, _resumed),
        Sample("best network of a training", run, BEST_FILE, _resumed),
        Sample("metrics of a training", run, METRICS_FILE, lambda at: (read_metrics(at), _resumed(at))),
        _single("recipe", _RECIPE, lambda at: with_data(load_recipe(str(at)), None).topology((8, 8, 1), 2), "x.toml"),
        _single("space of a search", _SPACE, load_space),
        _single("energy profiles", _PROFILE, load_profiles),
        _single("model card", _card(), card),
        _single("record of an export", _record(folder, program), lambda at: earlier_files(at.parent), RECORD_FILE),
        *_foreign(folder, program, spikes),
        *_data(folder),
    ]


def _runs(program: ChipProgram) -> None:
    """Run what was read: compiled loops trust that everything in it was checked."""
    spikes = np.zeros((_TICKS, len(program.inputs)), bool)
    spikes[0] = True
    run(program, spikes, threads=1)


def _single(name: str, content: bytes, read: Callable[[Path], Any], file: str = "x") -> Sample:
    """Give the sample of what is one file."""
    return Sample(name, {file: content}, file, lambda at: read(at / file))


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
    settings = {"epochs": epochs, "batch": 10, "patience": epochs}
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
            read = lambda at, form=form, names=names: _runs(form.read([at / name for name in names]).program)  # noqa: E731
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
    np.save(folder / "i.npy", images[0])
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
        _single("array of an image", _of(folder, "i.npy"), lambda at: read_image(at, (8, 8, 1)), "x.npy"),
        _single("recording in bits", bytes(range(50)), lambda at: frames_of(read_recording(at), (99, 99), 4), "x.bin"),
    ]


def _record(folder: Path, program: ChipProgram) -> bytes:
    write_export(FORMATS["nir"], Exported(program), folder / "exported")
    return (folder / "exported" / RECORD_FILE).read_bytes()
