"""What a network has learned: what its first neurons see, and how sure its synapses are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from spikeloom.plot.canvas import drawing, needs, two_sided
from spikeloom.plot.scale import number_plainly
from spikeloom.plot.theme import LIGHT, Theme

_BINS = 51


def receptive_fields(fields: np.ndarray, axes: Axes | None = None, *, theme: Theme = LIGHT) -> Axes:
    """Draw what neurons see of the input, side by side in one scale: excitation and inhibition on either side of none.

    Parameters
    ----------
    fields : (n, rows, columns)
        Strength times probability, summed over what a pixel feeds; `spikeloom.network.fields` gives them.
    """
    needs(fields.ndim == 3 and len(fields) > 0, f"fields: have shape {fields.shape}; (n, rows, columns) is needed")
    across = max(1, int(np.ceil(np.sqrt(len(fields)))))
    down = -(-len(fields) // across)
    rows, columns = fields.shape[1:]
    sheet = np.full((down * (rows + 1) - 1, across * (columns + 1) - 1), np.nan)
    for place, field in enumerate(fields):
        top, left = place // across * (rows + 1), place % across * (columns + 1)
        sheet[top : top + rows, left : left + columns] = field
    with drawing(axes, theme, (5.0, 5.0 * down / across)) as axes:
        most = np.nanmax(np.abs(sheet)) or 1
        axes.imshow(sheet, cmap=two_sided(theme), vmin=-most, vmax=most, interpolation="nearest")
        axes.set_axis_off()
        axes.set_title(f"strength times probability, {-most:.3g} to {most:.3g}", fontsize=9)
    return axes


def probabilities(
    values: np.ndarray | Mapping[str, np.ndarray], axes: Axes | None = None, *, theme: Theme = LIGHT
) -> Axes:
    """Draw how often synapses have which probability of being on, on a logarithmic scale.

    Parameters
    ----------
    values : array of any shape, or several by name
    """
    named = values if isinstance(values, Mapping) else {"": values}
    with drawing(axes, theme) as axes:
        for name, array in named.items():
            needs(bool(((array >= 0) & (array <= 1)).all()), "values: are no probabilities; they must lie in [0, 1]")
            shares, edges = np.histogram(array, bins=_BINS, range=(0, 1))
            axes.stairs(shares / max(array.size, 1) * 100, edges, label=name, linewidth=1.4)
        axes.set_yscale("log")
        number_plainly(axes.yaxis)
        axes.set(xlabel="probability of a synapse", ylabel="share of synapses in %")
        if isinstance(values, Mapping):
            axes.legend()
    return axes
