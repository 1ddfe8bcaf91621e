"""What commands share that do jobs of a study: by whom, and a bar over what is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated

import typer

from spikeloom.cli import console
from spikeloom.progress import Advance

Workers = Annotated[
    int,
    typer.Option(
        "--workers", min=0, max=4096, help="Processes on this machine, of a thread each; 0 is this one, on all."
    ),
]
Dask = Annotated[
    str | None,
    typer.Option("--dask", metavar="tcp://HOST:PORT", help="A scheduler whose workers do the jobs instead."),
]


def check_workers(workers: int, dask: str | None) -> None:
    """Refuse both kinds of workers at once, as wrong usage."""
    if dask is not None and workers:
        raise typer.BadParameter("a cluster has workers of its own; leave it out with --dask", param_hint="--workers")


@contextmanager
def jobs_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Give what hears of jobs and shows a bar for what is being done, with the time that is left."""
    with ExitStack() as shown:
        advances: dict[str, Advance] = {}

        def hear(what: str, number: int, total: int) -> None:
            if what not in advances:
                shown.close()
                advances[what] = shown.enter_context(console.progress_bar(what, total))
                advances[what](number - 1)
            advances[what](1, f"{number:,} of {total:,} jobs")

        yield hear
