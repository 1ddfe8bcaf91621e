"""Tables of the docs, made from cards, profiles and formats; a document marks where each belongs.

A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from spikeloom.export.features import FEATURES
from spikeloom.export.formats import FORMATS
from spikeloom.measure.accuracy import compare
from spikeloom.measure.energy import PAPER_PROFILE, shipped_profiles
from spikeloom.measure.measurement import Measurement
from spikeloom.report.frontier import SEEDED, Entry, entries, picked, reported, seeds_of
from spikeloom.report.published import published_points
from spikeloom.report.tables import percent, three_digits
from spikeloom.training.recipe_keys import recipe_keys
from spikeloom.zoo import zoo_card, zoo_names
from spikeloom.zoo.cards import Card

_PAPER_IMAGES = 10_000  # of MNIST's test set, by which the paper's accuracies are told too
_SHOWN_LONGER = (
    "mnist-5-long",
    "mnist-5-long-x2",
    "mnist-13",
    "mnist-13-x2",
    "mnist-13-x3",
    "mnist-29-bent",
    "mnist-29-bent-x2",
    "mnist-29-bent-x3",
)
_PLACE = re.compile(r"(<!-- table: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str) -> str:
    """Give a document with every table in its place as it is now; KeyError where a name is not known."""
    return _PLACE.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}{found[3]}", text)


def interval(found: Measurement) -> str:
    """Give the 95 % interval of an accuracy in per cent."""
    low, high = found.interval
    return f"{low * 100:.2f} to {high * 100:.2f}"


def energy(found: Measurement) -> str:
    """Give the energy of an image under the default profile, and its range over the shipped ones."""
    least, most = found.energy_range
    return f"{_microjoules(found.energy().total)} ({_microjoules(least)} to {_microjoules(most)})"


def _microjoules(joules: float) -> str:
    """Give microjoules without their unit, which headings have."""
    return three_digits(joules * 1e6)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> str:
    ruler = ["---"] * left + ["--:"] * (len(headings) - left)
    return "".join(f"| {' | '.join(row)} |\n" for row in (headings, ruler, *rows))


def _cards() -> list[Card]:
    return [zoo_card(name) for name in zoo_names()]


def _what(entry: Entry) -> str:
    """Name a network, and what votes together where it is not one member of it."""
    times = f" × {entry.shown.members}" if entry.card.method == "probabilities" and entry.shown.members > 1 else ""
    return f"`{entry.card.name}`{times}"


def _frontier(data: str) -> str:
    """Every ensemble of the zoo for a data set; test figures only of those that the validation split picks."""
    found = entries(_cards(), data)
    line, told = picked(found), reported(found)
    rows = []
    for entry in found:
        test = [percent(entry.reported.accuracy), interval(entry.reported)] if entry in told else ["", ""]
        # a card may hold what the test set said of it when it was picked; of such a one nothing of that is told
        measured = entry.reported if entry in told else entry.validation
        rows.append(
            [
                f"**{_what(entry)}**" if entry in line else _what(entry),
                entry.card.method,
                f"{measured.cores:,}",
                f"{measured.ticks_per_image}",
                percent(entry.validation.accuracy),
                *test,
                energy(measured),
            ]
        )
    headings = ("network", "method", "cores", "ticks", "validation", "test", "95 % interval", "energy, µJ (range)")
    return _table(headings, rows, left=2)


def _headlines(data: str) -> str:
    """What the validation split picks from the networks trained as deployed, and the spread over seeds where known."""
    rows = []
    for entry in reported([entry for entry in entries(_cards(), data) if entry.card.method == "deployed"]):
        spread = ""
        if entry.card.recipe == entry.card.name and entry.card.name in SEEDED[data]:
            seeds = seeds_of(_cards(), entry.card.recipe)
            spread = f"**{percent(seeds.test[0])} ± {seeds.test[1] * 100:.2f}** ({len(seeds.names)} seeds)"
        rows.append(
            [
                _what(entry),
                f"{entry.shown.cores:,}",
                f"{entry.shown.ticks_per_image}",
                percent(entry.validation.accuracy),
                percent(entry.reported.accuracy),
                interval(entry.reported),
                spread,
                energy(entry.shown),
            ]
        )
    headings = ("network", "cores", "ticks an image", "validation", "test", "95 % interval", "test, over seeds")
    return _table((*headings, "energy, µJ (range)"), rows)


def _paper() -> str:
    """The paper's experiment with the shipped networks of its two sizes that train in minutes, and its own points."""
    return _paper_rows(("mnist-5", "mnist-30"))


def _paper_trained() -> str:
    """The same of the networks that recipe `paper` trained to the end."""
    return _paper_rows(("mnist-5-paper", "mnist-30-paper", "mnist-30-paper-long"))


