"""``spikeloom simulate``, ``predict`` and ``reproduce``: run on the chip and measure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikeloom.cli import console
from spikeloom.cli.options import Backend, Draws, Json, Model, Profiles, Seed, Threads, known_backend

if TYPE_CHECKING:
    from spikeloom.chip.program import ChipProgram
    from spikeloom.measure.votes import Progress
    from spikeloom.network.learned import LearnedNetwork

_PREDICTING_MEMBERS = 16


class Split(StrEnum):
    """Parts of a data set."""

    TEST = "test"
    TRAIN = "train"


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
    dataset: Annotated[str, typer.Option("--dataset", help="mnist, a folder or an NPZ file.")] = "mnist",
    split: Annotated[Split, typer.Option("--split", help="Which part of the data set.")] = Split.TEST,
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
    profiles: Profiles = None,
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Run a data set through a program, and measure accuracy, spikes, events and energy.

    A program file keeps its synapses, and draws redraw its inputs; a learned network or zoo:NAME is sampled anew in
    each draw.
    """
    from spikeloom.chip.program import ChipProgram
    from spikeloom.data import load_dataset
    from spikeloom.measure.energy import load_profiles
    from spikeloom.measure.evaluation import interface_of_model, simulate
    from spikeloom.report.rows import result_row
    from spikeloom.report.tables import energy_note, result_table
    from spikeloom.zoo import load

    known_backend(backend)
    known_profiles = load_profiles(profiles)
    loaded = load(model)
    _refuse_members(loaded, members)
    if spikes is not None:
        _simulate_spikes(loaded, spikes, ticks, backend, threads or console.default_threads(), to_text, as_json)
        return
    if ticks is not None or to_text:
        raise typer.BadParameter("goes with --spikes FILE", param_hint="--ticks" if ticks is not None else "--to-text")
    examples = load_dataset(dataset, split.value)
    cores = loaded.n_cores if isinstance(loaded, ChipProgram) else loaded.n_cores * (members or 1)
    ticks_per_image = interface_of_model(loaded).ticks_per_image
    started = perf_counter()
    with console.progress_bar("simulating", cores * len(examples) * draws) as advance:
        result = simulate(
            loaded, examples, members, draws=draws, seed=seed, backend=backend,
            threads=threads or console.default_threads(), progress=_with_rate(advance, cores, ticks_per_image),
        )  # fmt: skip
    images_per_second = len(examples) * draws / (perf_counter() - started)
    row = result_row(result, known_profiles)
    row |= {"backend": backend, "path": result.path, "images_per_second": images_per_second}
    if as_json:
        console.print_json(row)
        return
    console.show(result_table(row, known_profiles), energy_note(known_profiles))
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
    from spikeloom.simulation import run

    if not isinstance(model, ChipProgram):
        raise typer.BadParameter("feeds a chip program; deploy the network first", param_hint="--spikes")
    given = load_spikes(file)
    n_ticks = ticks or len(given)
    inputs = np.pad(given[:n_ticks], ((0, max(n_ticks - len(given), 0)), (0, 0)))
    record = run(model, inputs, backend=backend, threads=threads)
    counts = {name: int(getattr(record, name).sum()) for name in ("spikes", "events", "hops")}
    if to_text:
        for row in record.outputs.astype(int):
            typer.echo(" ".join(map(str, row)))
    elif as_json:
        console.print_json({"ticks": n_ticks, "cores": model.n_cores, **counts, "backend": backend})
    else:
        console.show(f"{n_ticks:,} ticks: " + ", ".join(f"{count:,} {name}" for name, count in counts.items()))


def predict_command(
    model: Model,
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGE...", help="Image files or .npy arrays.", show_default=False)
    ],
    members: Annotated[
        int | None, typer.Option("--members", min=1, help="Sampled copies that vote together; 16 where not given.")
    ] = None,
    seed: Seed = 0,
    resize: Annotated[bool, typer.Option("--resize", help="Bring images to the size the network reads.")] = False,
    invert: Annotated[bool, typer.Option("--invert", help="Swap dark and light; MNIST is white on black.")] = False,
    backend: Backend = "fast",
    as_json: Json = False,
) -> None:
    """Classify your own images: class, votes, energy."""
    from spikeloom.chip.program import ChipProgram
    from spikeloom.data.datasets import as_values
    from spikeloom.data.readers import read_image
    from spikeloom.deployment.deploy import deploy
    from spikeloom.measure.energy import energy_per_image, shipped_profiles
    from spikeloom.measure.prediction import predict
    from spikeloom.measure.votes import interface_needed
    from spikeloom.zoo import load

    known_backend(backend)
    loaded = load(model)
    _refuse_members(loaded, members)
    program = loaded if isinstance(loaded, ChipProgram) else deploy(loaded, members or _PREDICTING_MEMBERS, seed)
    interface = interface_needed(program)
    values = [as_values(read_image(path, interface.value_shape, resize=resize)) for path in images]
    predictions = predict(program, [1 - image if invert else image for image in values], seed, backend=backend)
    rows = [
        {
            "image": str(path),
            "class": prediction.class_name,
            "votes": prediction.votes,
            "tied": prediction.tied,
            "energy_joules": {
                name: energy_per_image(profile, program.n_cores, interface.ticks_per_image, prediction.activity).total
                for name, profile in shipped_profiles().items()
            },
        }
        for path, prediction in zip(images, predictions, strict=True)
    ]
    if as_json:
        console.print_json({"rows": rows})
    else:
        _show_predictions(rows)


