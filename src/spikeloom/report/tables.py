"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from spikeloom.chip.fit import FitReport
from spikeloom.export.features import Support
from spikeloom.measure.energy import LEFT_OUT, PAPER_PROFILE, Profile
from spikeloom.report.published import paper_points
from spikeloom.zoo.cards import Card


def fit_table(fit: FitReport) -> Table:
    """Give what a program uses of the chip."""
    table = _table("What it uses of the chip", "part", "used", "of")
    _row(table, "members", fit.members, "")
    _row(table, "cores", fit.cores, f"on {plural(fit.chips, 'chip')}")
    _row(table, "axons", fit.axons_used, fit.axons_total)
    _row(table, "neurons with a destination", fit.neurons_connected, fit.neurons_total)
    _row(table, "neurons switched off", fit.unconnected_neurons, fit.neurons_total)
    _row(table, "synapses on", fit.synapses_on, fit.synapses_total)
    _row(table, "mesh hops a spike", f"{fit.mean_hops:.1f} mean", f"{fit.longest_hops} longest")
    if fit.latency_seconds is not None:
        _row(table, "latency", plural(fit.latency_ticks or 0, "tick"), f"{fit.latency_seconds * 1e3:.0f} ms")
    return table


def result_table(row: Mapping[str, Any], profiles: Mapping[str, Profile]) -> Table:
    """Give one measured ensemble in full."""
    low, high = row["accuracy_interval_95"]
    table = _table("Measured", "what", "value", "")
    _row(table, "accuracy", percent(row["accuracy_mean"]), f"95 % interval {percent(low)} to {percent(high)}")
    _row(table, "spread over draws, points", _spread(row), f"{plural(row['draws'], 'draw')} of {row['redrawn']}")
    _row(table, "images with tied classes", percent(row["tie_rate"]), "ties go to the lowest class")
    _row(table, "cores", row["cores"], plural(row["members"], "member"))
    decided = plural(row["latency_ticks"] + row["ticks_per_image"] - 1, "tick")
    _row(table, "decided after", decided, f"{plural(row['ticks_per_image'], 'tick')} an image")
    for name in ("spikes", "events", "hops"):
        _row(table, f"{name} an image", round(row[f"{name}_per_image"]), "")
    for name, joules in row["energy_joules"].items():
        _row(table, f"energy, {name}", microjoules(joules), f"{profiles[name].kind}: {_named_shares(row, name)}")
    return table


