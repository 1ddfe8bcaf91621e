"""``spikeloom reproduce``: the paper's experiment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spikeloom.cli import console
from spikeloom.cli.options import Json, Seed, Threads

if TYPE_CHECKING:
    from spikeloom.network.learned import LearnedNetwork


_BYTES_PER_MEMBER = 30 * 2**16  # of the larger network, deployed


def reproduce_command(
    train: Annotated[
        bool, typer.Option("--train", help="Train the 30-core network here too (about a quarter of an hour).")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Train nothing: both shipped networks, 3 draws, up to 16 members.")
    ] = False,
    draws: Annotated[
        int | None,
        typer.Option("--draws", min=1, help="Fresh synapses and inputs, so many times; 10, or 3 if quick."),
    ] = None,
    members: Annotated[
        str | None, typer.Option("--members", help="Ensemble sizes; 1,4,16,64, the last not if quick.")
    ] = None,
    dataset: Annotated[str, typer.Option("--dataset", help="mnist, or a folder that holds its files.")] = "mnist",
    out: Annotated[Path, typer.Option("--out", help="Folder for results, figure and trained networks.")] = Path(
        "reproduction"
    ),
    seed: Seed = 0,
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Repeat the paper's experiment on MNIST: train, sample, run on the chip, measure; a table and a figure.

    The 5-core network is trained here, unless --quick is given; the 30-core network is the shipped one, unless --train
    is. A training that was stopped goes on where it was.
    """
    if quick and train:
        raise typer.BadParameter("trains nothing; leave --train or --quick out", param_hint="--quick")
    from spikeloom.data import load_dataset
    from spikeloom.machine import check_memory
    from spikeloom.measure.energy import PAPER_PROFILE, named_profile
    from spikeloom.report.tables import reproduction_note, reproduction_table
    from spikeloom.reproduction import NETWORKS, reproduce, reproduction_json, save_reproduction, work
    from spikeloom.writing import check_folder

    draws = draws or (3 if quick else 10)
    usual = "1,4,16" if quick else "1,4,16,64"
    ensembles = _ensembles(usual if members is None else members, draws)
    check_folder(out)
    test_set = load_dataset(dataset, "test")
    for size in ensembles:
        check_memory("--members", size, "members", _BYTES_PER_MEMBER)
    check_memory("--draws", draws, "draws", len(test_set) * test_set.n_classes * 8)
    trained = NETWORKS if train else NETWORKS[: 0 if quick else 1]
    networks = _networks(trained, out, seed, threads, dataset)
    with console.progress_bar("simulating", work(networks, ensembles, len(test_set))) as advance:
        rows = reproduce(networks, test_set, ensembles, seed=seed, threads=threads, progress=advance)
    if as_json:
        console.print_json(reproduction_json(rows))
    else:
        note = reproduction_note(rows, PAPER_PROFILE, named_profile(PAPER_PROFILE))
        console.show(reproduction_table(rows, PAPER_PROFILE), note)
    paths = save_reproduction(rows, out)
    console.note("written: " + ", ".join(str(path) for path in paths))


def _ensembles(members: str, draws: int) -> dict[int, int]:
    try:
        sizes = sorted({int(size) for size in members.split(",")})
    except ValueError:
        sizes = []
    if not sizes or sizes[0] < 1:
        raise typer.BadParameter(f"'{members}' is not a list of ensemble sizes such as 1,4,16", param_hint="--members")
    return dict.fromkeys(sizes, draws)


def _networks(trained: Sequence[str], out: Path, seed: int, threads: int, dataset: str) -> dict[str, LearnedNetwork]:
    """Load what is shipped first, so that nothing is missed after a training; then train the others."""
    from spikeloom.cli.train import train_run
    from spikeloom.reproduction import NETWORKS
    from spikeloom.training.recipe_files import load_recipe
    from spikeloom.zoo import load_network

    shipped = {name: load_network(f"zoo:{name}") for name in NETWORKS if name not in trained}
    changes = [f"seed={seed}"] if dataset == "mnist" else [f"seed={seed}", f"data.path={Path(dataset).resolve()}"]
    return {
        name: shipped.get(name) or train_run(load_recipe(name, changes), out / name, "cpu", threads)
        for name in NETWORKS
    }
