"""``python -m spikeloom.cli`` is the ``spikeloom`` command."""

from spikeloom.cli import main

main()
