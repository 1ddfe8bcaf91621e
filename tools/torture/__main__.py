"""``python -m tools.torture MINUTES``: torture for so many minutes, and print the table of docs/reliability.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tools.torture.fuzz import fuzz
from tools.torture.kills import kill_trainings, kill_writers
from tools.torture.neighbours import first_runs_at_once, limits, pipes, two_at_once
from tools.torture.row import Row, table
from tools.torture.soak import determinism, soak


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
        rows: list[Row] = fuzz(0.5 * seconds, chosen.seed, chosen.files)
        rows.append(kill_trainings(0.2 * seconds, folder, chosen.seed))
        rows.append(kill_writers(0.15 * seconds, folder, chosen.seed))
        rows += [limits(folder), pipes(folder), two_at_once(folder), first_runs_at_once(folder), determinism(folder)]
        rows += soak(0.15 * seconds)
    print(table(rows))
    faults = sum(len(row.faults) for row in rows)
    print(f"\n{faults} faults" if faults else "\nnothing was lost, and nothing fell over", file=sys.stderr)
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
