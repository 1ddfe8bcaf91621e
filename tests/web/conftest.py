"""A headless Chromium for the page's tests, and pages in it that notice what they print and whom they ask."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import spikeloom as sl
from pages import HOSTILE, written
from spikeloom.data import mnist
from tools.chromium import MISSING, chromium, found_chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium that lies on the machine."""
    if found_chromium() is None:
        if os.environ.get("SPIKELOOM_NO_SKIP"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with chromium() as browser:
        yield browser


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Give a function that opens an address; afterwards nothing was printed, and no request left for elsewhere."""
    contexts, told, asked = [], [], []

    def open_page(address: str | Path, width: int = 1300, height: int = 900, scheme: str = "light") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=width < 500
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address.as_uri() if isinstance(address, Path) else address)
        page.wait_for_selector("html[data-ready=true]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert told == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:", "http://127.0.0.1"))] == []


@pytest.fixture(scope="module")
def engine(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with nothing but the chip in it: its functions are on ``window.engine``."""
    from spikeloom.web.bundle import script

    file = tmp_path_factory.mktemp("engine") / "engine.html"
    file.write_text(f"<!doctype html><script type=module>{script('engine.js')}\nwindow.engine = engine;</script>")
    page = browser.new_page()
    page.goto(file.as_uri())
    page.wait_for_function("window.engine !== undefined")
    yield page
    page.close()


@pytest.fixture(scope="session")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of five cores that read digits, with 300 of the test set in it."""
    return written(
        tmp_path_factory.mktemp("digits"), sl.load("zoo:mnist-5"), HOSTILE, mnist(train=False).take(slice(300))
    )


@pytest.fixture(scope="session")
def oscillators(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of a program that was built by hand: eight neurons that spike on their own, and eight that they feed."""
    build = sl.ProgramBuilder()
    cores = build.add_core(), build.add_core()
    for neuron in range(8):
        build.set_neuron(cores[0], neuron, strengths=(3, 0, 0, 0), leak=1, threshold=4 + neuron, saturate=True)
        build.connect(cores[0], neuron, neuron)
        build.route(cores[0], neuron, cores[1], neuron, 2)
        build.set_neuron(cores[1], neuron, strengths=(1, 0, 0, 0), threshold=1, saturate=True)
        build.connect(cores[1], neuron, neuron)
        build.add_output(cores[1], neuron)
    build.add_input([(cores[0], 0)])
    return written(tmp_path_factory.mktemp("hand"), build.build(), "oscillators")
