"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spikeloom.cli import console

if TYPE_CHECKING:
    from spikeloom.chip.program import ChipProgram
    from spikeloom.data import Dataset
    from spikeloom.interface import Preparation
    from spikeloom.network.learned import LearnedNetwork

Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
DIFFERS = 3  # exit code: the work was done, and what was compared is not the same
_DIGITS_MAX = 10  # of a side: Python reads no number of thousands of them
SEED_MAX = 2**32 - 1  # the hash that draws the inputs has 32 bits

Seed = Annotated[
    int,
    typer.Option(
        "--seed",
        min=0,
        max=SEED_MAX,
        help="Root of every random draw; draw 0 is that of SEED itself.",
    ),
]
Members = Annotated[int, typer.Option("--members", min=1, help="Sampled copies that vote together.")]
Draws = Annotated[int, typer.Option("--draws", min=1, help="Repetitions with fresh random draws.")]
Threads = Annotated[int, typer.Option("--threads", min=0, help="Processor cores to use; 0 takes all that it may.")]
Model = Annotated[
    str, typer.Argument(metavar="MODEL", help="A learned network, a chip program, or zoo:NAME.", show_default=False)
]
Data = Annotated[
    str | None,
    typer.Option(
        "--dataset",
        help="A known name, a folder or a file; by default the data that the model was trained on.",
        show_default=False,
    ),
]
Backend = Annotated[
    str, typer.Option("--backend", help="fast (compiled) or reference (NumPy, tick by tick).", metavar="NAME")
]
Size = Annotated[
    str | None,
    typer.Option("--size", metavar="ROWSxCOLUMNS", help="Bring pictures to this size; of recordings the sensor's."),
]
Colours = Annotated[
    str | None, typer.Option("--colours", metavar="grey|rgb", help="Make all pictures grey, or all of three colours.")
]
Frames = Annotated[
    int | None, typer.Option("--frames", min=1, help="That recordings of events are cut into.", show_default=False)
]
Profiles = Annotated[
    Path | None, typer.Option("--profiles", metavar="FILE", help="A TOML file of further energy profiles.")
]


def model_of(source: str) -> LearnedNetwork | ChipProgram:
    """Give what a run folder trained, a file holds or a name stands for."""
    from spikeloom.training.files import LEARNED_FILE
    from spikeloom.zoo import load

    learned = Path(source) / LEARNED_FILE
    return load(learned if learned.is_file() else source)


class Part(StrEnum):
    """Parts of a data set."""

    TEST = "test"
    TRAIN = "train"
    VALIDATION = "validation"


SplitShown = Annotated[
    Part,
    typer.Option("--split", help="Which images: to choose between networks take validation, held out in training."),
]


def data_shown(model: LearnedNetwork | ChipProgram, named: str | None, part: Part = Part.TEST) -> Dataset:
    """Give a part of the data that are named, or else of those the model was trained on, and say which."""
    from spikeloom.measure.evaluation import interface_of_model, shown_data
    from spikeloom.measure.held_out import held_out

    if part is Part.VALIDATION:
        dataset = held_out(model, named)  # which refuses a program
        console.note(f"data: what the model's recipe held out of the training set of {dataset.source}")
        return dataset
    dataset = shown_data(interface_of_model(model), named, "test" if part is Part.TEST else "train")
    own = ", on whose training set the model was trained" if named is None else ""
    console.note(f"data: the {part.value} set of {dataset.source}{own}")
    return dataset


def preparation_of(
    size: str | None,
    colours: str | None,
    frames: int | None = None,
    background: str | None = None,
    like: Preparation | None = None,
) -> Preparation:
    """Give what is done to data when they are read, of what the command line says of it; all else is `like` another."""
    from pydantic import ValidationError

    from spikeloom.interface import Preparation
    from spikeloom.kinds import described

    said: dict[str, object] = {
        "size": None if size is None else sides(size), "colours": colours, "ticks": frames, "background": background
    }  # fmt: skip
    below = {} if like is None else like.model_dump()
    try:
        return Preparation.model_validate(below | {key: value for key, value in said.items() if value is not None})
    except ValidationError as error:
        problem = error.errors()[0]
        hint = f"--{problem['loc'][0]}"
        raise typer.BadParameter(described(problem), param_hint=hint) from error


def sides(text: str) -> tuple[int, int]:
    """Give ROWSxCOLUMNS, or one number for both, as numbers; wrong usage where it is neither."""
    parts = text.lower().split("x")
    if not (1 <= len(parts) <= 2 and all(part.strip().isdecimal() and len(part) < _DIGITS_MAX for part in parts)):
        raise typer.BadParameter(f"'{text:.40}': rows and columns such as 32x32 are needed", param_hint="--size")
    numbers = [int(part) for part in parts]
    return numbers[0], numbers[-1]


def known_backend(backend: str) -> str:
    """Give the name back, or refuse it as wrong usage."""
    from spikeloom.simulation import BACKENDS

    if backend not in BACKENDS:
        raise typer.BadParameter(f"'{backend}' is not one of {', '.join(BACKENDS)}", param_hint="--backend")
    return backend


def refuse_members(model: LearnedNetwork | ChipProgram, members: int | None) -> None:
    """Refuse --members where the model is a program, as wrong usage."""
    from spikeloom.chip.program import ChipProgram

    if isinstance(model, ChipProgram) and members is not None:
        raise typer.BadParameter("a program has the members it was deployed with", param_hint="--members")
