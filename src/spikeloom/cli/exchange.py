"""``spikeloom export`` and ``spikeloom import``: programs in the formats of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikeloom.cli import console
from spikeloom.cli.options import Data, Json, Seed, data_shown
from spikeloom.cli.serve import write_page

if TYPE_CHECKING:
    from spikeloom.chip.program import ChipProgram
    from spikeloom.export.format import Exported, Format


WEB = "web"  # not a format that programs are kept in, but a page that shows them


def export_command(
    program: Annotated[
        str | None,
        typer.Argument(metavar="PROGRAM", help="A chip program; of a network, one sampled member.", show_default=False),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="FORMAT", help="The format, --explain lists them; or web, a page.", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            help="Folder for the files, exported/FORMAT by default; of a page its file, page.html.",
            show_default=False,
        ),
    ] = None,
    member: Annotated[
        int | None, typer.Option("--member", min=0, help="Only this member of an ensemble.", show_default=False)
    ] = None,
    images: Annotated[
        int | None,
        typer.Option("--images", min=0, help="Test images that go with it as input spikes; 10 by default."),
    ] = None,
    dataset: Data = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="An option of the format, for example profile=native for nir."),
    ] = None,
    optimise: Annotated[
        str | None,
        typer.Option("--optimise", metavar="size|speed", help="What tables in C are chosen for; size by default."),
    ] = None,
    lanes: Annotated[
        int | None,
        typer.Option("--lanes", min=1, help="Neurons that a Verilog engine takes a clock; 1 by default."),
    ] = None,
    part: Annotated[
        str | None, typer.Option("--part", help="The FPGA that a Verilog engine must fit, such as ecp5-25k.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an export that the folder holds.")] = False,
    exact: Annotated[
        bool, typer.Option("--exact", help="Refuse where a feature of the program would be approximate.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what the format makes of every feature, and write nothing.")
    ] = False,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Write a program for another simulator, for hardware or for an interchange format.

    What the format keeps only approximately is said on stderr and in export.json, beside the files.
    """
    from spikeloom.export.features import used_with
    from spikeloom.export.format import write_export
    from spikeloom.writing import check_folder

    if explain:
        _explain(to, as_json)
        return
    if program is None or to is None:
        raise typer.BadParameter("give a PROGRAM and --to FORMAT, or --explain", param_hint="PROGRAM")
    if to == WEB:
        if member is not None or images is not None or changes or exact or optimise or lanes or part:
            raise typer.BadParameter(
                "web shows a whole program, and exactly; of the options, -o, --dataset, --seed and --force are for it",
                param_hint="--to",
            )
        _page(program, out or Path("page.html"), dataset, seed, as_json, force)
        return
    form = _format(to, "--to", WEB)
    said = {"optimise": optimise, "lanes": lanes, "part": part}
    options = form.chosen(_options(changes or []) | {key: value for key, value in said.items() if value is not None})
    folder = out or Path("exported") / form.name
    check_folder(folder)
    _refuse_export(folder, force)
    of_images = 10 if images is None else images
    exported = _exported(_program(program, member, seed), form, of_images, dataset, seed, _name(program))
    paths = write_export(form, exported, folder, options, exact=exact)
    told = [] if form.told is None else form.told(exported, options)
    approximate = used_with(exported.program, form.support, "approximate")
    for feature, how in approximate.items():
        console.warn(f"{form.name}: approximate: {feature}: {how}")
    if as_json:
        files = [str(path) for path in paths]
        console.print_json({"format": to, "files": files, "approximate": approximate, "told": told})
    else:
        shown = paths if len(paths) <= 10 else [*paths[:3], f"... {len(paths) - 6} more ...", *paths[-3:]]
        console.show(*told, *(str(path) for path in shown))


def import_command(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="A format that can be read.", show_default=False)],
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="ranc: INPUT CONFIG; nscs: MODEL [SPIKES]; nir: GRAPH.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="The program's file; spikes go beside it.")] = Path(
        "program.safetensors"
    ),
    as_json: Json = False,
) -> None:
    """Read a program from another tool's files."""
    from spikeloom.export.formats import FORMATS
    from spikeloom.writing import check_place

    known = _format(form, "FORMAT")
    if known.read is None:
        readable = ", ".join(name for name, other in FORMATS.items() if other.read is not None)
        raise typer.BadParameter(f"'{form}' is written only; {readable} can be read", param_hint="FORMAT")
    needed = [name for name in known.reads if not name.startswith("[")]
    if not len(needed) <= len(files) <= len(known.reads):
        raise typer.BadParameter(f"{form} is read from {' '.join(known.reads)}", param_hint="FILE...")
    check_place(out)
    read = known.read(files)
    _save(read.program, read.inputs, out, as_json)


def _refuse_export(folder: Path, force: bool) -> None:
    from spikeloom.errors import ExportError
    from spikeloom.export.format import RECORD_FILE

    if (folder / RECORD_FILE).exists() and not force:
        raise ExportError(f"{folder}: holds an export already; replace it with --force, or choose another folder, -o")


