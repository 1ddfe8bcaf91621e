"""What commands print: results on stdout, progress and notes on stderr."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import typer

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


class Advance(Protocol):
    """Moves a progress bar by an amount and sets the text beside it."""

    def __call__(self, amount: float, detail: str = "") -> None:
        """Move on."""


_TABLE_COLUMNS = 140  # where stdout is no terminal, tables take the width they need

_settings = {"quiet": False}


def set_quiet(quiet: bool) -> None:
    """Choose whether progress and notes are left out."""
    _settings["quiet"] = quiet


def print_json(value: Any) -> None:
    """Print one JSON value on stdout."""
    typer.echo(json.dumps(value, indent=2, allow_nan=False))


def show(*parts: RenderableType) -> None:
    """Print tables and texts on stdout."""
    out = _console(stderr=False)
    for part in parts:
        out.print(part)


def show_log() -> None:
    """Say on stderr, unless quiet, what the package's modules log."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger("spikeloom")
    logger.handlers[:] = [handler]  # one, however often a process runs the command line
    logger.setLevel(logging.WARNING if _settings["quiet"] else logging.INFO)


def note(message: str) -> None:
    """Say something on stderr, unless quiet."""
    if not _settings["quiet"]:
        typer.echo(message, err=True)


def note_table(table: RenderableType) -> None:
    """Show a table on stderr, unless quiet."""
    if not _settings["quiet"]:
        _console(stderr=True).print(table)


def warn(message: str) -> None:
    """Say on stderr what must not be missed, quiet or not."""
    typer.echo(message, err=True)


@contextmanager
def progress_bar(description: str, total: float) -> Iterator[Advance]:
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
    with Progress(*columns, console=_console(stderr=True), disable=_settings["quiet"]) as progress:
        task = progress.add_task(description, total=total, detail="")

        def advance(amount: float, detail: str = "") -> None:
            progress.update(task, advance=amount, detail=detail)

        yield advance


def default_threads() -> int:
    """Give the processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _console(stderr: bool) -> Console:
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not console.is_terminal and not stderr:
        console.width = max(console.width, _TABLE_COLUMNS)
    return console
