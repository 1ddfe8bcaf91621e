"""What a chip does: spikes and potentials over ticks, the cores on the floor plan, the votes of an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from spikeloom.plot.canvas import drawing, name_places, needs, one_sided
from spikeloom.plot.theme import LIGHT, Theme


def raster(spikes: np.ndarray | Mapping[str, np.ndarray], axes: Axes | None = None, *, theme: Theme = LIGHT) -> Axes:
    """Draw spikes over ticks, a row a neuron, layers by their names one above another.

    Parameters
    ----------
    spikes : (n_ticks, n_neurons) bool, or several of them by name
    """
    layers = spikes if isinstance(spikes, Mapping) else {"": spikes}
    needs(len(layers) > 0, "spikes: there is no layer")
    for part in layers.values():
        told = f"{part.dtype} of shape {part.shape}"
        needs(part.ndim == 2 and part.dtype.kind in "bui", f"spikes: are {told}; bool (n_ticks, n_neurons) are needed")
    with drawing(axes, theme) as axes:
        base, middles = 0, []
        for number, spiking in enumerate(layers.values()):
            tick, neuron = np.nonzero(spiking)
            colour = theme.series[number % len(theme.series)]
            axes.hlines(base + neuron + 0.5, tick - 0.4, tick + 0.4, color=colour, linewidth=0.7)
            middles.append(base + spiking.shape[1] / 2)
            base += spiking.shape[1]
        n_ticks = max(spiking.shape[0] for spiking in layers.values())
        axes.set(xlim=(-0.5, n_ticks - 0.5), ylim=(base, 0), xlabel="tick")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if isinstance(spikes, Mapping):
            axes.set_yticks(middles, list(layers))
            axes.grid(False)
        else:
            axes.set_ylabel("neuron")
    return axes


def potentials(
    values: np.ndarray,
    neurons: Sequence[int] | None = None,
    axes: Axes | None = None,
    *,
    threshold: float | None = None,
    theme: Theme = LIGHT,
) -> Axes:
    """Draw membrane potentials at the end of each tick, a line a neuron, and a threshold.

    Parameters
    ----------
    values : (n_ticks, n_neurons) int
    neurons : sequence of int, optional
        Which are shown; the first six by default.
    """
    needs(values.ndim == 2 and values.size > 0, f"values: have shape {values.shape}; (n_ticks, n_neurons) is needed")
    shown = range(min(6, values.shape[1])) if neurons is None else neurons
    needs(all(0 <= neuron < values.shape[1] for neuron in shown), f"neurons: must lie in 0 .. {values.shape[1] - 1}")
    with drawing(axes, theme) as axes:
        for neuron in shown:
            marker = "." if len(values) < 2 else ""  # a line of one tick has no length
            axes.step(np.arange(len(values)), values[:, neuron], where="mid", marker=marker, label=f"neuron {neuron}")
        if threshold is not None:
            axes.axhline(threshold, color=theme.grey, linestyle="--", linewidth=1, label="threshold")
        axes.set(xlabel="tick", ylabel="potential")
        axes.legend()
    return axes


def floor_plan(
    coordinates: np.ndarray,
    counts: np.ndarray | None = None,
    routes: np.ndarray | None = None,
    axes: Axes | None = None,
    *,
    label: str = "spikes",
    theme: Theme = LIGHT,
) -> Axes:
    """Draw cores where they lie, coloured by a count, and the routes between them.

    Parameters
    ----------
    coordinates : (n_cores, 2) int
        Column and row, as `ChipProgram.coordinates`.
    counts : (n_cores,), optional
    routes : (n_routes, 2) int, optional
        From core to core, as `ChipProgram.routes.between_cores`; thicker where several go the same way.
    """
    n = len(coordinates)
    needs(np.shape(coordinates) == (n, 2) and n > 0, "coordinates: a column and a row of at least one core are needed")
    needs(counts is None or len(counts) == n, f"counts: {n} are needed, one a core")
    with drawing(axes, theme) as axes:
        shades = one_sided(theme)
        most = float(max(counts.max(), 1)) if counts is not None and counts.size else 1.0
        for core, (column, row) in enumerate(coordinates.tolist()):
            share = 0.15 if counts is None else 0.06 + 0.94 * float(counts[core]) / most
            axes.add_patch(Rectangle((column, row), 0.86, 0.86, facecolor=shades(share), edgecolor=theme.grey, lw=0.6))
        if routes is not None and len(routes):
            ways, times = np.unique(routes, axis=0, return_counts=True)
            lines = coordinates[ways] + 0.43  # (n_ways, 2, 2): from the middle of one core to that of the other
            widths = 0.4 + 1.6 * times / times.max()
            axes.add_collection(LineCollection(list(lines), linewidths=widths, colors=theme.series[1], alpha=0.55))
        (left, top), (right, bottom) = coordinates.min(0), coordinates.max(0) + 1
        axes.set(xlim=(left - 0.2, right + 0.1), ylim=(bottom + 0.1, top - 0.2), aspect="equal")
        axes.set(xlabel="column", ylabel="row")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(False)
        if counts is not None:
            axes.set_title(f"{label} of a core, up to {most:,.0f}", fontsize=9)
    return axes


def votes(
    shares: np.ndarray, class_names: Sequence[str], label: int | None = None, axes: Axes | None = None,
    *, theme: Theme = LIGHT,
) -> Axes:  # fmt: skip
    """Draw the share of each class's votes for one image; the right class is outlined.

    Parameters
    ----------
    shares : (n_classes,) float
        In [0, 1].
    label : int, optional
        The right class.
    """
    n = len(class_names)
    needs(
        np.shape(shares) == (n,) and n > 0, f"shares: have shape {np.shape(shares)}; {n} are needed, one a class name"
    )
    needs(bool(((np.asarray(shares) >= 0) & (np.asarray(shares) <= 1)).all()), "shares: must lie in [0, 1]")
    needs(label is None or 0 <= label < n, f"label {label}: is no class; there are {n}")
    with drawing(axes, theme) as axes:
        best = int(np.argmax(shares))
        colours = [theme.series[1] if place == best else theme.series[0] for place in range(len(shares))]
        bars = axes.barh(np.arange(len(shares)), np.asarray(shares) * 100, color=colours)
        if label is not None:
            bars[label].set(edgecolor=theme.ink, linewidth=2)
        name_places(axes.yaxis, class_names)
        axes.set(xlabel="votes in %", xlim=(0, 100))
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
    return axes
