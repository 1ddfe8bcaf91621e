"""The command line: parse, call, print. Data go to stdout, progress and messages to stderr."""

from __future__ import annotations

import sys
from typing import NoReturn

_INTERRUPTED = 130  # what typer exits with after Ctrl-C


def main() -> None:
    """Run ``spikeloom``; exit 0 when done, 1 when the work failed with a message, 2 on wrong usage."""
    try:
        from spikeloom.cli.app import app
        from spikeloom.errors import SpikeloomError
    except KeyboardInterrupt:
        _fail("stopped")
    try:
        app()
    except KeyboardInterrupt:
        _fail("stopped")
    except SystemExit as stop:
        if stop.code == _INTERRUPTED:
            _fail("stopped")
        raise
    except SpikeloomError as error:
        _fail(str(error))
    except OSError as error:  # a full disk, a folder without permission
        _fail(f"{error.filename or 'system'}: {error.strerror or error}")
    except MemoryError:
        _fail("memory: there is not enough of it; take fewer members or a smaller data set")


def _fail(message: str) -> NoReturn:
    print(f"spikeloom: {message}", file=sys.stderr)
    sys.exit(1)
