"""How long the command line takes to say what it can do."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from benchmarks.timing import timed_in_turn


def rows() -> list[dict[str, Any]]:
    """Give the seconds of ``spikeloom --help``."""
    (seconds,) = timed_in_turn(_help, rounds=7)
    return [{"work": "spikeloom --help", "what": "median of 7", "value": seconds, "unit": "s"}]


def _help() -> None:
    subprocess.run([sys.executable, "-m", "spikeloom", "--help"], check=True, capture_output=True)
