"""Programs that tests need and pip does not bring: skipped by name where they are missing, and nowhere in CI."""

from __future__ import annotations

import os
import shutil

import pytest


def needs(*programs: str) -> None:
    """Skip the test where a program is missing; fail where none may be skipped."""
    needs_tools([program for program in programs if shutil.which(program) is None])


def needs_tools(missing: list[str]) -> None:
    """Skip the test where anything is missing; fail where none may be skipped."""
    if not missing:
        return
    told = f"{', '.join(missing)}: not installed; docs/boards.md names the packages"
    if os.environ.get("SPIKELOOM_NO_SKIP"):
        pytest.fail(told)
    pytest.skip(told)
