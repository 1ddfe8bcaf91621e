"""Picture files as arrays: turned upright, laid over a background, 8 bits a channel, of one size and one kind."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spikeloom.data.many import read_many
from spikeloom.errors import DataError
from spikeloom.interface.preparation import Preparation
from spikeloom.machine import check_memory
from spikeloom.reading import check_regular, check_size

if TYPE_CHECKING:
    from PIL.Image import Image

_GREY_MODES = ("1", "L", "LA", "La", "I;16", "I;16B", "I;16L", "I;16N", "I", "F")
_FORMATS = (
    "AVIF",
    "BMP",
    "DIB",
    "GIF",
    "ICO",
    "JPEG",
    "JPEG2000",
    "PCX",
    "PNG",
    "PPM",
    "QOI",
    "SGI",
    "TGA",
    "TIFF",
    "WEBP",
)  # not those by which Pillow calls other programs: PostScript is code
_DEEP = 65_535  # white of 16 bits
_BAR_FROM = 2_000  # pictures: fewer are read in a second
_COLOURS, _GREY = 3, 1
_BYTES_PER_PIXEL = 32  # that reading takes at most, of 16 bits: the picture, floating point, its paper, both together
PICTURE_MAX = 2**30
"""Bytes of memory that one picture may take: 5,792 x 5,792 pixels."""


def read_picture(path: Path, preparation: Preparation, channels: int | None = None) -> np.ndarray:
    """Read a picture as (rows, columns) or (rows, columns, 3) uint8.

    Parameters
    ----------
    channels : int, optional
        1 for grey, 3 for colour; by default as the preparation says, or as it is.

    Raises
    ------
    DataError
        If it is no picture, or one whose values have no known white.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        check_regular(path)
        with warnings.catch_warnings(), Image.open(path, formats=_FORMATS) as opened:
            warnings.simplefilter("ignore")  # Pillow's remarks on odd tags of a file that it can read
            check_size(_BYTES_PER_PIXEL * opened.width * opened.height, PICTURE_MAX)
            image = _eight_bits(ImageOps.exif_transpose(opened), path)
            flat = _laid_over(image, preparation.background)
            converted = flat.convert("L" if _is_grey(flat, preparation, channels) else "RGB")
    except UnidentifiedImageError as error:
        raise DataError(f"{path}: is no picture that can be read") from error
    except (DataError, MemoryError):
        raise
    except OSError as error:
        raise DataError(f"{path}: {_told(error)}") from error
    except Exception as error:  # Pillow's readers raise whatever a damaged file makes them
        raise DataError(f"{path}: cannot be read as a picture: {error}") from error
    if preparation.size is not None:
        rows, columns = preparation.size
        converted = converted.resize((columns, rows), Image.Resampling.BILINEAR)
    return np.asarray(converted)


def _told(error: OSError) -> str:
    """Say in our words what the system or a bound refuses, and in Pillow's what it does."""
    return error.strerror or f"cannot be read as a picture: {error}"


