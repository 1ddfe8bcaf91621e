"""The command line: parse, call, print. Data go to stdout, progress and messages to stderr."""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import NoReturn

INTERRUPTED = 130  # 128 and the signal, as shells have it; what typer exits with too


def main() -> None:
    """Run ``spikeloom``; exit 0 when done, 1 when the work failed with a message, 2 on wrong usage,
    3 where what a command compares is not the same, 130 on Ctrl-C and SIGTERM.
    """
    _take_any_name()
    _check_folder()
    try:
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGINT, _stop)
        from spikeloom.errors import SpikeloomError
        from spikeloom.machine import check_address_space
    except KeyboardInterrupt:
        _fail("stopped", INTERRUPTED)
    try:
        check_address_space()  # before libraries are loaded that ask for it
        from spikeloom.cli.app import app

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
    except UnicodeEncodeError as error:  # a name of odd bytes, on its way into a text
        odd = ascii(error.object[max(error.start - 40, 0) : error.end + 40])
        _fail(f"name ...{odd}...: is no UTF-8, and cannot be written into a file; rename it")
    except MemoryError:
        _fail("memory: there is not enough of it; take fewer members or a smaller data set")


def _stop(number: int, frame: object) -> NoReturn:
    """End work where the system or the user asks to stop, so that it says how to go on; at once when asked again."""
    for again in (signal.SIGINT, signal.SIGTERM):
        signal.signal(again, _end)
    raise KeyboardInterrupt


def _end(number: int, frame: object) -> NoReturn:
    """End without unwinding: libraries that are stopped while they stop would say more than a line."""
    os.write(2, b"spikeloom: stopped\n")
    os._exit(INTERRUPTED)


def _check_folder() -> None:
    """Refuse to run where the folder is gone: libraries below would end the process."""
    try:
        os.getcwd()
    except OSError:
        _fail("folder: the one that this is run in is gone; change into another")


def _take_any_name() -> None:
    """Let names of files be printed that are no UTF-8, their odd bytes as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _fail(message: str, code: int = 1) -> NoReturn:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C, while we are ending anyway
    from spikeloom.errors import one_line

    print(f"spikeloom: {one_line(message)}", file=sys.stderr)
    sys.exit(code)
