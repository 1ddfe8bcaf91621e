"""``spikeloom bench``: the simulator's own timings, as ratios in one run."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikeloom.cli import console
from spikeloom.cli.options import Json, Threads

if TYPE_CHECKING:
    from spikeloom.bench.simulator import Row


def bench_command(
    ranc: Annotated[
        Path | None, typer.Option("--ranc", metavar="PATH", help="RANC's simulator, to be timed beside ours.")
    ] = None,
    images: Annotated[int, typer.Option("--images", min=1, help="Test images that stream.")] = 10_000,
    cores: Annotated[int, typer.Option("--cores", min=32, help="Recurrent cores of the general work.")] = 4096,
    dataset: Annotated[str, typer.Option("--dataset", help="mnist, or a folder that holds its files.")] = "mnist",
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Time the fast simulator beside the reference, torch, SANA-FE, RANC and the limits of the machine.

    Takes about two minutes on two free processors, longer beside other work.
    """
    from spikeloom.bench.simulator import Setting, bench_rows
    from spikeloom.data import load_dataset
    from spikeloom.machine import threads_for
    from spikeloom.zoo import load_network

    test_set = load_dataset(dataset, "test").take(slice(images))
    setting = Setting(load_network("zoo:mnist-30"), test_set, threads_for(threads), ranc=ranc, cores=cores)
    console.note("this takes about two minutes on two free processors")
    rows = list(bench_rows(setting, lambda what: console.note(f"timing: {what}")))
    machine = {"processor": _processor(), "processor_cores": os.cpu_count(), "date": date.today().isoformat()}
    if as_json:
        console.print_json({"machine": machine, "rows": [asdict(row) for row in rows]})
    else:
        console.show(*_tables(rows), ", ".join(str(value) for value in machine.values()))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _multiple(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 1000 else f"{ratio:.3g}"


def _tables(rows: list[Row]) -> list[Any]:
    """Give a table for each work, with its rates and what they are multiples of."""
    from rich.table import Table

    tables = []
    for work in dict.fromkeys(row.work for row in rows):
        table = Table(title=work, title_justify="left", box=None, pad_edge=False)
        table.add_column("")
        table.add_column("rate", justify="right", no_wrap=True)
        table.add_column("times")
        for row in (row for row in rows if row.work == work):
            ratios = (f"{_multiple(ratio)} {name.replace('_', ' ')}" for name, ratio in row.ratio_to.items())
            table.add_row(row.what, f"{row.rate:,.0f} {row.unit}", ", ".join(ratios))
        tables.append(table)
    return tables
