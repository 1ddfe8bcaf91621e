"""Which codings may suit the values of a data set, told by their histogram."""

from __future__ import annotations

import numpy as np

from spikeloom.data import Dataset
from spikeloom.data.datasets import as_values
from spikeloom.interface import Coding, Dithered, Thermometer, Threshold
from spikeloom.interface.delays import DELAY_MAX, NOW

_GREY = (0.15, 0.85)  # values between are neither dark nor light
_TWO_VALUED = 0.15  # share of such values up to which a threshold loses little
_TAIL = 0.02  # share of the values at either end that thresholds are not spread over
_SPREAD_LEAST = 0.1  # between the darkest and the lightest threshold, below which there are no grey levels to tell
_PARTED = 0.005  # share of the values that a threshold leaves on its smaller side, at least
_EXAMPLES, _VALUES = 2_000, 4_000_000  # that a histogram is taken of, at most
_PATTERN = ((0, 6, 2), (4, 8, 3), (7, 1, 5))  # ranks of nine thresholds, neighbours far apart


def codings_for(dataset: Dataset) -> list[Coding]:
    """Give the codings that may suit the values of a training set, the likeliest first.

    Where nearly all values are dark or light a threshold says it all; grey levels are spread over several lines a
    pixel, or over neighbouring pixels.
    """
    values = _sample(dataset)
    low, high = (float(np.quantile(values, share)) for share in (_TAIL, 1 - _TAIL))
    if _grey_share(values) <= _TWO_VALUED or high - low < _SPREAD_LEAST:
        return [Threshold(at=_threshold(values))]
    nine, three = (_spread(low, high, n) for n in (9, 3))
    pattern = tuple(tuple((nine[rank],) for rank in row) for row in _PATTERN)
    return [Thermometer(levels=3, thresholds=three), Dithered(thresholds=pattern), Threshold(at=_between(values))]


def grey_share(dataset: Dataset) -> float:
    """Give the share of values that are neither dark nor light."""
    return _grey_share(_sample(dataset))


def delays_for(dataset: Dataset) -> tuple[int, ...]:
    """Give the ticks ago that values are seen: of sequences also a quarter of an example ago, by which they move."""
    if not dataset.is_sequences or dataset.n_frames < 2:
        return NOW
    return 0, min(max(dataset.n_frames // 4, 1), DELAY_MAX)


def _grey_share(values: np.ndarray) -> float:
    return float(((values > _GREY[0]) & (values < _GREY[1])).mean())


def _threshold(values: np.ndarray) -> float:
    """Give one half where it parts the values, and else what parts dark from light best."""
    light = float((values >= 0.5).mean())
    return 0.5 if _PARTED <= light <= 1 - _PARTED else _between(values)


def _sample(dataset: Dataset) -> np.ndarray:
    """Give values of some examples, spread over the data set."""
    some = dataset.images[:: max(len(dataset) // _EXAMPLES, 1)].ravel()
    return as_values(some[:: max(some.size // _VALUES, 1)])


def _spread(low: float, high: float, n: int) -> tuple[float, ...]:
    """Give n thresholds, evenly spread over a range."""
    return tuple(round(low + (level + 0.5) / n * (high - low), 4) for level in range(n))


def _between(values: np.ndarray) -> float:
    """Give the threshold that parts dark from light best: that of the largest variance between the two.

    Source: Otsu 1979. Of values that are all alike there is none, and one half is given.
    """
    counts, edges = np.histogram(values, 256, (0.0, 1.0))
    below, above = np.cumsum(counts)[:-1], np.cumsum(counts[::-1])[::-1][1:]
    sums = np.cumsum(counts * (edges[:-1] + edges[1:]) / 2)
    parted = (below > 0) & (above > 0)
    if not parted.any():
        return 0.5
    means = sums[:-1] / np.maximum(below, 1) - (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    return round(float(edges[1:-1][int(np.where(parted, below * above * means**2, 0).argmax())]), 4)
