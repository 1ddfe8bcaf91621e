"""Fixtures for every test."""

from __future__ import annotations

import pytest

from spikeloom.simulation import BACKENDS, Simulator, simulator


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Simulator:
    """Every back end in turn."""
    return simulator(request.param)