def reproduce_command(
    train: Annotated[
        bool, typer.Option("--train", help="Train the 30-core network here too (about a quarter of an hour).")
    ] = False,
    draws: Annotated[int, typer.Option("--draws", min=1, help="Fresh synapses and input spikes, so many times.")] = 10,
    members: Annotated[str, typer.Option("--members", help="Ensemble sizes.")] = "1,4,16,64",
    dataset: Annotated[str, typer.Option("--dataset", help="mnist, or a folder that holds its files.")] = "mnist",
    out: Annotated[Path, typer.Option("--out", help="Folder for results, figure and trained networks.")] = Path(
        "reproduction"
    ),
    seed: Seed = 0,
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Repeat the paper's experiment on MNIST: train, sample, run on the chip, measure; a table and a figure.

    The 5-core network is trained here; the 30-core network is the shipped one unless --train is given. A training that
    was stopped goes on where it was.
    """
    from spikeloom.data import load_dataset
    from spikeloom.measure.energy import named_profile
    from spikeloom.report.tables import reproduction_note, reproduction_table
    from spikeloom.reproduction import reproduce, save_reproduction, work

    ensembles = _ensembles(members, draws)
    test_set = load_dataset(dataset, "test")
    used_threads = threads or console.default_threads()
    networks = _networks(train, out, seed, used_threads, dataset)
    with console.progress_bar("simulating", work(networks, ensembles, len(test_set))) as advance:
        reproduction = reproduce(networks, test_set, ensembles, seed=seed, threads=used_threads, progress=advance)
    rows, profile = reproduction.rows, reproduction.profile
    if as_json:
        console.print_json({"rows": rows})
    else:
        console.show(reproduction_table(rows, profile), reproduction_note(rows, profile, named_profile(profile)))
    paths = save_reproduction(reproduction, out)
    console.note("written: " + ", ".join(str(path) for path in paths))


def _ensembles(members: str, draws: int) -> dict[int, int]:
    try:
        sizes = sorted({int(size) for size in members.split(",")})
    except ValueError:
        sizes = []
    if not sizes or sizes[0] < 1:
        raise typer.BadParameter(f"'{members}' is not a list of ensemble sizes such as 1,4,16", param_hint="--members")
    return dict.fromkeys(sizes, draws)


def _networks(train: bool, out: Path, seed: int, threads: int, dataset: str) -> dict[str, LearnedNetwork]:
    """Load what is shipped first, so that nothing is missed after a training; then train."""
    from spikeloom.cli.train import train_run
    from spikeloom.reproduction import NETWORKS
    from spikeloom.training.recipe import load_recipe
    from spikeloom.zoo import load_network

    trained = NETWORKS if train else NETWORKS[:1]
    shipped = {name: load_network(f"zoo:{name}") for name in NETWORKS if name not in trained}
    changes = [f"seed={seed}"] if dataset == "mnist" else [f"seed={seed}", f"data.path={Path(dataset).resolve()}"]
    return {
        name: shipped.get(name) or train_run(load_recipe(name, changes), out / name, "cpu", threads)
        for name in NETWORKS
    }


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


def _refuse_members(model: LearnedNetwork | ChipProgram, members: int | None) -> None:
    from spikeloom.chip.program import ChipProgram

    if isinstance(model, ChipProgram) and members is not None:
        raise typer.BadParameter("a program has the members it was deployed with", param_hint="--members")


def _show_predictions(rows: Sequence[dict[str, Any]]) -> None:
    from rich.table import Table

    from spikeloom.measure.energy import PAPER_PROFILE, named_profile
    from spikeloom.report.tables import energy_note, microjoules

    table = Table(box=None)
    for heading in ("image", "class", "votes", "then", "energy"):
        table.add_column(heading, justify="left" if heading == "image" else "right")
    for row in rows:
        first, *others = sorted(row["votes"].items(), key=lambda vote: -vote[1])
        table.add_row(
            row["image"],
            row["class"] + (" (tied)" if row["tied"] else ""),
            f"{first[1] * 100:.0f} %",
            f"{others[0][0]}: {others[0][1] * 100:.0f} %" if others else "",
            microjoules(row["energy_joules"][PAPER_PROFILE]),
        )
    console.show(table, energy_note({PAPER_PROFILE: named_profile(PAPER_PROFILE)}))
