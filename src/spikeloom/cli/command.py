"""What every command takes beside its own options: ``--quiet``, after its name as well as before it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, get_type_hints

import typer

from spikeloom.cli import console

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no notes on stderr.")]

_QUIET = inspect.Parameter("quiet", inspect.Parameter.KEYWORD_ONLY, default=False)


def quietly(command: Callable[..., None]) -> Callable[..., None]:
    """Give the command as one that takes ``--quiet`` too."""

    @wraps(command)
    def run(*, quiet: bool, **options: Any) -> None:
        if quiet:
            console.set_quiet(True)
        command(**options)

    # typer reads options off the signature, so the one more stands there
    hints = {**get_type_hints(command, include_extras=True), "quiet": Quiet}
    named = [*inspect.signature(command).parameters.values(), _QUIET]
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [parameter.replace(annotation=hints[parameter.name]) for parameter in named]
    )
    run.__annotations__ = hints
    return run
