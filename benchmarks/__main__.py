"""Run every benchmark, or those named, and print a row for each figure as it comes; `--json` prints JSON at the end."""

from __future__ import annotations

import json
import platform
import sys
from importlib import import_module

_ALL = (
    "startup", "training_step", "training_precision", "gaussian", "evaluation", "neighbour", "prediction", "page",
    "own_data", "boards",
)  # fmt: skip


def main(arguments: list[str]) -> None:
    """Print all rows."""
    as_json = "--json" in arguments
    names = [name for name in arguments if name != "--json"] or _ALL
    if unknown := set(names).difference(_ALL):
        sys.exit(f"benchmarks: there is no {', '.join(sorted(unknown))}; choose of {', '.join(_ALL)}")
    rows = []
    for name in names:
        found = import_module(f"benchmarks.{name}").rows()  # what another needs may be missing
        rows += found
        for row in [] if as_json else found:
            print(f"{row['work']:<58} {row['what']:<34} {row['value']:>10.4g} {row['unit']}")
    if as_json:
        print(json.dumps({"machine": platform.processor() or platform.machine(), "rows": rows}, indent=2))


main(sys.argv[1:])
