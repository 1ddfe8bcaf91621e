"""What a report says of a model, section by section: a text, a table, figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spikeloom import plot
from spikeloom.chip.fit import fit_report
from spikeloom.chip.program import ChipProgram
from spikeloom.data.datasets import Dataset
from spikeloom.deployment.deploy import deploy
from spikeloom.drift.ledger import drift_ledger
from spikeloom.errors import FitError
from spikeloom.interface import Interface
from spikeloom.measure.by_image import ByImage, by_image
from spikeloom.measure.energy import LEFT_OUT, shipped_profiles
from spikeloom.measure.evaluation import evaluate_network, evaluate_program
from spikeloom.measure.measurement import Measurement
from spikeloom.measure.votes import interface_needed
from spikeloom.measure.watching import Watched, watch
from spikeloom.network.fields import receptive_fields
from spikeloom.network.initial import initial_network
from spikeloom.network.learned import LearnedNetwork
from spikeloom.notebook import plural
from spikeloom.plot.theme import Theme, themed
from spikeloom.randomness.streams import start_generator
from spikeloom.report.figures import frontier_figure
from spikeloom.report.frontier import SEEDED, entries, seeds_of, spreads
from spikeloom.report.published import published_points
from spikeloom.report.tables import microjoules, percent
from spikeloom.zoo import zoo_card, zoo_names

DRAWS, SIZES = 5, (1, 4, 16)
_DRIFT_IMAGES, _FIELDS = 20, 36

Draw = Callable[[Theme], Figure]
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Section:
    """A part of a report; `rows` begin with their headings."""

    title: str
    text: str = ""
    rows: Rows = ()
    figures: Mapping[str, Draw] = field(default_factory=dict)


class Subject:
    """A model with what a report needs of it, each worked out once."""

    def __init__(
        self, name: str, model: LearnedNetwork | ChipProgram, dataset: Dataset, seed: int = 0, threads: int = 0
    ) -> None:
        self.name, self.model, self.dataset, self.seed, self.threads = name, model, dataset, seed, threads

    @cached_property
    def program(self) -> ChipProgram:
        """One sampled member, or the program itself."""
        return deploy(self.model, seed=self.seed)

    @cached_property
    def interface(self) -> Interface:
        """How it is fed and read."""
        return interface_needed(self.program)

    @cached_property
    def network(self) -> LearnedNetwork | None:
        """The learned network, where it is one."""
        return self.model if isinstance(self.model, LearnedNetwork) else None

    @cached_property
    def ensembles(self) -> dict[int, Measurement]:
        """Measurements by ensemble size, over draws; of a program its own."""
        if self.network is None:
            draws = 1 if self.interface.coding.certain else DRAWS
            found = evaluate_program(self.program, self.dataset, draws=draws, seed=self.seed, threads=self.threads)
            return {found.members: found}
        sizes = dict.fromkeys(SIZES[:1] if self.network.is_certain else SIZES, DRAWS)
        return evaluate_network(self.network, self.dataset, sizes, seed=self.seed, threads=self.threads)

    @cached_property
    def images(self) -> ByImage:
        """What the program decides of every image."""
        return by_image(self.program, self.dataset, seed=self.seed, threads=self.threads)

    @cached_property
    def watched(self) -> Watched:
        """The first image through the layers."""
        return watch(self.program, self.dataset.images[:1], seed=self.seed)


def sections_of(subject: Subject) -> Iterator[Section]:
    """Give every section that can be said of a subject, in the order of reading."""
    yield _summary(subject)
    if subject.network is not None:
        yield from _trained(subject, subject.network)
    yield _plan(subject)
    yield _through(subject)
    yield _decisions(subject)
    yield from _spread(subject)
    yield _energy(subject)
    yield _frontier(subject)
    if subject.network is not None:
        yield _drift(subject, subject.network)


def sections_by_hand(program: ChipProgram) -> Iterator[Section]:
    """Give the sections that can be said of a program that is not fed images."""
    text = "It is fed spikes by hand: without an interface there is no accuracy and no energy of an image to report."
    yield Section("Summary", text, [("what", "value"), *_fit_rows(program)])
    figure = _on_axes(plot.floor_plan, program.coordinates, None, program.routes.between_cores, size=(6.4, 3))
    yield Section("Floor plan", "Cores where they lie, and the routes between them.", figures={"plan": figure})


def _fit_rows(program: ChipProgram) -> Iterator[tuple[str, str]]:
    fit = fit_report(program)
    yield "cores", f"{program.n_cores:,} of {plural(len(program.members), 'member')}, on {plural(fit.chips, 'chip')}"
    yield "axons used", f"{fit.axons_used:,} of {fit.axons_total:,}"
    yield "neurons used", f"{fit.neurons_connected:,} of {fit.neurons_total:,}"
    yield "synapses on", f"{fit.synapses_on:,} of {fit.synapses_total:,}"


def _summary(subject: Subject) -> Section:
    found = next(iter(subject.ensembles.values()))
    low, high = found.interval
    least, most = found.energy_range
    rows = [
        ("accuracy", f"{percent(found.accuracy)}, 95 % interval {percent(low)} to {percent(high)}"),
        ("of", f"{found.images:,} images of {subject.dataset.source or 'arrays'}, {plural(found.draws, 'draw')}"),
        ("energy an image", f"{microjoules(found.energy().total)} ({microjoules(least)} to {microjoules(most)})"),
        ("ticks an image", f"{found.ticks_per_image}, decided after {found.decided_ticks}"),
        *_fit_rows(subject.program),
    ]  # fmt: skip
    return Section("Summary", rows=[("what", "value"), *rows])


def _trained(subject: Subject, network: LearnedNetwork) -> Iterator[Section]:
    training = network.training
    if training.get("recipe"):
        yield Section("Recipe and provenance", rows=[("what", "value"), *_recipe_rows(training)])
    log = training.get("log", [])
    if log:
        yield Section(
            "Learning curves", "Of the training network itself, unsampled.",
            figures={"learning": _on_axes(plot.learning_curves, {subject.name: log})},
        )  # fmt: skip
    after = {"after training": np.concatenate([layer.probabilities[_used(layer.sources)] for layer in network.layers])}
    yield Section(
        "Probabilities of synapses", "On a logarithmic scale; at 0 and 1 a synapse is sure.",
        figures={"probabilities": _on_axes(plot.probabilities, _before(network) | after)},
    )  # fmt: skip
    fields = receptive_fields(network, 0, slice(_FIELDS))
    if len(fields):
        yield Section(
            "Receptive fields", f"Of the first {len(fields)} neurons of core 0 that the layer above sees.",
            figures={"fields": _on_axes(plot.receptive_fields, fields)},
        )  # fmt: skip


def _recipe_rows(training: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    recipe, origin = training["recipe"], training.get("provenance") or {}
    yield "recipe", f"{recipe.get('name')}, seed {training.get('seed')}"
    for table in ("method", "train", "augment"):
        told = ", ".join(f"{key} {_short(value)}" for key, value in recipe.get(table, {}).items())
        yield table, told
    for name in ("version", "commit", "machine", "device", "threads"):
        if name in origin:
            yield name, str(origin[name])
    if origin.get("libraries"):
        yield "libraries", ", ".join(f"{name} {number}" for name, number in origin["libraries"].items())


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("name", value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _before(network: LearnedNetwork) -> dict[str, np.ndarray]:
    """Give the probabilities that the network began with, as its seed draws them; none where it does not say."""
    if "start" in network.training:
        return {}  # it began from another network
    seed = network.training.get("seed")
    if type(seed) is not int or seed < 0:
        return {}
    try:
        first = initial_network(network.topology, network.interface, network.convention, start_generator(seed))
    except FitError:
        return {}
    return {"before": np.concatenate([layer.probabilities[_used(layer.sources)] for layer in first.layers])}


def _used(sources: np.ndarray) -> np.ndarray:
    """Give which axons are fed, (n_cores, n_axons) bool."""
    return np.asarray((sources >= 0).any(2))


def _plan(subject: Subject) -> Section:
    program, watched = subject.program, subject.watched
    counts, routes = watched.rasters.sum((0, 1, 3)), program.routes.between_cores
    return Section(
        "Floor plan", "Cores where they lie, by their spikes for the first image, and the routes between them.",
        figures={"plan": _on_axes(plot.floor_plan, program.coordinates, counts, routes, size=(6.4, 3))},
    )  # fmt: skip


def _through(subject: Subject) -> Section:
    watched, label = subject.watched, int(subject.dataset.labels[0])
    layers = {
        f"layer {number + 1}": watched.layer(number, int(watched.members[0]))[0]
        for number in range(int(watched.layers.max()) + 1)
    }
    names, decided = subject.images.class_names, int(subject.images.decided[0])
    figures = {
        "raster": _on_axes(plot.raster, layers, size=(5.2, 4.2)),
        "votes": _on_axes(plot.votes, subject.images.shares[0], names, label),
    }
    text = f"It is {names[label]}, and {_deciding(subject)} decided as {names[decided]}."
    return Section("The first image through the layers", text, figures=figures)


def _deciding(subject: Subject) -> str:
    return f"by {plural(len(subject.program.members), 'member')}"


def _decisions(subject: Subject) -> Section:
    each, names = subject.images, subject.images.class_names
    rows = [("class", "accuracy"), *((name, percent(share)) for name, share in each.class_accuracy.items())]
    frame = subject.dataset.images if subject.dataset.images.ndim == 4 else subject.dataset.images[:, 0]
    text = f"{percent(each.accuracy)} right, {percent(float(each.tied.mean()))} tied, {_deciding(subject)}."
    return Section(
        "Decisions", text, rows,
        {
            "confusion": _on_axes(plot.confusion, each.confusion, names, size=(5.4, 5)),
            "mistakes": _on_axes(plot.mistakes, frame, each.labels, each.decided, names, each.costs, size=(6.4, 3)),
        },
    )  # fmt: skip


def _spread(subject: Subject) -> Iterator[Section]:
    found = subject.ensembles
    rows: list[Sequence[str]] = [["members", "cores", "draws", "accuracy", "±", "energy"]]
    for size, one in found.items():
        std = "-" if one.accuracy_std is None else f"{one.accuracy_std * 100:.2f}"
        rows.append(
            [f"{size}", f"{one.cores:,}", f"{one.draws}", percent(one.accuracy), std, microjoules(one.energy().total)]
        )
    accuracies, stds = zip(*((one.accuracy, one.accuracy_std) for one in found.values()), strict=True)
    first = next(iter(found.values()))
    text = f"Draws redraw {first.redrawn}." if first.redrawn else "Nothing is drawn: every draw is the same."
    figures = {} if len(found) == 1 else {"members": _on_axes(plot.accuracy_by_members, list(found), accuracies, stds)}
    yield Section("Spread over draws, and ensemble size", f"{text} {_seeds(subject)}", rows, figures)


def _seeds(subject: Subject) -> str:
    """Say how far training seeds lie apart, where several of the recipe are shipped."""
    recipe = {} if subject.network is None else subject.network.training.get("recipe", {})
    if not any(recipe.get("name") in recipes for recipes in SEEDED.values()):
        return "The spread over training seeds is not known."
    seeds = seeds_of(map(zoo_card, zoo_names()), recipe["name"])
    mean, std = seeds.test
    spread = f"{percent(mean)} ± {std * 100:.2f} on the test set"
    return f"Over {len(seeds.names)} training seeds of the shipped recipe of that name: {spread}."


def _energy(subject: Subject) -> Section:
    found = next(iter(subject.ensembles.values()))
    parts = ["static", "events", "hops", *(["crossings"] if found.crossings_per_image else [])]
    rows: list[Sequence[str]] = [["profile", "kind", *parts, "total"]]
    for name, profile in shipped_profiles().items():
        energy = found.energy(profile)
        rows.append(
            (
                name,
                profile.kind,
                *(f"{energy.shares.get(part, 0.0) * 100:.1f} %" for part in parts),
                microjoules(energy.total),
            )
        )
    crossed = f" and {found.crossings_per_image:,.0f} crossings between chips" if found.crossings_per_image else ""
    counted = f"{found.events_per_image:,.0f} synaptic events, {found.hops_per_image:,.0f} hops{crossed} an image"
    text = f"Modelled, from {counted}. Left out: {LEFT_OUT}."
    return Section("Energy of an image", text, rows)


def _frontier(subject: Subject) -> Section:
    cards = [zoo_card(name) for name in zoo_names()]
    found, source = next(iter(subject.ensembles.values())), subject.dataset.source
    data = source if source is not None and source in SEEDED else "mnist"

    def draw(theme: Theme) -> Figure:
        published = published_points() if data == "mnist" else ()
        return frontier_figure(theme, entries(cards, data), spreads(cards, data), {subject.name: found}, published)

    text = (
        "" if source == data else "The frontier is of MNIST, and this of other data: compare energies, not accuracies."
    )
    return Section("On the frontier", text, figures={"frontier": draw})


def _drift(subject: Subject, network: LearnedNetwork) -> Section:
    images = subject.dataset.take(slice(_DRIFT_IMAGES))
    rows: list[Sequence[str]] = [["stage", "accuracy", "spikes differing", "votes changed"]]
    for stage in drift_ledger(network, images, seed=subject.seed):
        if stage.accuracy is None:
            rows.append([stage.stage, "not run", "", (stage.refused or "")[:120]])
        else:
            counts = ("" if count is None else f"{count:,}" for count in (stage.spikes_differing, stage.votes_changed))
            rows.append([stage.stage, percent(stage.accuracy), *counts])
    return Section("Drift ledger", f"The same {len(images)} images through every form the network takes.", rows)


def _on_axes(draw: Callable[..., Axes], *values: Any, size: tuple[float, float] = (5.2, 3.8)) -> Draw:
    """Give a plot as a function of the theme alone."""

    @themed
    def drawn(theme: Theme) -> Figure:
        figure = Figure(figsize=size, layout="constrained")
        draw(*values, axes=figure.subplots(), theme=theme)
        return figure

    return drawn
