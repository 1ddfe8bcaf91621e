"""The one ``spikeloom`` command, its groups and the options that all of them share."""

from __future__ import annotations

from typing import Annotated

import typer

from spikeloom import __version__
from spikeloom.cli import console
from spikeloom.cli.bench import bench_command
from spikeloom.cli.command import Quiet, quietly
from spikeloom.cli.compare import compare_command
from spikeloom.cli.data import data_app
from spikeloom.cli.deploy import deploy_command, info_command
from spikeloom.cli.design import design_command
from spikeloom.cli.drift import drift_command
from spikeloom.cli.exchange import export_command, import_command
from spikeloom.cli.frontier import frontier_command
from spikeloom.cli.pack import pack_app
from spikeloom.cli.predict import predict_command
from spikeloom.cli.recipe import recipe_app
from spikeloom.cli.report import report_command
from spikeloom.cli.reproduce import reproduce_command
from spikeloom.cli.robust import robust_command
from spikeloom.cli.serve import serve_command
from spikeloom.cli.simulate import simulate_command
from spikeloom.cli.sweep import sweep_command
from spikeloom.cli.train import train_command
from spikeloom.cli.zoo import zoo_command

app = typer.Typer(
    name="spikeloom",
    help="Train networks of spikes and on/off synapses, run them on TrueNorth's cores, measure accuracy and energy.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(data_app, name="data")
app.command("design")(quietly(design_command))
app.command("train")(quietly(train_command))
app.command("deploy")(quietly(deploy_command))
app.command("simulate")(quietly(simulate_command))
app.command("predict")(quietly(predict_command))
app.command("compare")(quietly(compare_command))
app.command("reproduce")(quietly(reproduce_command))
app.command("info")(quietly(info_command))
app.command("drift")(quietly(drift_command))
app.command("export")(quietly(export_command))
app.command("import")(quietly(import_command))
app.command("robust")(quietly(robust_command))
app.command("sweep")(quietly(sweep_command))
app.command("frontier")(quietly(frontier_command))
app.command("zoo")(quietly(zoo_command))
app.add_typer(recipe_app, name="recipe")
app.add_typer(pack_app, name="pack")
app.command("report")(quietly(report_command))
app.command("serve")(quietly(serve_command))
app.command("bench")(quietly(bench_command))


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"spikeloom {__version__}")
        raise typer.Exit


@app.callback()
def common(
    quiet: Quiet = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep the options that stand before the command."""
    console.set_quiet(quiet)
