"""What changes with what: losses and accuracies by epoch, accuracy by members and by energy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from spikeloom.plot.canvas import drawing, needs
from spikeloom.plot.scale import number_plainly, space_by_error
from spikeloom.plot.theme import LIGHT, Theme


def learning_curves(
    runs: Mapping[str, Sequence[Mapping[str, Any]]], axes: Axes | None = None, *, theme: Theme = LIGHT
) -> Axes:
    """Draw the accuracies of one or several trainings by epoch: of validation as lines, of training faintly.

    Parameters
    ----------
    runs : mapping of name to epochs
        An epoch is a line of ``metrics.jsonl``, or an entry of a learned network's log.
    """
    with drawing(axes, theme) as axes:
        shown = []
        for number, (name, epochs) in enumerate(runs.items()):
            colour = theme.series[number % len(theme.series)]
            at = [epoch["epoch"] for epoch in epochs]
            for key, faint in (("training_accuracy", True), ("unsampled_validation_accuracy", False)):
                values = [epoch[key] * 100 for epoch in epochs if key in epoch]
                shown += values
                if len(values) == len(at):
                    axes.plot(
                        at, values, color=colour, marker="." if len(at) < 2 else "", alpha=0.35 if faint else 1,
                        label=None if faint else name,
                    )  # fmt: skip
        if shown:
            space_by_error(axes, shown, "accuracy in %, training faint")
            axes.legend(loc="lower right")
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return axes


def accuracy_by_members(
    members: Sequence[int], accuracies: Sequence[float], stds: Sequence[float | None] | None = None,
    axes: Axes | None = None, *, theme: Theme = LIGHT,
) -> Axes:  # fmt: skip
    """Draw accuracy against ensemble size, with the standard deviation over draws.

    Parameters
    ----------
    accuracies, stds : sequences of shares, one an ensemble size
    """
    with drawing(axes, theme) as axes:
        _check_accuracies(accuracies)
        spread = None if stds is None else [(std or 0) * 100 for std in stds]
        axes.errorbar(members, np.asarray(accuracies) * 100, yerr=spread, marker="o", capsize=3)
        space_by_error(axes, [accuracy * 100 for accuracy in accuracies])
        axes.set_xscale("log", base=2)
        axes.set_xticks(list(members), [str(size) for size in members])
        axes.set_xlabel("members")
    return axes


def accuracy_by_energy(
    points: Mapping[str, Sequence[tuple[float, float]]], axes: Axes | None = None, *, theme: Theme = LIGHT
) -> Axes:
    """Draw accuracy against energy per image, a line a name.

    Parameters
    ----------
    points : mapping of name to (joules an image, accuracy) pairs
    """
    _check_accuracies([accuracy for pairs in points.values() for _, accuracy in pairs])
    with drawing(axes, theme) as axes:
        for name, pairs in points.items():
            joules, accuracies = zip(*pairs, strict=True)
            axes.plot(np.asarray(joules) * 1e6, np.asarray(accuracies) * 100, "o-", label=name)
        space_by_error(axes, [accuracy * 100 for pairs in points.values() for _, accuracy in pairs])
        axes.set_xscale("log")
        number_plainly(axes.xaxis)
        axes.set_xlabel("energy per image in µJ")
        axes.legend(loc="lower right")
    return axes


def _check_accuracies(accuracies: Sequence[float]) -> None:
    needs(len(accuracies) > 0, "accuracies: there are none")
    needs(all(0 <= accuracy <= 1 for accuracy in accuracies), "accuracies: are shares, they must lie in [0, 1]")
