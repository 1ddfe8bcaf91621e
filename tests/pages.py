"""Pages of models for tests that look at them, and what such tests often ask of one."""

import time

from spikeloom.web.bundle import page_html
from spikeloom.web.facts import facts_of
from spikeloom.web.payload import payload

HOSTILE = "<img src=x onerror=alert(1)>&\"'"
"""A name that is markup, which a page shows as text."""

SEVEN = [(0.2, 0.2), (0.8, 0.2), (0.4, 0.9)]
"""Corners of a stroke on the pad."""


def written(folder, model, title="a page", dataset=None):
    file = folder / "page.html"
    file.write_text(page_html(title, payload(model, *facts_of(model, title, dataset)), "made in a test"))
    return file


def until(page, holds):
    """Wait for an expression; Playwright's own way asks for a policy that the page does not have."""
    end = time.monotonic() + 60  # a busy machine is no fault of the page
    while not page.evaluate(holds):
        assert time.monotonic() < end, holds
        page.wait_for_timeout(20)


def votes(page):
    return page.evaluate("Array.from(page.trace.votes)")
