"""Tables for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from spikeloom.chip.fit import FitReport
from spikeloom.export.features import Support
from spikeloom.measure.energy import LEFT_OUT, Energy, Profile
from spikeloom.measure.measurement import Measurement
from spikeloom.measure.robustness import FaultRow
from spikeloom.notebook import plural
from spikeloom.report.published import paper_points
from spikeloom.report.rows import Reproduced
from spikeloom.zoo.cards import Card

if TYPE_CHECKING:
    from spikeloom.drift.ledger import Stage
    from spikeloom.training.recipe_keys import Key


_TAKEN_FOR = 4  # classes that a class was most often taken for


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
    _row(table, "routes over the busiest link", fit.busiest_link, "")
    if fit.chips > 1:
        _row(table, "seams of chips that routes cross", fit.crossings, plural(fit.chips, "chip"))
    if fit.latency_seconds is not None:
        _row(table, "latency", plural(fit.latency_ticks or 0, "tick"), f"{fit.latency_seconds * 1e3:.0f} ms")
    return table


def result_table(found: Measurement, profiles: Mapping[str, Profile]) -> Table:
    """Give one measured ensemble in full."""
    low, high = found.interval
    table = _table("Measured", "what", "value", "")
    _row(table, "accuracy", percent(found.accuracy), f"95 % interval {percent(low)} to {percent(high)}")
    if found.redrawn is None:
        _row(table, "spread over draws, points", "-", "nothing is drawn: no chance in synapses or inputs")
    else:
        _row(table, "spread over draws, points", _spread(found), f"{plural(found.draws, 'draw')} of {found.redrawn}")
    _row(table, "images with tied classes", percent(found.tie_rate), "ties go to the lowest class")
    _row(table, "cores", found.cores, plural(found.members, "member"))
    _row(
        table, "decided after", plural(found.decided_ticks, "tick"), f"{plural(found.ticks_per_image, 'tick')} an image"
    )
    for name in ("spikes", "events", "hops", *(["crossings"] if found.crossings_per_image else [])):
        what = "spikes that go from chip to chip" if name == "crossings" else ""
        _row(table, f"{name} an image", round(getattr(found, f"{name}_per_image")), what)
    for name, profile in profiles.items():
        energy = found.energy(profile)
        _row(table, f"energy, {name}", microjoules(energy.total), f"{profile.kind}: {_shares(energy)}")
    return table


def confusion_table(found: Measurement, class_names: Sequence[str]) -> Table:
    """Show of each class its accuracy, and the classes that it was taken for most often."""
    table = _table("Classes, over all draws", "label", "images", "accuracy", "taken for")
    table.columns[3].justify = "left"
    for label, row in enumerate(found.confusion):
        wrong = sorted(((count, other) for other, count in enumerate(row) if count and other != label), reverse=True)
        told = ", ".join(f"{class_names[other]} ({count:,})" for count, other in wrong[:_TAKEN_FOR])
        accuracy = found.class_accuracy[label]
        table.add_row(class_names[label], f"{sum(row):,}", "-" if accuracy is None else percent(accuracy), told)
    return table


def reproduction_table(rows: Sequence[Reproduced], profile: str) -> Table:
    """Give the paper's experiment: a row an ensemble, the paper's points beside ours; 80 columns wide."""
    table = _table("", "network", "members", "cores", "accuracy", "energy", "range, uJ", "the paper")
    published = {(point.network, point.members): point for point in paper_points()}
    for row in rows:
        found = row.measurement
        point = published.get((row.network, found.members))
        table.add_row(
            row.network,
            f"{found.members}",
            f"{found.cores:,}",
            f"{_spread_out(found)} %",
            microjoules(found.energy(profile).total),
            energy_range(found),
            "" if point is None else f"{percent(point.accuracy)}, {microjoules(point.joules)}",
        )
    return table


def reproduction_note(rows: Sequence[Reproduced], profile_name: str, profile: Profile) -> Text:
    """Give what stands below the table: what the columns mean, how sure they are, and what is left out."""
    found = [row.measurement for row in rows]
    widest = max((high - low) / 2 for low, high in (one.interval for one in found))
    drawn = f"{plural(max(one.draws for one in found), 'draw')} of {found[0].redrawn or 'nothing'}"
    return Text(
        f"Accuracy: mean and standard deviation (points) over {drawn}, "
        f"{min(one.images for one in found):,} test images; "
        f"another test set of this size would move it by up to {widest * 100:.1f} points (95 %). "
        f"Energy is modelled: profile {profile_name} ({profile.kind}), and the range over all shipped profiles in uJ. "
        f"The paper's are its own. Left out: {LEFT_OUT}.",
        style="dim",
    )


def energy_note(profiles: Mapping[str, Profile]) -> Text:
    """Give what stands below energies: what they leave out, and which profiles are calibrated."""
    kinds = ", ".join(f"{name} is {profile.kind}" for name, profile in profiles.items())
    shares = "static/events/hops, and crossings between chips where they cost something"
    return Text(f"Energy profiles: {kinds}; shares are {shares}. Left out: {LEFT_OUT}.", style="dim")


def zoo_table(cards: Sequence[Card], sizes: Mapping[str, int]) -> Table:
    """List shipped networks, to choose by validation; a card tells the test set. `sizes` are bytes by name."""
    table = _table(
        "Shipped networks, and the accuracy of each on the validation split, deployed",
        *("name", "cores", "members", "ticks", "validation", "energy", "size"),
    )
    for card in cards:
        table.add_row(
            card.name,
            f"{card.cores:,}",
            f"{card.members}",
            f"{card.ticks}",
            percent(card.validation_accuracy),
            microjoules(card.shown[0].energy().total),
            f"{sizes[card.name] / 2**20:.1f} MB",
        )
    return table


def robustness_table(rows: Sequence[FaultRow]) -> Table:
    """Show accuracy by model and fault, a column a share of broken parts."""
    shares = list(dict.fromkeys(row.share for row in rows))
    table = _table(
        "Accuracy in % by the share of broken parts", "model", "fault", *(f"{share * 100:g} %" for share in shares)
    )
    for model, fault in dict.fromkeys((row.model, row.fault) for row in rows):
        found = [row for row in rows if (row.model, row.fault) == (model, fault)]
        table.add_row(model, fault, *(f"{row.accuracy_mean * 100:.2f}" for row in found))
    return table


def study_table(title: str, lines: Sequence[tuple[str, str, Measurement]]) -> Table:
    """Show what a study found: model, what of it is broken, and what was measured."""
    broken = any(way for _, way, _ in lines)
    table = _table(
        title, "model", *(["broken"] if broken else []), "members", "draws", "accuracy", "± points", "energy"
    )
    for model, way, found in lines:
        cells = [f"{found.members:,}", f"{found.draws:,}", percent(found.accuracy), _spread(found)]
        table.add_row(model, *([way or "nothing"] if broken else []), *cells, microjoules(found.energy().total))
    return table


def card_table(card: Card) -> Table:
    """Show a model card: what was measured of it on the validation split, which chose, and on the test set."""
    changed = f", changed: {', '.join(card.changes)}" if card.changes else ""
    seed = "" if card.networks else f", seed {card.seed}"
    title = f"{card.name}: method {card.method}, recipe {card.recipe}{changed}{seed}"
    table = _table(title, "members", "cores", "ticks", "valid. %", "test %", "95 % interval", "energy", "range, uJ")
    for validation, found in zip(card.validation, card.shown, strict=True):
        low, high = found.interval
        test = ["not asked", ""] if not card.test else [_spread_out(found), f"{low * 100:.2f} to {high * 100:.2f}"]
        table.add_row(
            f"{found.members}",
            f"{found.cores:,}",
            f"{found.ticks_per_image}",
            f"{validation.accuracy * 100:.2f}",
            *test,
            microjoules(found.energy().total),
            energy_range(found),
        )
    return table


def drift_table(title: str, stages: Sequence[Stage]) -> Table:
    """Show a drift ledger."""
    table = _table(title, "stage", "accuracy", "spikes differ", "votes change", "tick/core/neuron")
    for stage in stages:
        if stage.accuracy is None:
            table.add_row(stage.stage, "not run", "", "", "")
            continue
        first = stage.first
        place = "" if first is None else f"{first.tick}/{first.core}/{first.neuron}"
        counts = ("" if count is None else f"{count:,}" for count in (stage.spikes_differing, stage.votes_changed))
        table.add_row(stage.stage, percent(stage.accuracy), *counts, place)
    return table


def drift_notes(stages: Sequence[Stage]) -> list[str]:
    """Say why stages did not run, a line each."""
    return [f"{stage.stage}: not run: {stage.refused}" for stage in stages if stage.refused is not None]


def support_table(title: str, support: Mapping[str, Support]) -> Table:
    """Show what a format makes of every feature."""
    table = _table(title, "feature", "kept", "how, or what to do")
    for column in table.columns:
        column.justify = "left"
    for feature, how in support.items():
        table.add_row(feature, how.verdict, how.note)
    return table


def keys_text(keys: Sequence[Key]) -> str:
    """Give the keys of a recipe, two lines each: as a file has it, and what it is."""
    lines = []
    for key in keys:
        kind = f"  (of {key.kind})" if key.kind else ""
        told = textwrap.fill(f"{key.meaning}; {key.type}", 80, initial_indent="    ", subsequent_indent="    ")
        lines += [f"{key.key} = {key.default or '...'}{kind}", told]
    return "\n".join(lines)


def percent(share: float, decimals: int = 2) -> str:
    """Give a share as per cent."""
    return f"{share * 100:.{decimals}f} %"


def microjoules(joules: float) -> str:
    """Give joules as microjoules with three significant digits and their unit."""
    return f"{three_digits(joules * 1e6)} uJ"


def three_digits(value: float) -> str:
    """Give a value with three significant digits."""
    return f"{value:#.3g}".rstrip(".")


def energy_range(found: Measurement) -> str:
    """Give the least and the most microjoules of an image under the shipped profiles."""
    return "-".join(microjoules(joules).removesuffix(" uJ") for joules in found.energy_range)


def _shares(energy: Energy) -> str:
    """Give static, events and hops in per cent, and crossings where they cost something."""
    return "/".join(f"{share * 100:.1f}" for share in energy.shares.values()) + " %"


def _spread_out(found: Measurement) -> str:
    """Give an accuracy in per cent with its spread over draws, where there are several."""
    spread = "" if found.accuracy_std is None else f" ± {found.accuracy_std * 100:.2f}"
    return f"{found.accuracy * 100:.2f}{spread}"


def _spread(found: Measurement) -> str:
    return "-" if found.accuracy_std is None else f"{found.accuracy_std * 100:.2f}"


def _table(title: str, *headings: str) -> Table:
    """Begin a table that fits a terminal of 80 columns: its rows have only what their columns need between them."""
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, collapse_padding=True)
    for heading in headings:
        table.add_column(heading, justify="left" if heading == headings[0] else "right", overflow="fold")
    return table


def _row(table: Table, name: str, used: int | str, of: int | str) -> None:
    table.add_row(name, *(f"{cell:,}" if isinstance(cell, int) else cell for cell in (used, of)))
