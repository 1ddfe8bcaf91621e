"""Counting bits by a pipelined tree: eight bits a group at first, then four numbers at once, a register each stage."""

from __future__ import annotations

from dataclasses import dataclass

GROUP = 8
FAN_IN = 4


@dataclass(frozen=True)
class Sum:
    """A register of the tree: its name, its highest number, and what it adds up, as Verilog."""

    name: str
    largest: int
    expression: str

    @property
    def bits(self) -> int:
        """Bits that hold it."""
        return max(self.largest.bit_length(), 1)


def stages_of(width: int) -> int:
    """Give the stages after the first that a tree over so many bits needs."""
    n, stages = -(-width // GROUP), 0
    while n > 1:
        n, stages = -(-n // FAN_IN), stages + 1
    return stages


def tree_over(name: str, source: str, first: int, width: int, stages: int) -> list[list[Sum]]:
    """Give the registers of each stage, of a tree over bits ``first ..`` of a signal; the last stage has one."""
    level = []
    for group in range(-(-width // GROUP)):
        at, n = first + group * GROUP, min(GROUP, width - group * GROUP)
        padding = f"{GROUP - n}'b0, " if n < GROUP else ""
        level.append(Sum(f"{name}_0_{group}", n, f"ones({{{padding}{source}[{at} +: {n}]}})"))
    levels = [level or [Sum(f"{name}_0_0", 0, "1'b0")]]
    for stage in range(1, stages + 1):
        below = levels[-1]
        chunks = [below[at : at + FAN_IN] for at in range(0, len(below), FAN_IN)]
        levels.append(
            [
                Sum(
                    f"{name}_{stage}_{n}",
                    sum(part.largest for part in chunk),
                    " + ".join(part.name for part in chunk),
                )
                for n, chunk in enumerate(chunks)
            ]
        )
    return levels
