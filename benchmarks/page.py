"""The page: how large its file is, how soon it answers a stroke and a resampling; and how long a report takes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from playwright.sync_api import Browser

import spikeloom as sl
from spikeloom.cli.serve import write_page
from spikeloom.report.page import write_report
from spikeloom.report.sections import Subject, sections_of
from tools.chromium import chromium

_CASES = (("mnist-5", 1), ("mnist-30", 1), ("mnist-30", 16))
_STROKE = """() => {
  const times = [];
  for (let n = 0; n < 25; n++) {
    const started = performance.now();
    page.pad.at = [60 + 6 * n, 60];
    page.pad._stroke([60 + 6 * n, 200]);
    times.push(performance.now() - started);
  }
  return times.slice(5).sort((a, b) => a - b)[10];
}"""
_RESAMPLED = """() => {
  const started = performance.now();
  page.set({ seed: page.state.seed + 1 });
  page.rebuild();
  return performance.now() - started;
}"""


def rows() -> list[dict[str, Any]]:
    """Give sizes in MB, milliseconds and seconds."""
    found: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        for name, members in _CASES:
            file = Path(folder) / f"{name}.html"
            if not file.exists():
                write_page(f"zoo:{name}", file, None, 0)
            found += _of_page(browser, file, f"page, zoo:{name} x {members}", members)
        for name in ("mnist-30", "mnist-29-bent"):
            started = perf_counter()
            subject = Subject(name, sl.load(f"zoo:{name}"), sl.data.mnist(train=False))
            write_report([(name, sections_of(subject))], Path(folder) / "report.html")
            found.append(_row(f"spikeloom report zoo:{name}", "once", perf_counter() - started, "s"))
    return found


def _of_page(browser: Browser, file: Path, work: str, members: int) -> list[dict[str, Any]]:
    page = browser.new_page()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready=true]")
    page.evaluate(f"page.set({{ members: {members} }}); page.rebuild()")
    stroke, resampled = page.evaluate(_STROKE), page.evaluate(_RESAMPLED)
    page.close()
    return [
        _row(work, "the file, any number of members", file.stat().st_size / 1e6, "MB"),
        _row(work, "stroke to answer, median of 20", stroke, "ms"),
        _row(work, "synapses sampled, and answer", resampled, "ms"),
    ]


def _row(work: str, what: str, value: float, unit: str) -> dict[str, Any]:
    return {"work": work, "what": what, "value": value, "unit": unit}