def reproduction_table(rows: Sequence[Mapping[str, Any]], profile: str) -> Table:
    """Give the paper's experiment: a row an ensemble, the paper's points beside ours; 80 columns wide."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("network", "members", "cores", "draws", "accuracy", "±", "energy", "split", "the paper"):
        table.add_column(heading, justify="left" if heading == "network" else "right", no_wrap=True)
    published = {(point.network, point.members): point for point in paper_points()}
    for row in rows:
        point = published.get((row["network"], row["members"]))
        table.add_row(
            row["network"],
            f"{row['members']}",
            f"{row['cores']:,}",
            f"{row['draws']}",
            percent(row["accuracy_mean"]),
            _spread(row),
            microjoules(row["energy_joules"][profile]),
            "/".join(f"{share * 100:.0f}" for share in row["energy_shares"][profile].values()),
            "" if point is None else f"{percent(point.accuracy)} {microjoules(point.joules)}",
        )
    return table


def reproduction_note(rows: Sequence[Mapping[str, Any]], profile_name: str, profile: Profile) -> Text:
    """Give what stands below the table: what the columns mean, how sure they are, and what is left out."""
    images = min(row["images"] for row in rows)
    widest = max((row["accuracy_interval_95"][1] - row["accuracy_interval_95"][0]) / 2 for row in rows)
    return Text(
        f"Accuracy: mean and standard deviation (points) over draws of {rows[0]['redrawn']}, {images:,} test images; "
        f"another test set of this size would move it by up to {widest * 100:.1f} points (95 %). "
        f"Split: static, events and hops in per cent of the energy. {_energy_sentence(profile_name, profile)}",
        style="dim",
    )


def energy_note(profiles: Mapping[str, Profile]) -> Text:
    """Give what stands below energies: what they leave out, and which profiles are calibrated."""
    kinds = ", ".join(f"{name} is {profile.kind}" for name, profile in profiles.items())
    return Text(f"Energy profiles: {kinds}. Left out: {LEFT_OUT}.", style="dim")


def _energy_sentence(name: str, profile: Profile) -> str:
    return f"Energy: profile {name} ({profile.kind}). Left out: {LEFT_OUT}."


def zoo_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """List shipped networks."""
    table = _table("Shipped networks", "name", "cores", "members", "ticks", "validation", "test", "energy", "size")
    for row in rows:
        table.add_row(
            row["name"],
            f"{row['cores']:,}",
            f"{row['members']}",
            f"{row['ticks']}",
            percent(row["validation_accuracy"]),
            percent(row["test_accuracy_mean"]),
            microjoules(row["energy_joules"][PAPER_PROFILE]),
            f"{row['bytes'] / 2**20:.1f} MB",
        )
    return table


def robustness_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """Show accuracy by model and fault, a column a share of broken parts."""
    shares = list(dict.fromkeys(row["share"] for row in rows))
    table = _table("Accuracy by the share of broken parts", "model", "fault", *(f"{share:.0%}" for share in shares))
    for model, fault in dict.fromkeys((row["model"], row["fault"]) for row in rows):
        found = [row for row in rows if (row["model"], row["fault"]) == (model, fault)]
        table.add_row(model, fault, *(percent(row["accuracy_mean"]) for row in found))
    return table


def card_table(card: Card) -> Table:
    """Show a model card: what was measured of it on the test set."""
    title = f"{card.name}: recipe {card.recipe}, seed {card.seed}, validation {percent(card.validation_accuracy)}"
    table = _table(title, "members", "cores", "ticks", "draws", "test", "±", "events", *card.test[0]["energy_joules"])
    for row in card.test:
        table.add_row(
            f"{row['members']}",
            f"{row['cores']:,}",
            f"{row['ticks_per_image']}",
            f"{row['draws']}",
            percent(row["accuracy_mean"]),
            _spread(row),
            f"{row['events_per_image']:,.0f}",
            *(microjoules(joules) for joules in row["energy_joules"].values()),
        )
    return table


def drift_table(title: str, stages: Sequence[Mapping[str, Any]]) -> Table:
    """Show a drift ledger."""
    table = _table(title, "stage", "accuracy", "spikes differing", "votes changed", "first difference")
    for stage in stages:
        if stage["refused"]:
            table.add_row(stage["stage"], Text("not run: " + stage["refused"], overflow="fold"), "", "", "")
            continue
        first = stage["first"]
        place = "" if first is None else "tick {tick}, core {core}, neuron {neuron}".format(**first)
        counts = ("" if stage[name] is None else f"{stage[name]:,}" for name in ("spikes_differing", "votes_changed"))
        table.add_row(stage["stage"], percent(stage["accuracy"]), *counts, place)
    return table


def support_table(title: str, support: Mapping[str, Support]) -> Table:
    """Show what a format makes of every feature."""
    table = _table(title, "feature", "kept", "how, or what to do")
    for column in table.columns:
        column.justify = "left"
    for feature, how in support.items():
        table.add_row(feature, how.verdict, how.note)
    return table


def percent(share: float) -> str:
    """Give a share as per cent with two decimals."""
    return f"{share * 100:.2f} %"


def microjoules(joules: float) -> str:
    """Give joules as microjoules with three significant digits."""
    return f"{joules * 1e6:#.3g} uJ".replace(". uJ", " uJ")


def _named_shares(row: Mapping[str, Any], profile: str) -> str:
    shares = row["energy_shares"][profile]
    return ", ".join(f"{part} {shares[part] * 100:.1f} %" for part in ("static", "events", "hops"))


def _spread(row: Mapping[str, Any]) -> str:
    return "-" if row["accuracy_std"] is None else f"{row['accuracy_std'] * 100:.2f}"


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", box=None)
    for heading in headings:
        table.add_column(heading, justify="left" if heading == headings[0] else "right", overflow="fold")
    return table


def _row(table: Table, name: str, used: int | str, of: int | str) -> None:
    table.add_row(name, *(f"{cell:,}" if isinstance(cell, int) else cell for cell in (used, of)))


def plural(count: int, noun: str) -> str:
    """Give a number with its noun."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
