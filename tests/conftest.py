"""Fixtures for every test."""

from __future__ import annotations

import pytest

from spikeloom.simulation import BACKENDS


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Every back end in turn."""
    return request.param
