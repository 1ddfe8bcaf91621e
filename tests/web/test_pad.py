"""The pad as people use it: mouse, keys, a finger, pictures that are opened; what is drawn is what is decided."""

import re

import numpy as np
from playwright.sync_api import expect

from pages import SEVEN, until, written
from programs import stripes, tiny_network
from spikeloom.data import mnist
from tools.chromium import draw_on_pad


def test_a_drawn_seven_is_seen_as_the_data_set_looks_and_decided(opened, digits):
    page = opened(digits)
    page.click("#clear")
    assert page.evaluate("Math.max(...page.values)") == 0
    draw_on_pad(page, SEVEN)
    assert page.inner_text("#decision").startswith("7")
    # scaled into 20 x 20 and centred by its mass, as MNIST is
    image = np.array(page.evaluate("Array.from(page.values)")).reshape(28, 28)
    rows, columns = (np.flatnonzero(image.any(axis)) for axis in (1, 0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20, 21)
    centre = [(image.sum(axis) @ np.arange(28)) / image.sum() for axis in (1, 0)]
    assert np.allclose(centre, 13.5, atol=0.75)


def test_the_keyboard_draws_too_and_delete_clears(opened, digits):
    page = opened(digits)
    page.focus("#pad")
    page.keyboard.press("Delete")
    page.keyboard.press("Space")
    for key in ("ArrowUp", "ArrowRight", "ArrowDown"):
        for _ in range(4):
            page.keyboard.press(key)
    assert page.evaluate("page.values.some((value) => value > 0)")
    page.keyboard.press("Delete")
    assert not page.evaluate("page.values.some((value) => value > 0)")


def test_a_picture_that_is_opened_is_decided(opened, digits, tmp_path):
    from PIL import Image

    image = mnist(train=False).images[0, :, :, 0]
    Image.fromarray(255 - image).resize((200, 200)).save(tmp_path / "seven.png")  # dark on light
    page = opened(digits)
    page.set_input_files("#picture", tmp_path / "seven.png")
    expect(page.locator("#example")).to_have_text("-")
    expect(page.locator("#decision")).to_have_text(re.compile("^7"))
    dark = "page.values.filter((value) => value === 0).length"
    for size in ((200, 300), (400, 600), (500, 800), (300, 200)):  # margins that end within a pixel
        paper = Image.new("L", size, 255)
        paper.paste(0, (size[0] * 3 // 8, size[1] // 5, size[0] // 2, size[1] * 4 // 5))
        paper.save(tmp_path / "bar.png")
        page.click("#clear")
        page.set_input_files("#picture", tmp_path / "bar.png")
        until(page, "page.values.some((value) => value > 0)")
        assert page.evaluate(dark) > 28 * 28 / 2


def test_a_picture_in_colour_keeps_its_colours(opened, tmp_path):
    from PIL import Image

    from spikeloom.network.topology import Topology, Windows

    topology = Topology((8, 8, 3), 3, (Windows((4, 4), (4, 4)), Windows((2, 2), (1, 1), 64)))
    page = opened(written(tmp_path, tiny_network(topology=topology), dataset=stripes(20, shape=(8, 8, 3))))
    Image.new("RGB", (80, 80), (255, 200, 255)).save(tmp_path / "pale.png")
    page.set_input_files("#picture", tmp_path / "pale.png")
    until(page, "page.state.drawing !== ''")
    assert page.evaluate("Array.from(page.values.slice(0, 3), (value) => Math.round(value * 255))") == [255, 200, 255]


def test_the_first_stroke_over_an_example_begins_on_an_empty_pad(opened, digits):
    page = opened(digits)
    draw_on_pad(page, SEVEN)
    over = page.evaluate("Array.from(page.values)")
    page.click("#clear")
    draw_on_pad(page, SEVEN)
    assert page.evaluate("Array.from(page.values)") == over


def test_a_finger_draws_without_scrolling_the_page(opened, digits):
    page = opened(digits, width=390)
    page.evaluate("document.getElementById('pad').scrollIntoView()")
    page.tap("#clear")
    box = page.locator("#pad").bounding_box()
    before = page.evaluate("scrollY")
    page.touchscreen.tap(box["x"] + 90, box["y"] + 90)
    assert page.evaluate("page.values.some((value) => value > 0)")
    assert page.evaluate("scrollY") == before
    assert page.evaluate("getComputedStyle(document.getElementById('pad')).touchAction") == "none"
