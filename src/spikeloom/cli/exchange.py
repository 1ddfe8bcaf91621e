"""``spikeloom export`` and ``spikeloom import``: programs in the formats of other tools."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikeloom.cli import console
from spikeloom.cli.options import Json, Seed

if TYPE_CHECKING:
    import numpy as np

    from spikeloom.chip.program import ChipProgram

import_app = typer.Typer(help="Read a program from another tool's files.", no_args_is_help=True)


class Target(StrEnum):
    """Formats to write."""

    RANC = "ranc"
    RANC_VERILOG = "ranc-verilog"
    NSCS = "nscs"
    SANA_FE = "sana-fe"
    NIR = "nir"


class NirProfile(StrEnum):
    """Nodes that a NIR graph is made of."""

    PORTABLE = "portable"
    NATIVE = "native"


def export_command(
    program: Annotated[
        str | None,
        typer.Argument(metavar="PROGRAM", help="A chip program; of a network, one sampled member.", show_default=False),
    ] = None,
    to: Annotated[Target | None, typer.Option("--to", help="The format.", show_default=False)] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the files.")] = Path("exported"),
    member: Annotated[
        int | None, typer.Option("--member", min=0, help="Only this member of an ensemble.", show_default=False)
    ] = None,
    images: Annotated[int, typer.Option("--images", min=0, help="Test images that go with it as input spikes.")] = 10,
    dataset: Annotated[str, typer.Option("--dataset", help="mnist, a folder or an NPZ file.")] = "mnist",
    profile: Annotated[NirProfile, typer.Option("--nir-profile", help="Nodes of a NIR graph.")] = NirProfile.PORTABLE,
    potential_bits: Annotated[
        int, typer.Option("--potential-bits", min=9, max=32, help="Verilog: width of potentials it is built with.")
    ] = 9,
    threshold_bits: Annotated[
        int, typer.Option("--threshold-bits", min=9, max=32, help="Verilog: width of thresholds it is built with.")
    ] = 9,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what the format makes of every feature, and write nothing.")
    ] = False,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Write a program for another simulator, for hardware or for an interchange format."""
    if explain:
        _explain(to, as_json)
        return
    if program is None or to is None:
        raise typer.BadParameter("give a PROGRAM and --to FORMAT, or --explain", param_hint="PROGRAM")
    if to is not Target.RANC_VERILOG and (potential_bits, threshold_bits) != (9, 9):
        raise typer.BadParameter("goes with --to ranc-verilog", param_hint="--potential-bits, --threshold-bits")
    if to is not Target.NIR and profile is not NirProfile.PORTABLE:
        raise typer.BadParameter("goes with --to nir", param_hint="--nir-profile")
    loaded = _program(program, member, seed)
    inputs = _inputs(loaded, images, dataset, seed)
    paths = _write(loaded, to, out, inputs, profile, potential_bits, threshold_bits)
    if as_json:
        console.print_json({"format": to.value, "files": [str(path) for path in paths]})
    else:
        shown = paths if len(paths) <= 6 else [*paths[:3], f"... {len(paths) - 6} more ...", *paths[-3:]]
        console.show(*(str(path) for path in shown))


def _program(source: str, member: int | None, seed: int) -> ChipProgram:
    from spikeloom.chip.ensemble import program_of_member
    from spikeloom.chip.program import ChipProgram
    from spikeloom.deployment.deploy import deploy
    from spikeloom.zoo import load

    model = load(source)
    if not isinstance(model, ChipProgram):
        model = deploy(model, (member or 0) + 1, seed)
    return model if member is None else program_of_member(model, member)


def _inputs(program: ChipProgram, images: int, dataset: str, seed: int) -> np.ndarray | None:
    """Give the input spikes of some test images, as long as the pipeline needs to answer the last."""
    from spikeloom.data import load_dataset
    from spikeloom.measure.votes import shown_spikes

    if not images or program.interface is None:
        return None
    return shown_spikes(program, load_dataset(dataset, "test").values[:images], seed)