def _paper_rows(names: Sequence[str]) -> str:
    known = {(point.cores, point.members): point for point in published_points() if point.network is not None}
    rows = []
    for name in names:
        for found in zoo_card(name).test:
            point = known.get((found.cores, found.members))
            theirs = ""
            if point is not None:
                beside = compare((found.accuracy, found.images), (point.accuracy, _PAPER_IMAGES))
                beside = beside.removesuffix(" with")
                theirs = f"{percent(point.accuracy)}, {_microjoules(point.joules)} µJ: ours is {beside}"
            spread = "-" if found.accuracy_std is None else f"{found.accuracy_std * 100:.2f}"
            sizes = [f"{found.members}", f"{found.cores:,}", f"{found.draws}"]
            rows.append([name, *sizes, percent(found.accuracy), spread, interval(found), energy(found), theirs])
    headings = ("network", "members", "cores", "draws", "accuracy", "± over draws", "95 % interval")
    return _table((*headings, "energy, µJ (range)", "the paper"), rows)


def _seeds(data: str) -> str:
    """Mean and spread over training seeds."""
    rows = []
    for recipe in SEEDED[data]:
        found = seeds_of(_cards(), recipe)
        spread = [f"{percent(mean)} ± {std * 100:.2f}" for mean, std in (found.validation, found.test)]
        each = ", ".join(f"{zoo_card(name).test[0].accuracy * 100:.2f}" for name in found.names)
        rows.append([recipe, f"{len(found.names)}", *spread, each])
    return _table(("recipe", "seeds", "validation", "test", "test, each"), rows)


def _looks() -> str:
    """Networks alone and together, shown once or longer; test figures of those that the validation split picks."""
    cards = {card.name: card for card in _cards()}
    told = {entry.card.name for entry in reported(entries(cards.values()))}
    rows = []
    for name in _SHOWN_LONGER:
        shown = {"once": cards[name], "5 ticks": cards[f"{name}-ticks5"], "9 ticks": cards[f"{name}-ticks9"]}
        validation = [percent(card.validation_accuracy) for card in shown.values()]
        test = [f"{percent(card.test[0].accuracy)} ({looks})" for looks, card in shown.items() if card.name in told]
        rows.append([f"`{name}`", f"{cards[name].cores}", *validation, ", ".join(test)])
    return _table(("network", "cores", "once", "5 ticks", "9 ticks", "test, of those on the frontier"), rows)


def _profiles() -> str:
    rows = [
        [
            f"`{name}`" + (" (default)" if name == PAPER_PROFILE else ""),
            profile.kind,
            f"{profile.static_joules_per_core_tick * 1e9:g} nJ",
            f"{profile.joules_per_event * 1e12:g} pJ",
            f"{profile.joules_per_hop * 1e12:g} pJ",
            f"{profile.joules_per_crossing * 1e12:g} pJ" if profile.joules_per_crossing else "",
        ]
        for name, profile in shipped_profiles().items()
    ]
    return _table(("profile", "kind", "static, per core and tick", "event", "hop", "crossing"), rows, left=2)


def _published() -> str:
    rows = [
        [point.label, point.kind, percent(point.accuracy, 1), _microjoules(point.joules), point.source]
        for point in published_points()
    ]
    return _table(("system", "energy is", "accuracy", "µJ an image", "source"), rows, left=2)


def _formats() -> str:
    rows = [
        [f"`{form.name}`", form.title, ", ".join(form.reads) or "written only", ", ".join(form.options.model_fields)]
        for form in FORMATS.values()
    ]
    return _table(("format", "whose, and its files", "read from", "options (`--set`)"), rows, left=4)


def _support() -> str:
    rows = [[feature.name, *(form.support[feature.name].verdict for form in FORMATS.values())] for feature in FEATURES]
    return _table(("feature", *(f"`{name}`" for name in FORMATS)), rows, left=1 + len(FORMATS))


def _recipe_keys() -> str:
    rows = [
        [f"`{key.key}`" + (f" ({key.kind})" if key.kind else ""), key.type, key.default, key.meaning]
        for key in recipe_keys()
    ]
    return _table(("key", "type", "default", "meaning"), rows, left=4)


TABLES: Mapping[str, Callable[[], str]] = {
    "headlines": partial(_headlines, "mnist"),
    "headlines-fashion": partial(_headlines, "fashion-mnist"),
    "frontier": partial(_frontier, "mnist"),
    "frontier-fashion": partial(_frontier, "fashion-mnist"),
    "paper": _paper,
    "paper-trained": _paper_trained,
    "seeds": partial(_seeds, "mnist"),
    "seeds-fashion": partial(_seeds, "fashion-mnist"),
    "looks": _looks,
    "profiles": _profiles,
    "published": _published,
    "formats": _formats,
    "support": _support,
    "recipe-keys": _recipe_keys,
}
"""Every table by the name that a document gives it."""
