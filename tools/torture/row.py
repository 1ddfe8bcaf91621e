"""What a torture found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Row:
    """One line of the table.

    what : that was done
    times : how often
    faults : what should not have been, each in a line
    """

    what: str
    times: int = 0
    faults: list[str] = field(default_factory=list)

    def fault(self, told: str) -> None:
        """Keep a fault, as one line."""
        self.faults.append(" ".join(told.split())[:300])


def table(rows: Sequence[Row]) -> str:
    """Give rows as a table of Markdown, and each kind of fault below it."""
    lines = ["| what | how often | faults |", "|---|--:|--:|"]
    lines += [f"| {row.what} | {row.times:,} | {len(row.faults)} |" for row in rows]
    told = [f"{row.what}: {first}" for row in rows for first in _kinds(row.faults)]
    return "\n".join([*lines, *([""] if told else []), *told])


def _kinds(faults: Sequence[str]) -> list[str]:
    """Give the first of every kind: those that differ in numbers and temporary names alone are one."""
    firsts: dict[str, str] = {}
    for fault in faults:
        kind = re.sub(r"/tmp\S+|\(seed.*|'[^']*'|[\d\W]+", " ", fault)[:60]
        firsts.setdefault(kind, fault)
    return list(firsts.values())
