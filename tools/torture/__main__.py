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

SHARES = {"files": 0.4, "coverage": 0.1, "kills": 0.35, "neighbours": 0.0, "soak": 0.15}
"""Of the time; neighbours take a minute or two, however long the rest is."""

COVERAGE_FROM = 10 * 60
"""Seconds of all from which files are fuzzed by coverage too: in less it would hardly begin."""


def main() -> int:
    """Torture; end with 1 where anything was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("minutes", type=float)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--files", type=int, default=10**9, help="so many files a reader, in batches of 20")
    parser.add_argument("--only", choices=SHARES, help="one part, for all of the time")
    chosen = parser.parse_args()
    seconds, shares = chosen.minutes * 60, {chosen.only: 1.0} if chosen.only else SHARES
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for part, share in shares.items():
            if part == "coverage" and seconds < COVERAGE_FROM:
                continue
            for row in rows_of(part, share * seconds, Path(name), chosen.seed, chosen.files):
                print(f"{row.what}: {row.times}", *row.faults, sep="\n  ", file=sys.stderr, flush=True)
                rows.append(row)
    print(table(rows))
    faults = sum(len(row.faults) for row in rows)
    print(f"\n{faults} faults" if faults else "\nnothing was lost, and nothing fell over", file=sys.stderr)
    return int(faults > 0)


def rows_of(part: str, seconds: float, folder: Path, seed: int, files: int) -> Iterator[Row]:
    """Do one part of it; rows come as each is done."""
    if part == "files":
        yield from fuzz(seconds, seed, files)
    elif part == "coverage":
        yield from guided(seconds)
    elif part == "kills":
        yield kill_trainings(0.6 * seconds, folder, seed)
        yield kill_writers(0.4 * seconds, folder, seed)
    elif part == "neighbours":
        for short in (limits, full_disk, another_user, pipes, two_at_once, first_runs_at_once, determinism):
            yield short(folder)
    else:
        yield from soak(seconds)


if __name__ == "__main__":
    sys.exit(main())
