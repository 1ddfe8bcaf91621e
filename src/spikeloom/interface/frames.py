"""What a tick shows: the example as it is, moved by some pixels, or one frame of several.

A new kind is one more class here: it tells its frames and ticks, and lays the values of examples out in the order in
which they are shown.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from spikeloom.interface.part import Part, named_or

TICKS_MAX = 2**16  # of an example: beyond it a program is not read example by example

Shape = tuple[int, int, int]
"""Rows, columns and channels of a frame."""


class Still(Part):
    """The same frame in every tick."""

    name: Literal["still"] = "still"
    ticks: int = Field(default=1, ge=1, le=TICKS_MAX, description="for which an example is shown")

    @property
    def n_frames(self) -> int:
        """Frames that an example brings."""
        return 1

    @property
    def n_ticks(self) -> int:
        """Ticks that an example lasts."""
        return self.ticks

    def rows(self, values: np.ndarray, shape: Shape) -> tuple[np.ndarray, int]:
        """Give what is shown, one row after another, and the ticks that each row lasts.

        Parameters
        ----------
        values : (n_examples, n_frames * n_values)
        shape : rows, columns and channels of a frame

        Returns
        -------
        (n_rows, n_values) of the same type, and int
        """
        return values, self.ticks


class Moved(Part):
    """One frame, in every tick moved by other pixels; what moves out is lost, what moves in is dark."""

    name: Literal["moved"] = "moved"
    shifts: tuple[tuple[int, int], ...] = Field(
        min_length=1, max_length=TICKS_MAX, description="pixels down and right, a pair a tick"
    )

    @property
    def n_frames(self) -> int:
        """Frames that an example brings."""
        return 1

    @property
    def n_ticks(self) -> int:
        """Ticks that an example lasts."""
        return len(self.shifts)

    def rows(self, values: np.ndarray, shape: Shape) -> tuple[np.ndarray, int]:
        """Give every example once a shift; see `Still.rows`."""
        moved = np.stack([_moved(values, shape, *shift) for shift in self.shifts], 1)
        return moved.reshape(-1, values.shape[1]), 1


class Stream(Part):
    """A sequence of frames, each for some ticks; votes are counted over all of them."""

    name: Literal["stream"] = "stream"
    frames: int = Field(ge=1, le=TICKS_MAX, description="of an example")
    ticks: int = Field(default=1, ge=1, le=TICKS_MAX, description="for which each frame is shown")

    @property
    def n_frames(self) -> int:
        """Frames that an example brings."""
        return self.frames

    @property
    def n_ticks(self) -> int:
        """Ticks that an example lasts."""
        return self.frames * self.ticks

    def rows(self, values: np.ndarray, shape: Shape) -> tuple[np.ndarray, int]:
        """Give the frames one after another; see `Still.rows`."""
        return values.reshape(len(values) * self.frames, -1), self.ticks


Frames = Annotated[Still | Moved | Stream, Field(discriminator="name"), BeforeValidator(named_or("still"))]


def _moved(values: np.ndarray, shape: Shape, down: int, right: int) -> np.ndarray:
    rows, columns, channels = shape
    images = values.reshape(-1, rows, columns, channels)
    moved = np.zeros_like(images)
    to_rows, from_rows = _overlap(rows, down)
    to_columns, from_columns = _overlap(columns, right)
    moved[:, to_rows, to_columns] = images[:, from_rows, from_columns]
    return moved.reshape(values.shape)


def _overlap(length: int, by: int) -> tuple[slice, slice]:
    """Give where a side that moves `by` places lands, and where it came from."""
    return slice(max(by, 0), max(length + min(by, 0), 0)), slice(max(-by, 0), max(length - max(by, 0), 0))
