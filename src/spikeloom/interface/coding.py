"""What spikes a shown value becomes: by chance, from a threshold on, or against several thresholds.

A coding gives each value `width` lines and the probability of a spike on each; where it is `certain` all of these are
0 or 1 and nothing is drawn. A new coding is one more class here. Values may be NumPy's or torch's, so that training
and every back end share the one definition.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from spikeloom.interface.frames import Shape
from spikeloom.interface.part import Part, named_or

LEVELS_MAX = 256  # a core has no more axons for a value
PATTERN_MAX = 256  # pixels of a side

Level = Annotated[float, Field(gt=0, le=1)]


def _levels(pixel: Any) -> Any:
    """Give a bare threshold as the one level that it stands for."""
    return (pixel,) if isinstance(pixel, int | float) else pixel


class Bernoulli(Part):
    """A value is the probability of a spike."""

    name: Literal["bernoulli"] = "bernoulli"

    @property
    def width(self) -> int:
        """Lines of a value."""
        return 1

    @property
    def certain(self) -> bool:
        """Whether chance has no say."""
        return False

    def probabilities(self, values: Any, shape: Shape) -> Any:
        """Give the probability of a spike on every line, (..., n_values) -> (..., n_values * width).

        Parameters
        ----------
        values : (..., n_values)
        shape : rows, columns and channels of the values
        """
        return values


class Threshold(Part):
    """A spike from a threshold on."""

    name: Literal["threshold"] = "threshold"
    at: float = Field(default=0.5, gt=0, le=1, description="the least value that spikes")

    @property
    def width(self) -> int:
        """Lines of a value."""
        return 1

    @property
    def certain(self) -> bool:
        """Whether chance has no say."""
        return True

    def probabilities(self, values: Any, shape: Shape) -> Any:
        """Give 1 for a spike and 0 for none; see `Bernoulli.probabilities`."""
        return _as_numbers(values >= self.at, values)


class Thermometer(Part):
    """Line k of a value spikes from the k-th threshold on, so that a grey level reaches a core as several spikes.

    The thresholds are (k + 1/2) / levels where none are given.
    """

    name: Literal["thermometer"] = "thermometer"
    levels: int = Field(ge=1, le=LEVELS_MAX, description="lines of a value")
    thresholds: tuple[Level, ...] = Field(
        default=(), description="rising, one a level; evenly spread where there are none"
    )

    @model_validator(mode="after")
    def _thresholds_fit(self) -> Thermometer:
        if self.thresholds and len(self.thresholds) != self.levels:
            raise ValueError(f"{len(self.thresholds)} thresholds for {self.levels} levels; one a level is needed")
        if list(self.thresholds) != sorted(set(self.thresholds)):
            raise ValueError(f"thresholds {list(self.thresholds)}: each must be above the one before")
        return self

    @property
    def width(self) -> int:
        """Lines of a value."""
        return self.levels

    @property
    def certain(self) -> bool:
        """Whether chance has no say."""
        return True

    def probabilities(self, values: Any, shape: Shape) -> Any:
        """Give 1 for a spike and 0 for none, the levels of a value together; see `Bernoulli.probabilities`."""
        rising = self.thresholds or tuple((level + 0.5) / self.levels for level in range(self.levels))
        passed = values[..., None] >= _like(values, rising)  # (..., n_values, levels)
        return _as_numbers(passed, values).reshape(*values.shape[:-1], values.shape[-1] * self.levels)


class Dithered(Part):
    """A spike from thresholds on that differ from pixel to pixel, so that neighbours tell the grey level between them.

    The pattern is laid over the image again and again. Source: ordered dithering, Bayer 1973.
    """

    name: Literal["dithered"] = "dithered"
    thresholds: tuple[tuple[Annotated[tuple[Level, ...], BeforeValidator(_levels)], ...], ...] = Field(
        default=(((0.1,), (0.6,)), ((0.9,), (0.4,))),
        description="rows of a pattern of pixels; a pixel has one threshold, or a list of rising ones, a line each",
    )

    @model_validator(mode="after")
    def _is_a_pattern(self) -> Dithered:
        widths = {len(row) for row in self.thresholds}
        levels = {len(pixel) for row in self.thresholds for pixel in row}
        if len(widths) != 1 or len(levels) != 1 or 0 in widths | levels:
            raise ValueError("thresholds: rows of as many pixels, and pixels of as many levels, are needed")
        if max(levels) > LEVELS_MAX or max(len(self.thresholds), *widths) > PATTERN_MAX:
            raise ValueError(f"thresholds: a pattern of at most {PATTERN_MAX} pixels a side is allowed")
        for row in self.thresholds:
            for pixel in row:
                if list(pixel) != sorted(set(pixel)):
                    raise ValueError(f"thresholds {list(pixel)}: each must be above the one before")
        return self

    @property
    def width(self) -> int:
        """Lines of a value."""
        return len(self.thresholds[0][0])

    @property
    def period(self) -> tuple[int, int]:
        """Rows and columns after which the pattern comes again."""
        return len(self.thresholds), len(self.thresholds[0])

    @property
    def certain(self) -> bool:
        """Whether chance has no say."""
        return True

    def probabilities(self, values: Any, shape: Shape) -> Any:
        """Give 1 for a spike and 0 for none, the levels of a value together; see `Bernoulli.probabilities`."""
        limits = _like(values, self._laid_over(shape))  # (n_values, levels)
        passed = values[..., None] >= limits
        return _as_numbers(passed, values).reshape(*values.shape[:-1], values.shape[-1] * self.width)

    def _laid_over(self, shape: Shape) -> np.ndarray:
        """Give the thresholds of every value, (n_values, levels)."""
        rows, columns, channels = shape
        down, right = self.period
        pattern = np.array(self.thresholds)[np.arange(rows) % down][:, np.arange(columns) % right]
        return pattern[:, :, None].repeat(channels, axis=2).reshape(-1, self.width)


Coding = Annotated[
    Bernoulli | Threshold | Thermometer | Dithered, Field(discriminator="name"), BeforeValidator(named_or("bernoulli"))
]


def _like(values: Any, numbers: Any) -> Any:
    """Give numbers as an array of the library, type and device of `values`."""
    return np.asarray(numbers, values.dtype) if isinstance(values, np.ndarray) else values.new_tensor(numbers)


def _as_numbers(truths: Any, values: Any) -> Any:
    """Give truth values as 0 and 1 of the type of `values`."""
    return truths.astype(values.dtype) if isinstance(values, np.ndarray) else truths.to(values.dtype)
