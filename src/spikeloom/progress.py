"""Bars of progress on stderr."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console


class Advance(Protocol):
    """Moves a progress bar by an amount and sets the text beside it."""

    def __call__(self, amount: float, detail: str = "") -> None:
        """Move on."""


def bars_are_seen() -> bool:
    """Whether stderr is a terminal or a notebook, where a bar can move."""
    console = _console()
    return console.is_terminal or console.is_jupyter


@contextmanager
def progress_bar(description: str, total: float, shown: bool = True) -> Iterator[Advance]:
    """Show a bar on stderr, and give the function that moves it."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=16),
        TaskProgressColumn(),
        TextColumn("{task.fields[detail]}"),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
    )
    with Progress(*columns, console=_console(), disable=not shown) as progress:
        task = progress.add_task(description, total=total, detail="")

        def advance(amount: float, detail: str = "") -> None:
            progress.update(task, advance=amount, detail=detail)

        yield advance


def _console() -> Console:
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False, emoji=False)
