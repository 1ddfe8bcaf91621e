"""What was decided: the confusion of classes, the accuracy of each, and the most expensive mistakes as pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from spikeloom.plot.canvas import drawing, name_places, needs, one_sided, shortened
from spikeloom.plot.theme import LIGHT, Theme

_CELLS_WITH_NUMBERS = 20  # classes, beyond which the numbers would write over each other
_DARK = 0.7  # of the darkest shade: from here on letters have the colour of the ground
_LETTERS = 11  # of a name over a picture


def confusion(matrix: ArrayLike, class_names: Sequence[str], axes: Axes | None = None, *, theme: Theme = LIGHT) -> Axes:
    """Draw how often each class was decided as which; shades are of the errors, right decisions stay pale.

    Parameters
    ----------
    matrix : (n_classes, n_classes) int
        Labels down, decisions across, as `Measurement.confusion` and `ByImage.confusion`.
    """
    matrix = _of_classes(matrix, class_names)
    with drawing(axes, theme, (5.4, 5.0)) as axes:
        errors = np.where(np.eye(len(matrix), dtype=bool), 0, matrix)
        axes.imshow(errors, cmap=one_sided(theme), vmin=0, vmax=max(errors.max(), 1))
        if len(matrix) <= _CELLS_WITH_NUMBERS:
            for label, decided in np.argwhere(matrix > 0).tolist():
                dark = errors[label, decided] > _DARK * errors.max()
                axes.text(
                    decided, label, f"{matrix[label, decided]:,}", ha="center", va="center", fontsize=7,
                    color=theme.ground if dark else theme.ink,
                )  # fmt: skip
        name_places(axes.xaxis, class_names, rotation=90 if max(map(len, class_names)) > 3 else 0)
        name_places(axes.yaxis, class_names)
        axes.set(xlabel="decided", ylabel="label")
        axes.grid(False)
    return axes


def class_accuracy(
    matrix: ArrayLike, class_names: Sequence[str], axes: Axes | None = None, *, theme: Theme = LIGHT
) -> Axes:
    """Draw the accuracy of each class, the worst first; classes without images are left out.

    Parameters
    ----------
    matrix : (n_classes, n_classes) int
        As in `confusion`.
    """
    matrix = _of_classes(matrix, class_names)
    images = matrix.sum(1)
    known = np.flatnonzero(images)
    accuracies = matrix[known, known] / images[known] * 100
    order = np.argsort(accuracies, kind="stable")
    with drawing(axes, theme) as axes:
        axes.barh(np.arange(len(known)), accuracies[order], color=theme.series[0])
        name_places(axes.yaxis, [class_names[place] for place in known[order]])
        axes.set(xlabel="accuracy in %", xlim=(max(0.0, float(accuracies.min()) - 5) if len(known) else 0, 100))
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
    return axes


def _of_classes(matrix: ArrayLike, class_names: Sequence[str]) -> np.ndarray:
    counts, n = np.asarray(matrix), len(class_names)
    needs(
        counts.shape == (n, n) and n > 0,
        f"matrix: has shape {counts.shape}; {n} x {n} is needed for as many class names",
    )
    needs(bool((counts >= 0).all()), "matrix: holds what is no count")
    return counts


def mistakes(
    images: np.ndarray,
    labels: np.ndarray,
    decided: np.ndarray,
    class_names: Sequence[str],
    costs: np.ndarray | None = None,
    axes: Axes | None = None,
    *,
    most: int = 24,
    theme: Theme = LIGHT,
) -> Axes:
    """Draw images that were decided wrong, the dearest first: what was decided, and what it is.

    Parameters
    ----------
    images : (n, rows, columns, channels)
        uint8, or floating point in [0, 1].
    costs : (n,), optional
        By which the dearest are told, such as the votes that the wrong class had more.
    """
    needs(images.ndim == 4, f"images: have shape {images.shape}; (n, rows, columns, channels) is needed")
    needs(len(images) == len(labels) == len(decided), "images, labels and decisions: are not equally many")
    wrong = np.flatnonzero(labels != decided)
    if costs is not None:
        wrong = wrong[np.argsort(-np.asarray(costs)[wrong], kind="stable")]
    shown = wrong[:most]
    across = min(8, max(len(shown), 1))
    with drawing(axes, theme, (6.4, 0.95 * -(-max(len(shown), 1) // across))) as axes:
        axes.set_axis_off()
        if not len(shown):
            axes.set_title("no mistakes", fontsize=9)
        rows = -(-len(shown) // across)
        for place, image in enumerate(shown):
            inner = axes.inset_axes(
                (place % across / across, 1 - (place // across + 1) / rows, 0.9 / across, 0.7 / rows)
            )
            picture = images[image] if images[image].shape[-1] == 3 else images[image][..., 0]
            inner.imshow(picture, cmap="gray", vmin=0, vmax=255 if picture.dtype == np.uint8 else 1)
            names = (shortened(class_names[number[image]], _LETTERS) for number in (decided, labels))
            told = " for ".join(names)
            inner.set_title(told if len(told) <= _LETTERS else told.replace(" for ", "\nfor "), fontsize=6, pad=1)
            inner.set_axis_off()
    return axes
