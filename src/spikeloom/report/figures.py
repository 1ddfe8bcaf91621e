"""Figures, as PNG and SVG, on light and on dark ground."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spikeloom.measure.energy import PAPER_PROFILE
from spikeloom.measure.measurement import Measurement
from spikeloom.measure.robustness import FaultRow
from spikeloom.plot.scale import space_by_error
from spikeloom.plot.theme import THEMES, Theme, themed
from spikeloom.report.figure_files import write_figure
from spikeloom.report.frontier import Entry, Seeds, picked, reported
from spikeloom.report.published import PublishedPoint, paper_points
from spikeloom.report.rows import Reproduced

_METHODS = {"probabilities": ("o", "the paper's method, sampled"), "deployed": ("s", "trained as deployed")}
_PAPERS_METHOD = ("mnist-5-paper", "mnist-30-paper-long")
_LONGEST_NAME = 36
_LABEL_ROOM = 1.65  # energies closer than by this factor would write over each other
_REPORTED = {"reported": "reported for hardware", "inferred": "energy inferred from cores"}
_BESIDE: dict[str, dict[str, Any]] = {
    "left": {"xytext": (-9, -3), "ha": "right", "va": "top"},
    "right": {"xytext": (9, -3), "ha": "left", "va": "top"},
    "below": {"xytext": (0, -9), "ha": "center", "va": "top"},
}


@themed
def accuracy_energy_figure(theme: Theme, rows: Sequence[Reproduced]) -> Figure:
    """Draw the paper's experiment: accuracy against energy per image, the paper's points marked.

    Error bars are the standard deviation over draws. Accuracy is spaced by the logarithm of the error, so that the
    step from 99 to 99.5 % shows as what it is, half of the errors gone.
    """
    figure = Figure(figsize=(7.2, 4.5), layout="constrained")
    axes = figure.subplots()
    for number, network in enumerate(dict.fromkeys(row.network for row in rows)):
        _draw_network(theme, axes, number, network, [row.measurement for row in rows if row.network == network])
    _draw_published(theme, axes, paper_points())
    _label_axes(axes, [row.measurement for row in rows], paper_points())
    return figure


@themed
def frontier_figure(
    theme: Theme,
    found: Sequence[Entry],
    seeds: Mapping[str, Seeds],
    marked: Mapping[str, Measurement] | None = None,
    published: Sequence[PublishedPoint] = (),
) -> Figure:
    """Draw accuracy against energy of what the validation split picks in the zoo, beside published points.

    The paper's method, trained to the end, is there as it is deployed in ensembles of 1, 4, 16 and 64. The line runs
    through what the validation split picks; bars there are the 95 % interval of the accuracy, and the range of the
    energy over the shipped profiles.

    Parameters
    ----------
    seeds : mapping of recipe to Seeds
        Their mean stands in the label of the network that the recipe made.
    marked : mapping of name to Measurement, optional
        Of others, that are to be found on it.
    published : sequence of PublishedPoint
        Of others on the same data.
    """
    figure = Figure(figsize=(9.2, 5.8), layout="constrained")
    axes = figure.subplots()
    line = picked(found)
    best = [entry.reported for entry in line]
    chosen = reported(found)
    told = [entry for entry in found if entry in chosen or entry.card.name in _PAPERS_METHOD]
    for colour, (method, (marker, label)) in zip(theme.series, _METHODS.items(), strict=False):
        tests = [entry.reported for entry in told if entry.card.method == method]
        if not tests:
            continue
        axes.plot(*_places(tests), marker, color=colour, markersize=6, zorder=3, linestyle="none",
                  label=f"{label} (modelled energy)")  # fmt: skip
    axes.step(*_places(best), where="post", color=theme.grey, linewidth=1.2, zorder=1,
              label="what the validation split picks")  # fmt: skip
    _draw_uncertainty(theme, axes, best)
    for entry in _apart(line):
        axes.annotate(
            _told(entry, seeds), (_microjoules(entry.reported), entry.reported.interval[1] * 100),
            xytext=(3, 3), textcoords="offset points", ha="right", va="bottom", fontsize=7.5,
            bbox={"facecolor": theme.ground, "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip
    _draw_published(theme, axes, published)
    for name, one in (marked or {}).items():
        axes.plot(
            _microjoules(one), one.accuracy * 100, "o", markersize=13, markerfacecolor="none",
            markeredgecolor=theme.series[2], markeredgewidth=2.5, zorder=6, label=name,
        )  # fmt: skip
    _label_axes(axes, [*(entry.reported for entry in told), *(marked or {}).values()], published)
    return figure


@themed
def robustness_figure(theme: Theme, rows: Sequence[FaultRow]) -> Figure:
    """Draw accuracy against the share of broken parts, a panel a fault, a line a model; bars are the spread."""
    faults = list(dict.fromkeys(row.fault for row in rows))
    figure = Figure(figsize=(3.0 * len(faults), 3.9), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(faults), sharey=True))
    for axes, fault in zip(panels, faults, strict=True):
        for model in dict.fromkeys(row.model for row in rows):
            found = [row for row in rows if (row.model, row.fault) == (model, fault)]
            axes.errorbar(
                [row.share * 100 for row in found], [row.accuracy_mean * 100 for row in found],
                yerr=[(row.accuracy_std or 0) * 100 for row in found],
                marker="o", markersize=4, linewidth=1.3, capsize=2, label=f"{_short(model)}, {found[0].cores:,} cores",
            )  # fmt: skip
        axes.set_title(fault, fontsize=10)
        axes.set_xlabel("share broken in %")
    space_by_error(panels[0], [row.accuracy_mean * 100 for row in rows])
    # below the panels: names may be long, and curves are everywhere
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure


def _short(name: str) -> str:
    """Give the end of a long path."""
    return name if len(name) <= _LONGEST_NAME else f"…{name[-_LONGEST_NAME:]}"


def save_figures(draw: Callable[[Theme], Figure], path: Path) -> list[Path]:
    """Draw a figure on light and on dark ground, write each beside `path` as PNG and as SVG, and give the paths."""
    places = [(theme, path.with_name(path.stem + theme.suffix)) for theme in THEMES]
    return [written for theme, place in places for written in write_figure(draw(theme), place)]


def _size(test: Measurement) -> str:
    """Say how many cores vote, and for how many ticks where it is not one."""
    return f"{test.cores:,} cores" + (f", {test.ticks_per_image} ticks" if test.ticks_per_image > 1 else "")


def _microjoules(found: Measurement) -> float:
    return found.energy(PAPER_PROFILE).total * 1e6


def _places(found: Sequence[Measurement]) -> tuple[list[float], list[float]]:
    return [_microjoules(one) for one in found], [one.accuracy * 100 for one in found]


def _told(entry: Entry, seeds: Mapping[str, Seeds]) -> str:
    """Give what a label says: size, accuracy, and the mean over seeds where there are several."""
    known = seeds.get(entry.card.name)
    mean = "" if known is None else f" ({len(known.names)} seeds: {known.test[0] * 100:.2f})"
    return f"{_size(entry.reported)}\n{entry.reported.accuracy * 100:.2f} %{mean}"


def _apart(line: Sequence[Entry]) -> list[Entry]:
    """Give those of ascending energies that get a label: of neighbours the one that the validation split picks."""
    groups: list[list[Entry]] = []
    for entry in line:
        if groups and _microjoules(entry.reported) < _LABEL_ROOM * _microjoules(groups[-1][-1].reported):
            groups[-1].append(entry)
        else:
            groups.append([entry])
    return [max(group, key=lambda entry: entry.validation.accuracy) for group in groups]


def _draw_uncertainty(theme: Theme, axes: Axes, tests: Sequence[Measurement]) -> None:
    """Draw the interval of each accuracy, and faintly the range of each energy over the profiles."""
    for test in tests:
        x, (low, high) = _microjoules(test), test.interval
        axes.plot([x, x], [low * 100, high * 100], color=theme.grey, linewidth=0.9, zorder=2)
        least, most = test.energy_range
        y = test.accuracy * 100
        axes.plot([least * 1e6, most * 1e6], [y, y], color=theme.faint, linewidth=2.2, zorder=0, solid_capstyle="butt")


def _draw_published(theme: Theme, axes: Axes, points: Sequence[PublishedPoint]) -> None:
    """Draw the paper's points as stars, others hollow and named: a diamond is reported, a cross inferred."""
    told: set[str] = set()
    for point in points:
        of_paper = point.network is not None
        label = "Esser et al. 2015, reported for the chip" if of_paper else f"others, {_REPORTED[point.kind]}"
        marker = "*" if of_paper else {"reported": "D", "inferred": "x"}[point.kind]
        axes.plot(
            point.joules * 1e6, point.accuracy * 100, marker, color=theme.ink, zorder=4, linestyle="none",
            markerfacecolor=theme.ink if of_paper else "none", markersize=13 if of_paper else 5,
            label=None if label in told else label,
        )  # fmt: skip
        told.add(label)
        if point.joules_elsewhere is not None:
            x = [point.joules * 1e6, point.joules_elsewhere * 1e6]
            axes.plot(x, [point.accuracy * 100] * 2, "-", color=theme.ink, linewidth=1.2, zorder=3)
        name = f"{point.accuracy * 100:g} %, {point.joules * 1e6:g} µJ" if of_paper else point.label.split(",")[0]
        axes.annotate(
            name, (point.joules * 1e6, point.accuracy * 100), textcoords="offset points", fontsize=7.5,
            color=theme.grey, **_BESIDE[point.beside],
        )  # fmt: skip


