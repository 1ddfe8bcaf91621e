"""Figures, as PNG and SVG."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spikeloom.artefact import write_atomically
from spikeloom.report.published import PublishedPoint, paper_points, published_points

_COLOURS = {"mnist-5": "#0072b2", "mnist-30": "#d55e00"}  # told apart by colour-blind readers too
_INK, _FAINT = "#222222", "#d9d9d9"
_LABEL_ROOM = 2.2  # energies closer than by this factor would write over each other
_ACCURACY_TICKS = (80, 90, 95, 97, 98, 99, 99.5, 99.8)


def accuracy_energy_figure(rows: Sequence[Mapping[str, Any]], profile: str) -> Figure:
    """Draw accuracy against energy per image, the paper's points marked.

    Error bars are the standard deviation over draws. Accuracy is spaced by the logarithm of the error, so that the
    step from 99 to 99.5 % shows as what it is, half of the errors gone.
    """
    figure = Figure(figsize=(7.2, 4.5), layout="constrained")
    axes = figure.subplots()
    for network in dict.fromkeys(row["network"] for row in rows):
        _draw_network(axes, network, [row for row in rows if row["network"] == network], profile)
    for index, point in enumerate(paper_points()):
        axes.plot(
            point.joules * 1e6, point.accuracy * 100, "*", color=_INK, markersize=13, zorder=4,
            label="the paper, on the chip" if index == 0 else None,
        )  # fmt: skip
        axes.annotate(
            f"{point.accuracy * 100:g} %\n{point.joules * 1e6:g} µJ", (point.joules * 1e6, point.accuracy * 100),
            xytext=(10, -8), textcoords="offset points", va="top", fontsize=8, color=_INK,
        )  # fmt: skip
    _label_axes(axes, rows, profile, paper_points())
    return figure


def frontier_figure(rows: Sequence[Mapping[str, Any]], profile: str) -> Figure:
    """Draw accuracy against energy of everything in the zoo, the best at every energy joined, beside published points.

    Parameters
    ----------
    rows : sequence of rows as ``simulate --json`` gives them, with the ``name`` of the network
    """
    figure = Figure(figsize=(8.6, 5.2), layout="constrained")
    axes = figure.subplots()
    for sampled, colour, marker, label in (
        (True, "#0072b2", "o", "probabilities, sampled"),
        (False, "#d55e00", "s", "trained as deployed"),
    ):
        chosen = [row for row in rows if (row["draws"] > 1) == sampled]
        x, y = ([_microjoules(row, profile) for row in chosen], [row["accuracy_mean"] * 100 for row in chosen])
        axes.plot(x, y, marker, color=colour, markersize=6, zorder=3, label=label)
    best = _best_at_every_energy(rows, profile)
    axes.step(
        [_microjoules(row, profile) for row in best], [row["accuracy_mean"] * 100 for row in best],
        where="post", color=_FAINT, linewidth=1.6, zorder=1, label="our frontier",
    )  # fmt: skip
    for row in _apart(best, profile):
        axes.annotate(
            f"{_size(row)}\n{row['accuracy_mean'] * 100:.2f} %",
            (_microjoules(row, profile), row["accuracy_mean"] * 100),
            xytext=(-3, 5), textcoords="offset points", ha="right", va="bottom", fontsize=7.5, color=_INK,
        )  # fmt: skip
    _draw_published(axes)
    _label_axes(axes, rows, profile, published_points())
    return figure


def robustness_figure(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw accuracy against the share of broken parts, a panel a fault, a line a model; bars are the spread."""
    faults = list(dict.fromkeys(row["fault"] for row in rows))
    figure = Figure(figsize=(3.0 * len(faults), 3.6), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(faults), sharey=True))
    for axes, fault in zip(panels, faults, strict=True):
        for model in dict.fromkeys(row["model"] for row in rows):
            found = [row for row in rows if (row["model"], row["fault"]) == (model, fault)]
            axes.errorbar(
                [row["share"] * 100 for row in found], [row["accuracy_mean"] * 100 for row in found],
                yerr=[(row["accuracy_std"] or 0) * 100 for row in found],
                marker="o", markersize=4, linewidth=1.3, capsize=2, label=f"{model}, {found[0]['cores']:,} cores",
            )  # fmt: skip
        axes.set_title(fault, fontsize=10)
        axes.set_xlabel("share broken in %")
        axes.grid(color=_FAINT, linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylim(0, 100)
    panels[0].set_ylabel("accuracy in %")
    panels[0].legend(loc="lower left", frameon=False, fontsize=8)
    return figure


def _size(row: Mapping[str, Any]) -> str:
    """Say how many cores vote, and for how many ticks where it is not one."""
    ticks = row["ticks_per_image"]
    return f"{row['cores']:,} cores" + (f", {ticks} ticks" if ticks > 1 else "")


def _microjoules(row: Mapping[str, Any], profile: str) -> float:
    return float(row["energy_joules"][profile]) * 1e6


def _best_at_every_energy(rows: Sequence[Mapping[str, Any]], profile: str) -> list[Mapping[str, Any]]:
    best: list[Mapping[str, Any]] = []
    for row in sorted(rows, key=lambda row: (_microjoules(row, profile), -row["accuracy_mean"])):
        if not best or row["accuracy_mean"] > best[-1]["accuracy_mean"]:
            best.append(row)
    return best


def _apart(best: Sequence[Mapping[str, Any]], profile: str) -> list[Mapping[str, Any]]:
    """Give those of ascending rows that have room for a label: of neighbours the better one."""
    pairs = zip(best, [*best[1:], None], strict=True)
    return [
        row
        for row, after in pairs
        if after is None or _microjoules(after, profile) > _LABEL_ROOM * _microjoules(row, profile)
    ]


def _draw_published(axes: Axes) -> None:
    """Draw the paper's points as stars, others hollow and named."""
    for index, point in enumerate(published_points()):
        of_paper = point.network is not None
        axes.plot(
            point.joules * 1e6, point.accuracy * 100, "*" if of_paper else "D", color=_INK,
            markerfacecolor=_INK if of_paper else "none", markersize=13 if of_paper else 5, zorder=4,
            label="Esser et al. 2015, on the chip" if index == 0 else None,
        )  # fmt: skip
        axes.annotate(
            point.label.split(",")[0], (point.joules * 1e6, point.accuracy * 100),
            xytext=(9, -3), textcoords="offset points", va="top", fontsize=7.5, color="#555555",
        )  # fmt: skip
    axes.plot([], [], "D", color=_INK, markerfacecolor="none", markersize=5, label="others, by their own figures")


def save_figure(figure: Figure, path: Path) -> list[Path]:
    """Write a figure beside `path` as PNG and as SVG, atomically, and give both paths."""
    paths = [path.with_suffix(".png"), path.with_suffix(".svg")]
    with matplotlib.rc_context({"svg.hashsalt": "spikeloom"}):  # the same figure gives the same bytes
        for target in paths:
            content = io.BytesIO()
            metadata = {"Date": None} if target.suffix == ".svg" else None
            figure.savefig(content, format=target.suffix[1:], dpi=160, metadata=metadata)
            write_atomically(target, content.getvalue())
    return paths


def _draw_network(axes: Axes, network: str, rows: Sequence[Mapping[str, Any]], profile: str) -> None:
    energy = [row["energy_joules"][profile] * 1e6 for row in rows]
    accuracy = [row["accuracy_mean"] * 100 for row in rows]
    spread = [(row["accuracy_std"] or 0) * 100 for row in rows]
    colour = _COLOURS.get(network)
    axes.errorbar(
        energy, accuracy, yerr=spread, color=colour, marker="o", markersize=5, linewidth=1.5, capsize=3,
        label=f"{network}, {rows[0]['cores'] // rows[0]['members']} cores a member", zorder=3,
    )  # fmt: skip
    for row, x, y in zip(rows, energy, accuracy, strict=True):
        axes.annotate(
            f"×{row['members']}", (x, y), xytext=(-3, 7), textcoords="offset points",
            ha="right", fontsize=8, color=colour,
        )  # fmt: skip


def _label_axes(
    axes: Axes, rows: Sequence[Mapping[str, Any]], profile: str, published: Sequence[PublishedPoint]
) -> None:
    axes.set_xscale("log")
    axes.set_yscale("function", functions=(_spacing, lambda y: 100 - 10.0**-y))
    accuracies = [row["accuracy_mean"] * 100 for row in rows] + [p.accuracy * 100 for p in published]
    low, high = 100 - (100 - min(accuracies)) * 1.45, 100 - (100 - max(accuracies)) / 1.5
    ticks = [tick for tick in _ACCURACY_TICKS if low <= tick <= high]
    axes.set_ylim(low, high)
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_yticks([], minor=True)
    energies = [row["energy_joules"][profile] * 1e6 for row in rows] + [p.joules * 1e6 for p in published]
    axes.set_xlim(min(energies) / 2, max(energies) * 3)
    ticks = [tick for tick in (0.01, 0.1, 1, 10, 100, 1000) if min(energies) / 2 <= tick <= max(energies) * 3]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlabel(f"energy per image in µJ (profile {profile})")
    axes.set_ylabel("accuracy on 10,000 test images in %" if _all_images(rows) else "accuracy in %")
    axes.grid(color=_FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower right", frameon=False, fontsize=9)


def _spacing(accuracy: np.ndarray) -> np.ndarray:
    return -np.log10(np.maximum(100 - accuracy, 1e-3))


def _all_images(rows: Sequence[Mapping[str, Any]]) -> bool:
    return all(row["images"] == 10_000 for row in rows)
