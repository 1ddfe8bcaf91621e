"""Time this checkout beside another one: ``python -m benchmarks.against PATH`` runs both benches in turn, twice.

A change that is meant to change nothing leaves every ratio at 1, give or take the noise that the two rounds show.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROUNDS = 2


def main() -> None:
    """Print the best rate of both for every row of ``spikeloom bench``, and their ratio."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    checkouts = {"other": Path(sys.argv[1]), "this": Path(__file__).parents[1]}
    best: dict[tuple[str, str], dict[str, float]] = {}
    for _ in range(ROUNDS):
        for name, folder in checkouts.items():
            for row in _bench(folder):
                rates = best.setdefault((row["work"], row["what"]), {})
                rates[name] = max(rates.get(name, 0.0), row["rate"])
    for (work, what), rates in best.items():
        if len(rates) == len(checkouts):
            ratio = rates["this"] / rates["other"]
            print(f"{work:<72} {what:<34} {rates['other']:>12,.0f} {rates['this']:>12,.0f} {ratio:>6.2f}")


def _bench(checkout: Path) -> list[dict[str, Any]]:
    environment = {**os.environ, "PYTHONPATH": str(checkout.resolve() / "src")}
    # whatever the checkout: some have no spikeloom.__main__
    command = [sys.executable, "-c", "from spikeloom.cli import main; main()", "--quiet", "bench", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    rows: list[dict[str, Any]] = json.loads(done.stdout)["rows"]
    return rows


if __name__ == "__main__":
    main()
