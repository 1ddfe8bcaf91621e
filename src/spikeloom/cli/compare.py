"""``spikeloom compare``: which of two models decides better, on the same images."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from spikeloom.cli import console
from spikeloom.cli.options import (
    Backend,
    Data,
    Json,
    Part,
    Seed,
    SplitShown,
    Threads,
    data_shown,
    known_backend,
    model_of,
    refuse_members,
)


def compare_command(
    first: Annotated[
        str, typer.Argument(metavar="A", help="A run folder, a network, a program, or zoo:NAME.", show_default=False)
    ],
    second: Annotated[str, typer.Argument(metavar="B", help="Another.", show_default=False)],
    dataset: Data = None,
    split: SplitShown = Part.TEST,
    members: Annotated[
        int | None, typer.Option("--members", min=1, help="Of each learned network; not of programs.")
    ] = None,
    seed: Seed = 0,
    backend: Backend = "fast",
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Show two models the same images and tell by McNemar's test whether one is better."""
    from spikeloom.chip.program import ChipProgram
    from spikeloom.measure.by_image import by_image
    from spikeloom.measure.comparison import compare_decisions

    known_backend(backend)
    models = [model_of(source) for source in (first, second)]
    if all(isinstance(model, ChipProgram) for model in models):
        refuse_members(models[0], members)
    shown = [data_shown(model, dataset, split) for model in models]
    if split is Part.VALIDATION and shown[0].fingerprint != shown[1].fingerprint:
        raise typer.BadParameter("the two held out different images; take test", param_hint="--split")
    each = [
        by_image(
            model, images, None if isinstance(model, ChipProgram) else members,
            seed=seed, backend=backend, threads=threads,
        )
        for model, images in zip(models, shown, strict=True)
    ]  # fmt: skip
    found = compare_decisions(*each)
    joules = [float(decided.joules.mean()) for decided in each]
    if as_json:
        console.print_json(
            {
                "models": [first, second],
                "split": split.value,
                "accuracies": list(found.accuracies),
                "joules": joules,
                **asdict(found),
                "verdict": found.verdict,
            }
        )
        return
    _show(first, second, found.accuracies, joules)
    console.show(
        f"both right {found.both_right:,}, A alone {found.only_first:,}, B alone {found.only_second:,}, "
        f"both wrong {found.both_wrong:,}",
        f"A is {found.verdict} B: McNemar's exact test, p = {found.p:.3g}",
    )


def _show(first: str, second: str, accuracies: tuple[float, float], joules: list[float]) -> None:
    from rich.table import Table

    from spikeloom.report.tables import microjoules, percent

    table = Table(box=None, pad_edge=False)
    for heading in ("", "model", "accuracy", "energy"):
        table.add_column(heading, justify="left" if heading in ("", "model") else "right", overflow="fold")
    for letter, name, share, cost in zip("AB", (first, second), accuracies, joules, strict=True):
        table.add_row(letter, name, percent(share), microjoules(cost))
    console.show(table)