def resized(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Bring arrays (n, rows, columns, 1 or 3) uint8 to another size, as pictures are."""
    from PIL import Image

    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] not in (_GREY, _COLOURS):
        raise DataError(
            f"data.size: arrays of {images.dtype} {images.shape}; images of uint8 with 1 or 3 channels can be brought "
            "to another size: do so before, or leave it out"
        )
    check_memory("data.size", len(images), f"images of {size[0]} x {size[1]}", 2 * size[0] * size[1] * images.shape[-1])
    flat = images[..., 0] if images.shape[-1] == _GREY else images
    smaller = [Image.fromarray(image).resize(size[::-1], Image.Resampling.BILINEAR) for image in flat]
    return np.stack([np.asarray(image) for image in smaller]).reshape(len(images), *size, images.shape[-1])


def recoloured(images: np.ndarray) -> np.ndarray:
    """Give colour images (n, rows, columns, 3) uint8 as grey ones (n, rows, columns, 1), as pictures are made grey."""
    from PIL import Image

    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] != _COLOURS:
        raise DataError(
            f"data.colours: arrays of {images.dtype} {images.shape}; images of uint8 with 3 channels can be made grey"
        )
    return np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in images])[..., None]


def read_pictures(paths: Sequence[Path], preparation: Preparation) -> tuple[np.ndarray, list[int], list[str]]:
    """Read many pictures of one size, grey ones among colours as colours.

    Returns
    -------
    (n_read, rows, columns, channels) uint8, the places of those that were read, and why each other could not be

    Raises
    ------
    DataError
        If their sizes differ and none is asked for.
    """
    if preparation.size is not None:
        rows, columns = preparation.size
        check_memory("data.size", len(paths), f"pictures of {rows} x {columns}", 2 * rows * columns * _COLOURS)
    found = read_many(paths, lambda path: read_picture(path, preparation), _BAR_FROM)
    return _stacked(found.values, [paths[place] for place in found.places]), found.places, found.failures


def _stacked(images: list[np.ndarray], paths: list[Path]) -> np.ndarray:
    sizes = [image.shape[:2] for image in images]
    for path, size in zip(paths, sizes, strict=True):
        if size != sizes[0]:
            raise DataError(
                f"{path}: is {size[0]} x {size[1]}; {paths[0]} is {sizes[0][0]} x {sizes[0][1]}; all must agree: bring "
                "them to one size with --size ROWSxCOLUMNS, or data.size in the recipe"
            )
    if not images:
        return np.zeros((0, 1, 1, 1), np.uint8)
    channels = max(image.ndim for image in images)  # 2 where all are grey
    if channels == 2:
        return np.stack(images)[..., None]
    return np.stack([image if image.ndim == channels else np.repeat(image[..., None], _COLOURS, 2) for image in images])


def _is_grey(image: Image, preparation: Preparation, channels: int | None) -> bool:
    if channels is not None:
        return channels == _GREY
    if preparation.colours != "kept":
        return preparation.colours == "grey"
    return image.mode in _GREY_MODES or (image.mode == "P" and _has_no_colour(image))


def _has_no_colour(image: Image) -> bool:
    red, green, blue = image.convert("RGB").split()
    return red.tobytes() == green.tobytes() == blue.tobytes()


def _laid_over(image: Image, background: str) -> Image:
    """Give the picture on its paper; one without transparency stays as it is."""
    from PIL import Image as pillow

    if image.mode not in ("RGBA", "RGBa", "LA", "La", "PA") and "transparency" not in image.info:
        return image
    ink = image.convert("RGBA")
    paper = pillow.new("RGBA", ink.size, background)
    laid = pillow.alpha_composite(paper, ink)
    # grey ink on grey paper stays grey, so that a data set of such pictures has one channel
    grey = image.mode in (*_GREY_MODES, "P", "PA") and _has_no_colour(laid)
    return laid.convert("L" if grey else "RGB")


def _eight_bits(image: Image, path: Path) -> Image:
    """Give a picture of 16 or 32 bits a channel with 8."""
    from PIL import Image as pillow

    if not image.mode.startswith(("I", "F")):
        return image
    values = np.asarray(image).astype(np.float64)
    low, high = values.min(initial=0), values.max(initial=0)
    if image.mode == "F" or not (low >= 0 and high <= _DEEP):
        raise DataError(
            f"{path}: has mode {image.mode} with values {low:g} .. {high:g}, whose white nobody knows; save it with 8 "
            "or 16 bits a channel, or as a .npy array of floating point in [0, 1]"
        )
    made = pillow.fromarray(np.rint(values * (255 / _DEEP)).astype(np.uint8))
    clear = image.info.get("transparency")  # a level that stands for none
    if isinstance(clear, int):
        made.info["transparency"] = round(clear * 255 / _DEEP)
    return made
