"""How much faster two workers do a study than one: paired runs in turn, each in a new folder.

python -m benchmarks.studies [--members 64] [--draws 10] [--rounds 3]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from spikeloom.studies.study import Study, run


def main() -> None:
    """Measure and print a table of Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="zoo:mnist-30-paper")
    parser.add_argument("--members", type=int, default=64)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    study = Study(name="bench", models=(chosen.model,), members=(chosen.members,), draws=chosen.draws, split="test")
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(chosen.rounds):
        for workers in seconds:
            seconds[workers].append(_seconds(study, workers))
    ratio = median(one / two for one, two in zip(seconds[1], seconds[2], strict=True))
    print("| study | one worker | two workers | ratio |\n|---|--:|--:|--:|")
    told = f"{chosen.members} members × {chosen.draws} draws of `{chosen.model.removeprefix('zoo:')}`"
    print(f"| {told} | {median(seconds[1]):.1f} s | {median(seconds[2]):.1f} s | {ratio:.2f} |")


def _seconds(study: Study, workers: int) -> float:
    """Give the time of a whole study: processes that start, jobs, files, the fold."""
    with tempfile.TemporaryDirectory() as folder:
        started = perf_counter()
        run(study, Path(folder), lambda *_: None, workers=workers)
        return perf_counter() - started


if __name__ == "__main__":
    main()