def _draw_network(theme: Theme, axes: Axes, number: int, network: str, found: Sequence[Measurement]) -> None:
    energy, accuracy = _places(found)
    colour = theme.series[number % len(theme.series)]
    axes.errorbar(
        energy, accuracy, yerr=[(one.accuracy_std or 0) * 100 for one in found], color=colour, marker="o",
        markersize=5, linewidth=1.5, capsize=3, zorder=3,
        label=f"{network}, {found[0].cores // found[0].members} cores a member (modelled energy)",
    )  # fmt: skip
    # on the side of its line where the other network's is not
    beside: dict[str, Any] = {"xytext": (4, -7), "ha": "left", "va": "top"}
    above: dict[str, Any] = {"xytext": (-3, 7), "ha": "right", "va": "bottom"}
    for one, x, y in zip(found, energy, accuracy, strict=True):
        place = above if number % 2 and one is not found[0] else beside
        axes.annotate(f"×{one.members}", (x, y), textcoords="offset points", fontsize=8, color=colour, **place)


def _label_axes(axes: Axes, found: Sequence[Measurement], published: Sequence[PublishedPoint]) -> None:
    axes.set_xscale("log")
    images = {one.images for one in found}
    shown = f"on {images.pop():,} test images " if len(images) == 1 else ""
    accuracies = [one.accuracy * 100 for one in found] + [point.accuracy * 100 for point in published]
    space_by_error(axes, accuracies, f"accuracy {shown}in %")
    energies = [_microjoules(one) for one in found] + [point.joules * 1e6 for point in published]
    least, most = min(energies) / 5, max(energies) * 3
    axes.set_xlim(least, most)
    ticks = [tick for tick in (0.01, 0.1, 1, 10, 100, 1000) if least <= tick <= most]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlabel(f"energy per image in µJ (ours: modelled, profile {PAPER_PROFILE})", fontsize=9)
    axes.legend(loc="lower right")
