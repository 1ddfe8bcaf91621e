"""``spikeloom deploy`` and ``spikeloom info``: from a learned network to a chip program, and what a file is."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikeloom.cli import console
from spikeloom.cli.options import Json, Seed, refuse_members

if TYPE_CHECKING:
    from spikeloom.chip.program import ChipProgram
    from spikeloom.network.learned import LearnedNetwork


def deploy_command(
    learned: Annotated[
        list[str],
        typer.Argument(
            metavar="LEARNED...",
            help="Networks that vote together, files or zoo:NAME; or one shipped ensemble.",
            show_default=False,
        ),
    ],
    members: Annotated[
        int | None,
        typer.Option("--members", min=1, help="Sampled copies of each that vote together; 1 where not given."),
    ] = None,
    copies: Annotated[
        int, typer.Option("--copies", help="Copies of each that see the image shifted by a pixel: 1, 5 or 9.")
    ] = 1,
    ticks: Annotated[
        int, typer.Option("--ticks", help="Ticks each image is shown, all but the first a pixel aside: 1, 5, 9.")
    ] = 1,
    frames: Annotated[
        int, typer.Option("--frames", min=1, max=2**16, help="Frames of an example, a tick each, that decide together.")
    ] = 1,
    place: Annotated[
        str | None,
        typer.Option(
            "--place", metavar="rows|near", help="Where cores lie: row by row, or such that routes are short."
        ),
    ] = None,
    seed: Seed = 0,
    out: Annotated[Path, typer.Option("--out", "-o", help="The program's file.")] = Path("program.safetensors"),
    as_json: Json = False,
) -> None:
    """Sample learned networks into a chip program and print how it fits."""
    from spikeloom.chip.fit import fit_report
    from spikeloom.chip.storage import save_program
    from spikeloom.deployment.deploy import SHIFTS, deploy, deploy_together, show_frames, show_moved
    from spikeloom.deployment.place import placed
    from spikeloom.report.tables import fit_table
    from spikeloom.writing import check_place
    from spikeloom.zoo import load, load_network

    for option, number in (("--copies", copies), ("--ticks", ticks)):
        if number not in SHIFTS:
            raise typer.BadParameter(f"{number} is not one of {', '.join(map(str, SHIFTS))}", param_hint=option)
    if frames > 1 and ticks > 1:
        raise typer.BadParameter("goes with --ticks 1: a frame has one tick", param_hint="--frames")
    check_place(out)
    if len(learned) == copies == 1:
        model = load(learned[0])
        refuse_members(model, members)
        program = deploy(model, members, seed)
    else:
        program = deploy_together([load_network(name) for name in learned], members or 1, copies, seed)
    program = show_frames(show_moved(program, ticks), frames)
    program = program if place is None else placed(program, place)
    save_program(program, out)
    if as_json:
        console.print_json({"program": str(out), **asdict(fit_report(program))})
    else:
        console.show(fit_table(fit_report(program)), f"written to {out}")


def info_command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Any artefact, or zoo:NAME.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Say what a file is, and whether it fits the chip."""
    from spikeloom.artefact import read_record
    from spikeloom.chip.program import ChipProgram
    from spikeloom.training.files import CHECKPOINT
    from spikeloom.zoo import is_shipped_ensemble, load, load_program, model_path

    if is_shipped_ensemble(file):
        more, tables = _program_facts(load_program(file))
        _show_facts({"file": file, "format": "shipped ensemble", **more}, tables, as_json)
        return
    path = model_path(file)
    record = read_record(path)
    facts = {"file": str(path), "format": record["format"], "version": record["version"]}
    tables = []
    if record["format"] == CHECKPOINT.name:
        from spikeloom.training.checkpoint import load_checkpoint  # here, since torch takes a second

        facts |= {"epochs_done": len(load_checkpoint(path).log)}
    else:
        model = load(file)
        more, tables = _program_facts(model) if isinstance(model, ChipProgram) else _network_facts(model)
        facts |= more
    _show_facts(facts, tables, as_json)


def _show_facts(facts: dict[str, Any], tables: list[Any], as_json: bool) -> None:
    if as_json:
        console.print_json(facts)
    else:
        shown = {name: value for name, value in facts.items() if not isinstance(value, dict)}
        console.show(*(f"{name.replace('_', ' ')}: {value}" for name, value in shown.items()), *tables)


def _program_facts(program: ChipProgram) -> tuple[dict[str, Any], list[Any]]:
    from spikeloom.chip.fit import fit_report
    from spikeloom.chip.paths import why_not_streaming
    from spikeloom.chip.validate import why_not_truenorth
    from spikeloom.report.tables import fit_table

    misfit = why_not_truenorth(program)
    reason = why_not_streaming(program)
    fit = fit_report(program)
    facts: dict[str, Any] = {"fits_the_chip": misfit is None, "path": "streaming" if reason is None else "general"}
    facts |= {} if misfit is None else {"misfit": misfit}
    if program.interface is not None:
        origin = program.interface.data
        facts |= {"trained_on": "not known" if origin is None else origin.source or "arrays"}
        facts |= {"ticks_an_image": program.interface.ticks_per_image}
        facts |= {"interface": program.interface.model_dump(mode="json")}
    facts |= {"why": "memoryless, without circles" if reason is None else reason, "fit": asdict(fit)}
    return facts, [fit_table(fit)]


def _network_facts(network: LearnedNetwork) -> tuple[dict[str, Any], list[Any]]:
    from spikeloom.deployment.deploy import deploy

    facts, tables = _program_facts(deploy(network))
    log = network.training.get("log", [])
    recipe = network.training.get("recipe", {})
    trained = {
        "input": " x ".join(str(length) for length in network.interface.value_shape),
        "classes": ", ".join(network.class_names),
        "cores_a_member": network.n_cores,
        "recipe_name": recipe.get("name"),
        "recipe": recipe,
        "seed": network.training.get("seed"),
        "epochs_done": len(log),
        "unsampled_validation_accuracy": log[-1].get("unsampled_validation_accuracy") if log else None,
    }
    return trained | facts, tables
