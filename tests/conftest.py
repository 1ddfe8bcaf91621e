"""Fixtures for every test."""

from __future__ import annotations

import os

import pytest

# Two workers share the machine: a thread that waits by spinning would take the time of the other's work.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from spikeloom.simulation import BACKENDS


@pytest.fixture(autouse=True)
def one_free_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train on one thread: it is fastest for small work, and results are the same to the bit."""
    monkeypatch.setattr("spikeloom.training.threads.free_processors", lambda: 1)


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Every back end in turn."""
    return request.param
