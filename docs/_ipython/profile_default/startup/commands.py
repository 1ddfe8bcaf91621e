"""Commands in tutorials, as ``!spikeloom ...``: shown whole and plain, and one that fails stops the page."""

import os
import subprocess
import sys

for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):  # what the kernel asks of programs
    os.environ.pop(name, None)


def system(command: str) -> None:
    """Run a command and print what it said."""
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    print(done.stderr, end="", file=sys.stderr)
    print(done.stdout, end="")
    if done.returncode:
        raise RuntimeError(f"{command}: ended with {done.returncode}")


get_ipython().system = system  # type: ignore[name-defined] # noqa: F821
