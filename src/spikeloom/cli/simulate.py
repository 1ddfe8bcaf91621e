"""``spikeloom simulate``: run on the chip and measure."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from spikeloom import __version__
from spikeloom.cli import console
from spikeloom.cli.options import (
    Backend,
    Data,
    Draws,
    Json,
    Model,
    Part,
    Profiles,
    Seed,
    SplitShown,
    Threads,
    data_shown,
    known_backend,
    refuse_members,
)

if TYPE_CHECKING:
    from spikeloom.chip.program import ChipProgram
    from spikeloom.measure.votes import Progress
    from spikeloom.network.learned import LearnedNetwork


def simulate_command(
    model: Model,
    members: Annotated[
        int | None,
        typer.Option(
            "--members", min=1, help="Sampled copies that vote together; 1 where not given; not for a program."
        ),
    ] = None,
    draws: Draws = 1,
    seed: Seed = 0,
    dataset: Data = None,
    split: SplitShown = Part.TEST,
    backend: Backend = "fast",
    spikes: Annotated[
        Path | None, typer.Option("--spikes", metavar="FILE", help="Spike trains to feed a program in place of images.")
    ] = None,
    ticks: Annotated[
        int | None,
        typer.Option("--ticks", min=1, help="With --spikes: ticks to run; all of them by default."),
    ] = None,
    to_text: Annotated[
        bool, typer.Option("--to-text", help="With --spikes: print output lines as 0 and 1, a row a tick.")
    ] = False,
    per_image: Annotated[
        Path | None,
        typer.Option("--per-image", metavar="FILE", help="Also write what draw 0 decided of every image, as CSV."),
    ] = None,
    classes: Annotated[
        bool, typer.Option("--classes", help="Also show which classes were taken for which, and each one's accuracy.")
    ] = False,
    profiles: Profiles = None,
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Run a data set through a program, and measure accuracy, spikes, events and energy.

    A program file keeps its synapses, and draws redraw its inputs; a learned network or zoo:NAME is sampled anew in
    each draw.
    """
    from spikeloom.chip.program import ChipProgram
    from spikeloom.measure.by_image import by_image
    from spikeloom.measure.energy import load_profiles
    from spikeloom.measure.evaluation import draws_that_differ, interface_of_model, simulate
    from spikeloom.report.rows import measurement_row
    from spikeloom.report.tables import confusion_table, energy_note, result_table
    from spikeloom.writing import check_place, write_atomically
    from spikeloom.zoo import load

    known_backend(backend)
    if per_image is not None:
        check_place(per_image)
    known_profiles = load_profiles(profiles)
    loaded = load(model)
    refuse_members(loaded, members)
    if spikes is not None:
        _simulate_spikes(loaded, spikes, ticks, backend, threads, to_text, as_json)
        return
    if ticks is not None:
        message = "goes with --spikes FILE; to show each image for several ticks, deploy --ticks"
        raise typer.BadParameter(message, param_hint="--ticks")
    if to_text:
        raise typer.BadParameter("goes with --spikes FILE", param_hint="--to-text")
    examples = data_shown(loaded, dataset, split)
    cores = loaded.n_cores if isinstance(loaded, ChipProgram) else loaded.n_cores * (members or 1)
    ticks_per_image = interface_of_model(loaded).period
    started = perf_counter()
    with console.progress_bar("simulating", cores * len(examples) * draws_that_differ(loaded, draws)) as advance:
        result = simulate(
            loaded, examples, members, draws=draws, seed=seed, backend=backend,
            threads=threads, progress=_with_rate(advance, cores, ticks_per_image),
        )  # fmt: skip
    images_per_second = len(examples) * result.draws / (perf_counter() - started)
    row = measurement_row(result, known_profiles)
    row |= {
        "dataset": examples.source,
        "split": split.value,
        "model": model,
        "seed": seed,
        "version": __version__,
        "backend": backend,
        "path": result.path,
        "images_per_second": images_per_second,
    }
    if per_image is not None:
        each = by_image(loaded, examples, members, seed=seed, backend=backend, threads=threads)
        write_atomically(per_image, each.to_csv().encode())
    if as_json:
        console.print_json(row)
        return
    console.show(result_table(result, known_profiles), energy_note(known_profiles))
    if classes:
        console.show(confusion_table(result, interface_of_model(loaded).class_names))
    if per_image is not None:
        console.show(f"written to {per_image}")
    console.note(f"{_rate(images_per_second, ticks_per_image)}, {backend} back end, {result.path} path")


def _simulate_spikes(
    model: LearnedNetwork | ChipProgram,
    file: Path,
    ticks: int | None,
    backend: str,
    threads: int,
    to_text: bool,
    as_json: bool,
) -> None:
    """Feed a program spike trains, and print its output lines or what it did."""
    import numpy as np

    from spikeloom.chip.program import ChipProgram
    from spikeloom.chip.storage import load_spikes
    from spikeloom.machine import check_memory
    from spikeloom.simulation import run
    from spikeloom.simulation.base import COUNTS

    if not isinstance(model, ChipProgram):
        raise typer.BadParameter("feeds a chip program; deploy the network first", param_hint="--spikes")
    given = load_spikes(file)
    n_ticks = ticks or len(given)
    check_memory("--ticks", n_ticks, "ticks", 2 * (given.shape[1] + len(model.outputs)))
    inputs = np.pad(given[:n_ticks], ((0, max(n_ticks - len(given), 0)), (0, 0)))
    record = run(model, inputs, backend=backend, threads=threads)
    counts = {name: int(getattr(record, name).sum()) for name in COUNTS}
    if to_text:
        for row in record.outputs.astype(int):
            typer.echo(" ".join(map(str, row)))
    elif as_json:
        console.print_json({"ticks": n_ticks, "cores": model.n_cores, **counts, "backend": backend})
    else:
        console.show(f"{n_ticks:,} ticks: " + ", ".join(f"{count:,} {name}" for name, count in counts.items()))


def _with_rate(advance: console.Advance, cores: int, ticks_per_image: int) -> Progress:
    """Give a progress that shows images a second beside the bar; it hears of images times cores."""
    started, shown = perf_counter(), 0.0

    def progress(amount: int) -> None:
        nonlocal shown
        shown += amount / cores
        advance(amount, _rate(shown / (perf_counter() - started), ticks_per_image))

    return progress


def _rate(images_per_second: float, ticks_per_image: int) -> str:
    from spikeloom.chip.limits import TICK_SECONDS

    times_real_time = images_per_second * ticks_per_image * TICK_SECONDS
    return f"{images_per_second:,.0f} images/s, {times_real_time:,.2g} x real time"
