"""From data of a user's own to a network: pictures that are drawn here, files that are read, and motion.

Pictures are of circles, squares, triangles and crosses of random size, place and colours, 32 x 32 x 3, with noise.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from spikeloom.data import load_dataset, mnist
from spikeloom.measure.evaluation import simulate
from spikeloom.measure.held_out import held_out
from spikeloom.training.fit import train
from spikeloom.training.recipe_files import load_recipe
from spikeloom.training.reporter import Silent
from spikeloom.zoo import load_network

_SIDE = 32
_Draw = Callable[[ImageDraw.ImageDraw, int, int, int, tuple[int, ...]], None]


def rows() -> list[dict[str, Any]]:
    """Give accuracies and seconds of small data, of reading many files, and of motion with and without delays."""
    return [*_pictures("300 pictures, 3 classes", 300, 3, 20), *_pictures("2,000 pictures, 4 classes", 2000, 4, 30),
            *_files(), *_motion()]  # fmt: skip


def _pictures(work: str, n: int, n_classes: int, cores: int) -> list[dict[str, Any]]:
    """Give what the three commands of the docs take and reach, as a user would run them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for split, count in (("train", n), ("test", 400)):
            draw_pictures(folder / "shapes" / split, count, n_classes, seed=int(split == "test"))
        learned = folder / "run/learned.safetensors"
        started = perf_counter()
        _spikeloom("train", folder / "shapes", "--cores", cores, "--out", folder / "run")
        _spikeloom("simulate", learned)
        _spikeloom("deploy", learned, "-o", folder / "shapes.safetensors")
        seconds = perf_counter() - started
        accuracy = simulate(load_network(str(learned))).accuracy
    what = f"train --cores {cores}, simulate, deploy"
    return [
        {"work": work, "what": what, "value": seconds, "unit": "s"},
        {"work": work, "what": "accuracy, 400 test pictures", "value": accuracy * 100, "unit": "%"},
    ]


def _files() -> list[dict[str, Any]]:
    """Give the seconds to read MNIST's training images from as many PNG files."""
    digits = mnist()
    with tempfile.TemporaryDirectory() as name:
        for number, (image, label) in enumerate(zip(digits.images[..., 0], digits.labels, strict=True)):
            place = Path(name) / "train" / str(label)
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(place / f"{number:05}.png")
        started = perf_counter()
        load_dataset(name)
        seconds = perf_counter() - started
    return [{"work": "60,000 PNG files of 28 x 28", "what": "read", "value": seconds, "unit": "s"}]


def _motion() -> list[dict[str, Any]]:
    """Give the validation accuracy of recipe `moving-10` and of the same without delays, and the test accuracy with."""
    with_delays, without = (
        train(load_recipe("moving-10", changes), reporter=Silent()) for changes in ([], ["interface.delays=[0]"])
    )
    found = {
        "with delays [0, 2], validation split": simulate(with_delays, held_out(with_delays)),
        "without delays, validation split": simulate(without, held_out(without)),
        "with delays [0, 2], test set": simulate(with_delays),
    }
    return [
        {"work": "moving-mnist, 10 cores", "what": what, "value": one.accuracy * 100, "unit": "%"}
        for what, one in found.items()
    ]


def draw_pictures(folder: Path, n: int, n_classes: int, seed: int) -> None:
    """Draw n pictures into a folder a class."""
    rng = np.random.default_rng(seed)
    for number in range(n):
        name, draw = list(_KINDS.items())[number % n_classes]
        picture = Image.new("RGB", (_SIDE, _SIDE), tuple(rng.integers(0, 90, 3).tolist()))
        radius = int(rng.integers(_SIDE // 5, _SIDE // 3))
        row, column = rng.integers(radius + 1, _SIDE - radius - 1, 2).tolist()
        draw(ImageDraw.Draw(picture), column, row, radius, tuple(rng.integers(130, 256, 3).tolist()))
        noisy = np.clip(np.asarray(picture) + rng.normal(0, 18, (_SIDE, _SIDE, 3)), 0, 255).astype(np.uint8)
        (folder / name).mkdir(parents=True, exist_ok=True)
        Image.fromarray(noisy).save(folder / name / f"{number:05}.png")


def _circle(draw: ImageDraw.ImageDraw, x: int, y: int, r: int, colour: tuple[int, ...]) -> None:
    draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)


def _square(draw: ImageDraw.ImageDraw, x: int, y: int, r: int, colour: tuple[int, ...]) -> None:
    draw.rectangle((x - r, y - r, x + r, y + r), fill=colour)


def _triangle(draw: ImageDraw.ImageDraw, x: int, y: int, r: int, colour: tuple[int, ...]) -> None:
    draw.polygon([(x, y - r), (x - r, y + r), (x + r, y + r)], fill=colour)


def _cross(draw: ImageDraw.ImageDraw, x: int, y: int, r: int, colour: tuple[int, ...]) -> None:
    draw.line((x - r, y - r, x + r, y + r), fill=colour, width=4)
    draw.line((x - r, y + r, x + r, y - r), fill=colour, width=4)


_KINDS: dict[str, _Draw] = {"circle": _circle, "square": _square, "triangle": _triangle, "cross": _cross}


def _spikeloom(*arguments: object) -> None:
    command = [sys.executable, "-m", "spikeloom", "--quiet", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True)
