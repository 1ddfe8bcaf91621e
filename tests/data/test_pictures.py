"""Pictures as people have them: on transparency, turned, deep, of every mode; each against values told by hand."""

import numpy as np
import pytest
from PIL import Image

from spikeloom.data.pictures import read_picture, read_pictures, resized
from spikeloom.data.readers import read_image
from spikeloom.errors import DataError, SizeError
from spikeloom.interface import Preparation

# black ink, opaque where this is 255: an L
INK = np.array([[255, 0, 0], [255, 0, 0], [255, 255, 255]], np.uint8)
ON_WHITE = (255 - INK).tolist()


def black(mode: str) -> Image.Image:
    alpha, nothing = Image.fromarray(INK), Image.new("L", (3, 3), 0)
    if mode == "LA":
        return Image.merge("LA", (nothing, alpha))
    if mode == "RGBA":
        return Image.merge("RGBA", (nothing, nothing, nothing, alpha))
    palette = alpha.point(lambda value: int(value > 127)).convert("P")
    palette.putpalette([0] * 6)
    palette.info["transparency"] = 0
    return palette


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_black_ink_on_transparency_is_laid_over_white(tmp_path, mode):
    black(mode).save(tmp_path / "ink.png")
    assert read_image(tmp_path / "ink.png", (3, 3, 1))[..., 0].tolist() == ON_WHITE
    colour = read_picture(tmp_path / "ink.png", Preparation(colours="rgb"))
    assert (colour == np.array(ON_WHITE)[..., None]).all()


def test_another_background_can_be_asked_for(tmp_path):
    black("LA").save(tmp_path / "ink.png")
    assert not read_picture(tmp_path / "ink.png", Preparation(background="black")).any()
    over_grey = read_picture(tmp_path / "ink.png", Preparation(background="#808080"))
    assert over_grey.tolist() == np.where(INK, 0, 128).tolist()
    with pytest.raises(ValueError, match="a colour's name, such as white, or #rrggbb is needed"):
        Preparation(background="nothing like it")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_as_its_exif_says(tmp_path, orientation):
    upright = Image.fromarray(np.array([[0, 40, 80], [120, 160, 200]], np.uint8))
    back = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = upright if back is None else upright.transpose(back)
    stored.save(tmp_path / "photo.png", exif=exif)
    assert read_picture(tmp_path / "photo.png", Preparation()).tolist() == np.asarray(upright).tolist()


def test_sixteen_bits_are_read_as_eight_and_what_has_no_known_white_is_refused(tmp_path):
    Image.fromarray(np.array([[0, 257, 65535]], np.uint16)).save(tmp_path / "deep.png")
    assert read_picture(tmp_path / "deep.png", Preparation()).tolist() == [[0, 1, 255]]
    Image.fromarray(np.array([[0.0, 7.5]], np.float32)).save(tmp_path / "float.tiff")
    with pytest.raises(DataError, match=r"mode F with values 0 .. 7.5, whose white nobody knows; save it with 8"):
        read_picture(tmp_path / "float.tiff", Preparation())


def test_a_level_that_stands_for_transparency_does_so_in_sixteen_bits_too(tmp_path):
    deep = Image.fromarray(np.array([[0, 65535, 257 * 90]], np.uint16))
    deep.save(tmp_path / "deep.png", transparency=0)
    assert read_picture(tmp_path / "deep.png", Preparation()).tolist() == [[255, 255, 90]]


@pytest.mark.parametrize(("mode", "suffix"), [("1", "png"), ("CMYK", "tiff"), ("YCbCr", "jpg"), ("L", "jfif")])
def test_every_mode_and_suffix_that_pillow_knows_is_read(tmp_path, mode, suffix):
    white = Image.new("RGB", (4, 4), "white").convert(mode)
    kind = {"jfif": "JPEG", "jpg": "JPEG"}.get(suffix)
    white.save(tmp_path / f"white.{suffix}", format=kind)
    assert read_picture(tmp_path / f"white.{suffix}", Preparation(), channels=1).min() >= 254


def test_one_bad_file_among_many_is_named_and_grey_ones_join_colours(tmp_path):
    Image.new("L", (2, 2), 9).save(tmp_path / "grey.png")
    Image.new("RGB", (2, 2), (1, 2, 3)).save(tmp_path / "colour.png")
    (tmp_path / "bad.png").write_bytes(b"\x89PNG and no more")
    paths = [tmp_path / name for name in ("grey.png", "bad.png", "colour.png")]
    images, read, failures = read_pictures(paths, Preparation())
    assert (read, failures) == ([0, 2], [f"{tmp_path.name}/bad.png (is no picture that can be read)"])
    assert images[:, 0, 0].tolist() == [[9, 9, 9], [1, 2, 3]]


def test_postscript_is_no_picture_and_no_other_program_is_started(tmp_path, monkeypatch):
    (tmp_path / "gs").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    (tmp_path / "gs").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    (tmp_path / "a.png").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n")
    with pytest.raises(DataError, match="is no picture that can be read"):
        read_picture(tmp_path / "a.png", Preparation())
    assert not (tmp_path / "ran").exists()


def test_a_size_beyond_memory_is_refused_before_anything_is_resized():
    huge = Preparation(size=(16_384, 16_384)).size
    with pytest.raises(SizeError, match="data.size: 100,000 images of 16384 x 16384 take about"):
        resized(np.broadcast_to(np.zeros((1, 2, 2, 1), np.uint8), (100_000, 2, 2, 1)), huge)
