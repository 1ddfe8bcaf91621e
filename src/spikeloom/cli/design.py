"""``spikeloom design``: from data and a budget of cores to a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikeloom.cli import console
from spikeloom.cli.options import Colours, Frames, Json, Size, Threads, preparation_of

if TYPE_CHECKING:
    from spikeloom.data import Dataset
    from spikeloom.design import Design

_SHOWN = 10  # topologies: the cheapest, the largest, and some between


def design_command(
    data: Annotated[
        str, typer.Argument(metavar="DATA", help="A known name, a folder, or an NPZ or HDF5 file.", show_default=False)
    ],
    cores: Annotated[int, typer.Option("--cores", min=1, help="The most cores that the network may take.")] = 30,
    ticks: Annotated[int, typer.Option("--ticks", min=1, help="That an example, or each frame, is shown.")] = 1,
    delays: Annotated[
        str | None, typer.Option("--delays", metavar="A,B,..", help="Ticks ago that values are seen, such as 0,2,4.")
    ] = None,
    voting: Annotated[
        int | None,
        typer.Option("--voting", min=1, help="The most cores that vote; RANC numbers the output lines of one."),
    ] = None,
    size: Size = None,
    colours: Colours = None,
    frames: Frames = None,
    try_codings: Annotated[
        bool, typer.Option("--try", help="Let the validation split choose the coding, by short trainings.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="RECIPE", help="Write the largest as TOML.")
    ] = None,
    threads: Threads = 0,
    as_json: Json = False,
) -> None:
    """Propose topologies for data and a budget of cores, cheapest first, and write a recipe that train takes."""
    from spikeloom.data import load_dataset
    from spikeloom.design import choose, designs, recipe_text, recipe_values
    from spikeloom.writing import check_place, write_atomically

    if out is not None:
        check_place(out)
    dataset = load_dataset(data, "train", preparation_of(size, colours, frames))
    seen = _delays(delays)
    coding = None
    if try_codings:
        dataset, chosen = choose(dataset, cores, seen, ticks, voting, threads=threads, hear=told)
        coding = chosen.coding
    found = designs(dataset, cores, coding, seen, ticks, voting)
    values = recipe_values(dataset, found[-1], ticks=ticks)
    reasons = [f"For {dataset!r}", *why(dataset, found[-1])]
    if out is not None:
        write_atomically(out, recipe_text(values, reasons).encode())
    if as_json:
        console.print_json({"recipe": values, "designs": [_row(design) for design in found]})
        return
    console.show(_table(found), *reasons)
    if out is not None:
        console.show(f"written to {out}, the largest; train it with: spikeloom train {out}")
    else:
        said = {"--size": size, "--colours": colours, "--frames": frames}
        options = "".join(f" {name} {value}" for name, value in said.items() if value is not None)
        console.show(f"write the largest as a recipe with -o, or: spikeloom train {data} --cores {cores}{options}")


def why(dataset: Dataset, design: Design) -> list[str]:
    """Say why a coding and delays were taken."""
    from spikeloom.design import described, grey_share
    from spikeloom.interface.delays import NOW

    grey = f"{grey_share(dataset) * 100:.0f} % of the values are neither dark nor light"
    reasons = [f"coding: {described(design)}; {grey}"]
    if design.delays != NOW:
        reasons.append(f"delays {list(design.delays)}: a value is seen now and some ticks ago, so that motion is seen")
    return reasons


def told(design: Design, accuracy: float, epochs: int) -> None:
    """Say what a coding gave in a short training."""
    from spikeloom.design import described

    share = f"{accuracy * 100:.2f} % of the validation split"
    console.note(f"tried {described(design)}, {design.proposal.cores} cores: {share} after {epochs} epochs")


def _delays(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise typer.BadParameter(f"'{text}': whole numbers such as 0,2,4 are needed", param_hint="--delays") from error


def _row(design: Design) -> dict[str, Any]:
    proposal = design.proposal
    return {
        "cores": proposal.cores,
        "layers": [
            {"window": list(windows.size), "stride": list(windows.stride), "repeats": windows.repeats}
            for windows in proposal.topology.layers
        ],
        "axons_used": proposal.axons_used,
        "voters": proposal.voters,
        "expected_joules": design.joules,
    }


def _table(found: list[Design]) -> Any:
    from rich.table import Table

    from spikeloom.report.tables import microjoules

    table = Table(title="topologies that fit, cheapest first", title_justify="left", box=None, pad_edge=False)
    for heading in ("cores", "layers", "axons used", "neurons that vote", "energy expected"):
        table.add_column(heading, justify="left" if heading == "layers" else "right")
    step = -(-len(found) // _SHOWN)
    for place, design in enumerate(found):
        if (len(found) - 1 - place) % step == 0 or place == 0:
            proposal = design.proposal
            table.add_row(
                str(proposal.cores), layers_of(design), f"{proposal.axons_used * 100:.0f} %", f"{proposal.voters:,}",
                microjoules(design.joules),
            )  # fmt: skip
    return table


def layers_of(design: Design) -> str:
    """Give windows and strides, layer after layer."""
    shown = []
    for windows in design.proposal.topology.layers:
        again = f", each value {windows.repeats} times" if windows.repeats > 1 else ""
        shown.append(f"{windows.size[0]}x{windows.size[1]} by {windows.stride[0]}x{windows.stride[1]}{again}")
    return " -> ".join(shown)
