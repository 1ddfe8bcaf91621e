"""What commands print: results on stdout, progress and notes on stderr."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import typer

from spikeloom import progress
from spikeloom.progress import Advance

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


_TABLE_COLUMNS = 140  # where stdout is no terminal, tables take the width they need

_settings = {"quiet": False}


def set_quiet(quiet: bool) -> None:
    """Choose whether progress, notes and what the package logs are left out of stderr."""
    _settings["quiet"] = quiet
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger("spikeloom")
    logger.handlers[:] = [handler]  # one, however often a process runs the command line
    logger.setLevel(logging.WARNING if quiet else logging.INFO)


def print_json(value: Any) -> None:
    """Print one JSON value on stdout."""
    typer.echo(json.dumps(value, indent=2, allow_nan=False))


def show(*parts: RenderableType) -> None:
    """Print tables and texts on stdout."""
    out = _out()
    for part in parts:
        out.print(part)


def note(message: str) -> None:
    """Say something on stderr, unless quiet."""
    if not _settings["quiet"]:
        typer.echo(message, err=True)


def warn(message: str) -> None:
    """Say on stderr what must not be missed, quiet or not."""
    typer.echo(message, err=True)


def progress_bar(description: str, total: float) -> AbstractContextManager[Advance]:
    """Show a bar on stderr, unless quiet, and give the function that moves it."""
    return progress.progress_bar(description, total, shown=not _settings["quiet"])


def is_quiet() -> bool:
    """Whether progress and notes are left out."""
    return _settings["quiet"]


def _out() -> Console:
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = max(console.width, _TABLE_COLUMNS)
    return console