def _write(
    program: ChipProgram,
    to: Target,
    out: Path,
    inputs: np.ndarray | None,
    profile: NirProfile,
    potential_bits: int,
    threshold_bits: int,
) -> list[Path]:
    import numpy as np

    if to is Target.RANC:
        from spikeloom.export.ranc.simulator import write_ranc

        return write_ranc(program, out, inputs)
    if to is Target.RANC_VERILOG:
        from spikeloom.export.ranc.verilog import Widths, write_memories
        from spikeloom.simulation import run

        outputs = None if inputs is None else run(program, inputs).outputs
        return write_memories(program, out, inputs, outputs, Widths(potential_bits, threshold_bits))
    if to is Target.NSCS:
        from spikeloom.export.nscs.writer import write_nscs

        return write_nscs(program, out, inputs)
    if to is Target.SANA_FE:
        from spikeloom.export.sana_fe.writer import write_sana_fe
        from spikeloom.measure.energy import PUBLISHED_PROFILE, named_profile

        costs = named_profile(PUBLISHED_PROFILE)
        spikes = np.zeros((1, len(program.inputs)), bool) if inputs is None else np.pad(inputs, ((1, 0), (0, 0)))
        return write_sana_fe(program, out, spikes, costs.joules_per_event, costs.joules_per_hop)
    from spikeloom.export.nir.writer import write_nir

    return write_nir(program, out, profile.value)


def _explain(to: Target | None, as_json: bool) -> None:
    from dataclasses import asdict

    from spikeloom.export.formats import FORMATS
    from spikeloom.report.tables import support_table

    chosen = {name: facts for name, facts in FORMATS.items() if to is None or name == to.value}
    if as_json:
        console.print_json(
            {name: {key: asdict(how) for key, how in facts.support.items()} for name, facts in chosen.items()}
        )
    else:
        console.show(*(support_table(facts.title, facts.support) for facts in chosen.values()))


Output = Annotated[Path, typer.Option("--out", "-o", help="The program's file; spikes go beside it.")]
_DEFAULT = Path("program.safetensors")


@import_app.command("ranc")
def import_ranc(
    network: Annotated[Path, typer.Argument(metavar="INPUT", help="RANC's input file.", show_default=False)],
    config: Annotated[Path, typer.Argument(metavar="CONFIG", help="Its configuration.", show_default=False)],
    out: Output = _DEFAULT,
    as_json: Json = False,
) -> None:
    """Read RANC's network and its packets."""
    from spikeloom.export.ranc.reader import read_ranc

    program, inputs = read_ranc(network, config)
    _save(program, inputs, out, as_json)


@import_app.command("nscs")
def import_nscs(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="NSCS's model.json.", show_default=False)],
    spikes: Annotated[
        Path | None, typer.Argument(metavar="SPIKES", help="Its spikes in (RAWI3).", show_default=False)
    ] = None,
    out: Output = _DEFAULT,
    as_json: Json = False,
) -> None:
    """Read NSCS's model and, with them, its spikes in."""
    from spikeloom.export.nscs.reader import input_lines, read_nscs
    from spikeloom.export.nscs.writer import read_spikes_in

    if spikes is None:
        _save(read_nscs(model), None, out, as_json)
    else:
        taps, inputs = input_lines(read_spikes_in(spikes))
        _save(read_nscs(model, taps), inputs, out, as_json)


@import_app.command("nir")
def import_nir(
    graph: Annotated[Path, typer.Argument(metavar="GRAPH", help="A NIR graph (HDF5).", show_default=False)],
    out: Output = _DEFAULT,
    as_json: Json = False,
) -> None:
    """Read a NIR graph of whole weights and memoryless thresholds."""
    from spikeloom.export.nir.reader import read_nir

    _save(read_nir(graph), None, out, as_json)


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
