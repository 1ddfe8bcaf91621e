"""``spikeloom predict``: your own images."""

from __future__ import annotations

from collections.abc import Sequence
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikeloom.cli import console
from spikeloom.cli.options import Backend, Json, Model, Seed, known_backend, preparation_of, refuse_members
from spikeloom.errors import DataError

if TYPE_CHECKING:
    import numpy as np

    from spikeloom.chip.program import ChipProgram
    from spikeloom.interface import Interface
    from spikeloom.measure.energy import Energy, Profile
    from spikeloom.measure.prediction import Prediction

_MOSTLY_LIGHT = 0.5


def predict_command(
    model: Model,
    images: Annotated[
        list[str],
        typer.Argument(
            metavar="IMAGE...", help="Pictures, recordings, .npy arrays, folders, patterns.", show_default=False
        ),
    ],
    members: Annotated[
        int | None,
        typer.Option("--members", min=1, help="Sampled copies that vote together; 16 by default, 1 where none differ."),
    ] = None,
    seed: Seed = 0,
    resize: Annotated[bool, typer.Option("--resize", help="Bring images to the size the network reads.")] = False,
    invert: Annotated[bool, typer.Option("--invert", help="Swap dark and light; MNIST is white on black.")] = False,
    background: Annotated[
        str | None, typer.Option("--background", metavar="COLOUR", help="Under transparent pictures; white by default.")
    ] = None,
    backend: Backend = "fast",
    as_json: Json = False,
) -> None:
    """Classify your own images: class, votes, energy. Files that cannot be read are named at the end."""
    from spikeloom.measure.energy import shipped_profiles
    from spikeloom.measure.prediction import predict, program_to_predict
    from spikeloom.measure.votes import interface_needed
    from spikeloom.report.rows import energy_columns
    from spikeloom.zoo import load

    known_backend(backend)
    loaded = load(model)
    refuse_members(loaded, members)
    program = program_to_predict(loaded, members, seed)
    interface = interface_needed(program)
    profiles = shipped_profiles()
    paths, values, failures = _readable(_files(images), interface, resize, background)
    if not invert and prepared_like_mnist(interface) and any(float(image.mean()) > _MOSTLY_LIGHT for image in values):
        console.note("an image is mostly light, and MNIST is light on dark: --invert swaps them")
    shown = [1 - image if invert else image for image in values]
    predictions = predict(program, shown, seed=seed, backend=backend)
    rows = [
        {
            "image": str(path),
            "class": prediction.class_name,
            "votes": prediction.votes,
            "tied": prediction.tied,
            **energy_columns({name: _energy(profile, program, prediction) for name, profile in profiles.items()}),
        }
        for path, prediction in zip(paths, predictions, strict=True)
    ]
    size = {"members": len(program.members), "cores": program.n_cores}
    if as_json:
        console.print_json({**size, "rows": rows, "not_read": failures})
    else:
        _show_predictions(rows, **size)
    if failures:
        told = f"{len(failures)} of {len(paths) + len(failures)} files were not read:"
        console.warn("\n  ".join([told, *failures]))


def _files(named: list[str]) -> list[Path]:
    """Give the files that names, folders and patterns stand for, each once."""
    from spikeloom.data.folders import files_below

    found: list[Path] = []
    for name in named:
        path = Path(name)
        if path.is_dir():
            found += files_below(path)
        elif not path.exists() and any(letter in name for letter in "*?["):
            found += sorted(Path(match) for match in glob(name, recursive=True) if Path(match).is_file())
        else:
            found.append(path)
    if not found:
        raise DataError(f"{', '.join(named)}: holds no files; name pictures, a folder of them, or a pattern")
    return list(dict.fromkeys(found))


def _readable(
    paths: list[Path], interface: Interface, resize: bool, background: str | None
) -> tuple[list[Path], list[np.ndarray], list[str]]:
    """Give the files that can be read, what they hold, and why the others cannot; DataError where none can."""
    from spikeloom.data.datasets import as_values
    from spikeloom.data.readers import read_image

    prepared = interface.preparation
    if background is not None:
        prepared = preparation_of(None, None, background=background, like=prepared)
    read: list[Path] = []
    values, failures = [], []
    for path in paths:
        try:
            image = read_image(
                path, interface.value_shape, interface.frames.n_frames, resize=resize, preparation=prepared
            )
        except DataError as error:
            failures.append(str(error))
            continue
        read.append(path)
        values.append(as_values(image))
    if not read:
        raise DataError(failures[0])
    return read, values, failures


def prepared_like_mnist(interface: Interface) -> bool:
    """Whether a network was trained on MNIST, whose digits are light on dark."""
    return interface.data is not None and interface.data.source == "mnist"


def _energy(profile: Profile, program: ChipProgram, prediction: Prediction) -> Energy:
    from spikeloom.measure.energy import energy_per_image
    from spikeloom.measure.votes import interface_needed

    done, ticks = prediction.activity, interface_needed(program).period
    counted = (done.events_per_image, done.hops_per_image, done.crossings_per_image)
    return energy_per_image(profile, program.n_cores, ticks, *counted)


def _show_predictions(rows: Sequence[dict[str, Any]], members: int, cores: int) -> None:
    from rich.table import Table

    from spikeloom.measure.energy import PAPER_PROFILE, named_profile
    from spikeloom.notebook import plural
    from spikeloom.report.tables import energy_note, microjoules

    size = f"{plural(members, 'member')}, {plural(cores, 'core')}: votes and energy are of all together"
    table = Table(title=size, title_justify="left", box=None, pad_edge=False)
    for heading in ("image", "class", "votes", "then", "energy", "static/events/hops %"):
        table.add_column(heading, justify="left" if heading == "image" else "right", overflow="fold")
    for row in rows:
        first, *others = sorted(row["votes"].items(), key=lambda vote: -vote[1])
        table.add_row(
            row["image"],
            row["class"] + (" (tied)" if row["tied"] else ""),
            f"{first[1] * 100:.0f} %",
            f"{others[0][0]}: {others[0][1] * 100:.0f} %" if others else "",
            microjoules(row["energy_joules"][PAPER_PROFILE]),
            "/".join(f"{share * 100:.0f}" for share in row["energy_shares"][PAPER_PROFILE].values()),
        )
    console.show(table, energy_note({PAPER_PROFILE: named_profile(PAPER_PROFILE)}))
