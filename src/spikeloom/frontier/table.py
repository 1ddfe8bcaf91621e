"""The trials of a search as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.table import Table

from spikeloom.frontier.trial import Trial
from spikeloom.report.tables import microjoules, percent


def trials_table(trials: Sequence[Trial], best: Sequence[Trial]) -> Table:
    """Show trials, cheapest first and what was not judged last; those that no other beats in both are marked."""
    table = Table(title="Trials, judged on the validation split", title_justify="left", box=None)
    for heading in ("trial", "", "cores", "deployed", "energy"):
        table.add_column(heading, justify="right")
    table.add_column("changes", overflow="fold")
    numbers = {trial.number for trial in best}
    for trial in sorted(trials, key=lambda trial: trial.joules or math.inf):
        table.add_row(
            f"{trial.number}",
            "best" if trial.number in numbers else "",
            f"{trial.cores or '-'}",
            percent(trial.accuracy or 0) if trial.is_judged else "not judged",
            microjoules(trial.joules or 0) if trial.is_judged else "",
            trial.told,
        )
    return table
