"""The trials of a search as a figure."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from spikeloom.frontier.trial import Trial
from spikeloom.measure.energy import PAPER_PROFILE
from spikeloom.plot.scale import number_plainly, space_by_error
from spikeloom.plot.theme import Theme, themed


@themed
def search_figure(theme: Theme, trials: Sequence[Trial], best: Sequence[Trial]) -> Figure:
    """Draw validation accuracy against energy, a point a trial; those that no other beats in both are joined."""
    figure = Figure(figsize=(7.2, 4.5), layout="constrained")
    axes = figure.subplots()
    line = sorted((trial for trial in best if trial.is_judged), key=lambda trial: trial.joules or 0)
    others = [trial for trial in trials if trial.is_judged and trial not in line]
    axes.plot(*_places(others), "o", color=theme.grey, markersize=4, alpha=0.7, label="other trials")
    axes.plot(*_places(line), "s-", color=theme.series[0], markersize=6, linewidth=1.2, label="best for their energy")
    for trial, x, y in zip(line, *_places(line), strict=True):
        axes.annotate(
            f"{trial.cores} cores", (x, y), xytext=(-4, 6), textcoords="offset points", ha="right", fontsize=7.5
        )
    if line:
        axes.set_xscale("log")
        number_plainly(axes.xaxis)
        energies = [*_places(line)[0], *_places(others)[0]]
        axes.set_xlim(min(energies) / 2, max(energies) * 2)
        accuracies = [*_places(line)[1], *_places(others)[1]]
        space_by_error(axes, accuracies, "accuracy on the validation split, deployed, in %")
    else:
        axes.set_title("no trial fitted the cores", fontsize=9)
    axes.set_xlabel(f"energy per image in µJ (modelled, profile {PAPER_PROFILE})", fontsize=9)
    axes.legend(loc="lower right")
    return figure


def _places(trials: Sequence[Trial]) -> tuple[list[float], list[float]]:
    return [(trial.joules or 0) * 1e6 for trial in trials], [(trial.accuracy or 0) * 100 for trial in trials]