def _name(source: str) -> str:
    """Give what a program is called: a file's name without what follows the dot, or the name in the zoo."""
    return Path(source).stem.removeprefix("zoo:")


def _page(source: str, out: Path, dataset: str | None, seed: int, as_json: bool, force: bool) -> None:
    from spikeloom.errors import ExportError

    if out.exists() and not force:
        raise ExportError(f"{out}: is there already; replace it with --force, or choose another file, -o")
    write_page(source, out, dataset, seed)
    if as_json:
        console.print_json({"format": WEB, "files": [str(out)], "approximate": {}})
    else:
        console.show(str(out))


def _format(name: str, hint: str, *others: str) -> Format:
    """Give a format, or refuse its name as wrong usage; `others` would have been right too."""
    from spikeloom.export.formats import FORMATS

    if name not in FORMATS:
        raise typer.BadParameter(f"'{name}' is not one of {', '.join([*FORMATS, *others])}", param_hint=hint)
    return FORMATS[name]


def _options(changes: list[str]) -> dict[str, Any]:
    """Give the options that are set, by name."""
    from spikeloom.keys import parse_change

    chosen: dict[str, Any] = {}
    for change in changes:
        values = parse_change(change)
        if values is None:
            raise typer.BadParameter(f"'{change}' is not key=value, for example profile=native", param_hint="--set")
        chosen |= values
    return chosen


def _program(source: str, member: int | None, seed: int) -> ChipProgram:
    from dataclasses import replace

    import numpy as np

    from spikeloom.chip.ensemble import program_of_member
    from spikeloom.chip.program import ChipProgram, place_row_by_row
    from spikeloom.deployment.deploy import deploy_members
    from spikeloom.zoo import load

    model = load(source)
    if not isinstance(model, ChipProgram):
        model = deploy_members(model, [member or 0], seed)
    if member is None:
        return model
    alone = program_of_member(model, member)
    # its old places are far out among those of the others: by itself it begins at the first
    return replace(alone, placement=place_row_by_row(np.arange(alone.n_cores)))


def _exported(program: ChipProgram, form: Format, images: int, dataset: str | None, seed: int, name: str) -> Exported:
    """Give the program with the spikes of some test images, as long as the pipeline needs to answer the last."""
    import numpy as np

    from spikeloom.export.format import Exported
    from spikeloom.measure.energy import PUBLISHED_PROFILE, named_profile
    from spikeloom.measure.evaluation import check_data
    from spikeloom.measure.votes import shown_spikes
    from spikeloom.simulation import run

    inputs = outputs = labels = raw = None
    if images and program.interface is not None:
        shown = data_shown(program, dataset).take(slice(images))
        check_data(program.interface, shown)
        inputs, labels, raw = shown_spikes(program, shown.values, seed), shown.labels, _bytes(shown.values)
        inputs = np.pad(inputs, ((1, 0), (0, 0))) if form.starts_blank else inputs
        outputs = run(program, inputs).outputs if form.compares_outputs else None
    costs = named_profile(PUBLISHED_PROFILE)
    return Exported(program, inputs, outputs, costs.joules_per_event, costs.joules_per_hop, labels, name, seed, raw)


def _bytes(values: Any) -> Any:
    """Give values as the bytes that stand for them, (n_images, n_values) uint8; None where there is no such byte."""
    import numpy as np

    nearest = np.rint(values * 255).astype(np.uint8)
    return nearest if (nearest / np.float32(255) == values).all() else None


def _explain(to: str | None, as_json: bool) -> None:
    from dataclasses import asdict

    from spikeloom.export.formats import FORMATS
    from spikeloom.report.tables import support_table

    if to == WEB:
        told = "a page that simulates the program itself, so every feature is kept exactly"
        if as_json:
            console.print_json({WEB: told})
        else:
            console.show(f"{WEB}: {told}")
        return
    chosen = list(FORMATS.values()) if to is None else [_format(to, "--to", WEB)]
    if as_json:
        console.print_json({form.name: {key: asdict(how) for key, how in form.support.items()} for form in chosen})
    else:
        console.show(*(support_table(f"{form.name}: {form.title}", form.support) for form in chosen))


def _save(program: ChipProgram, inputs: Any, out: Path, as_json: bool) -> None:
    from spikeloom.chip.storage import save_program, save_spikes

    save_program(program, out)
    files = [out]
    if inputs is not None:
        files.append(out.with_name(f"{out.stem}.spikes.safetensors"))
        save_spikes(inputs, files[1])
    facts = {"cores": program.n_cores, "input_lines": len(program.inputs), "output_lines": len(program.outputs)}
    facts |= {} if inputs is None else {"ticks": len(inputs)}
    if as_json:
        console.print_json({"files": [str(path) for path in files], **facts})
    else:
        console.show(
            ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in facts.items()),
            *(f"written to {path}" for path in files),
        )
