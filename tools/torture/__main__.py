"""``python -m tools.torture MINUTES``: torture for so many minutes, and print the table of docs/reliability.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.torture.fuzz import fuzz
from tools.torture.guided import guided
from tools.torture.kills import kill_trainings, kill_writers
from tools.torture.neighbours import another_user, first_runs_at_once, full_disk, limits, pipes, two_at_once
from tools.torture.row import Row, table
from tools.torture.soak import determinism, soak

GUIDED_FROM = 10
"""Minutes from which readers are fuzzed by coverage too, where atheris is installed."""


def main() -> int:
    """Torture; end with 1 where anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", type=float)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--files", type=int, default=10**9, help="at most so many damaged files a reader")
    chosen = parser.parse_args()
    seconds = chosen.minutes * 60
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = []
        for row in torture(seconds, folder, chosen.seed, chosen.files):
            print(f"{row.what}: {row.times}, {len(row.faults)} faults", file=sys.stderr, flush=True)
            rows.append(row)
    print(table(rows))
    faults = sum(len(row.faults) for row in rows)
    print(f"\n{faults} faults" if faults else "\nnothing was lost, and nothing fell over", file=sys.stderr)
    return int(faults > 0)


def torture(seconds: float, folder: Path, seed: int, files: int) -> Iterator[Row]:
    """Do everything, for about so many seconds; rows come as each is done."""
    by_coverage = 0.1 * seconds if seconds >= 60 * GUIDED_FROM else 0.0
    yield from fuzz(0.5 * seconds - by_coverage, seed, files)
    if by_coverage:
        yield from guided(by_coverage)
    yield kill_trainings(0.2 * seconds, folder, seed)
    yield kill_writers(0.15 * seconds, folder, seed)
    for short in (limits, full_disk, another_user, pipes, two_at_once, first_runs_at_once, determinism):
        yield short(folder)
    yield from soak(0.15 * seconds)


if __name__ == "__main__":
    sys.exit(main())
