"""Run every benchmark and print a row for each figure; `--json` prints JSON."""

from __future__ import annotations

import json
import platform
import sys

from benchmarks import evaluation, gaussian, startup, training_precision, training_step


def main() -> None:
    """Print all rows."""
    rows = [
        row
        for benchmark in (startup, training_step, training_precision, gaussian, evaluation)
        for row in benchmark.rows()
    ]
    if "--json" in sys.argv:
        print(json.dumps({"machine": platform.processor() or platform.machine(), "rows": rows}, indent=2))
        return
    for row in rows:
        print(f"{row['work']:<58} {row['what']:<34} {row['value']:>10.4g} {row['unit']}")


main()
