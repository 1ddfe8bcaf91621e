"""The command line: parse, call, print. Data go to stdout, progress and messages to stderr."""

from __future__ import annotations

import sys
from typing import NoReturn

INTERRUPTED = 130  # 128 and the signal, as shells have it; what typer exits with too


def main() -> None:
    """Run ``spikeloom``; exit 0 when done, 1 when the work failed with a message, 2 on wrong usage,
    3 where what a command compares is not the same, 130 on Ctrl-C.
    """
    try:
        from spikeloom.cli.app import app
        from spikeloom.errors import SpikeloomError
    except KeyboardInterrupt:
        _fail("stopped", INTERRUPTED)
    try:
        app(prog_name="spikeloom")
    except KeyboardInterrupt:
        _fail("stopped", INTERRUPTED)
    except SystemExit as stop:
        if stop.code == INTERRUPTED:
            _fail("stopped", INTERRUPTED)
        raise
    except SpikeloomError as error:
        _fail(str(error))
    except OSError as error:  # a full disk, a folder without permission
        _fail(f"{error.filename or 'system'}: {error.strerror or error}")
    except MemoryError:
        _fail("memory: there is not enough of it; take fewer members or a smaller data set")


def _fail(message: str, code: int = 1) -> NoReturn:
    print(f"spikeloom: {message}", file=sys.stderr)
    sys.exit(code)
