"""Who hears how a training goes: a bar where one can be seen, lines elsewhere, nobody, or the user's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from spikeloom.progress import Advance, bars_are_seen, progress_bar


class Reporter(Protocol):
    """Hears how a training goes; any object with these two methods will do.

    `metrics` of an epoch are those of a line of ``metrics.jsonl``: epoch, learning_rate, loss, training_accuracy,
    unsampled_validation_accuracy, seconds.
    """

    def step(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Hear of `done` of `total` steps in an epoch, counted from 0, with the mean loss so far in it."""

    def epoch(self, metrics: dict[str, Any]) -> None:
        """Hear the metrics of an epoch that ended."""


class Silent:
    """A reporter that says nothing."""

    def step(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Say nothing."""

    def epoch(self, metrics: dict[str, Any]) -> None:
        """Say nothing."""


class Lines:
    """Writes a line an epoch to stderr, for log files."""

    def __init__(self, name: str, epochs: int) -> None:
        self._name, self._epochs = name, epochs

    def step(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Say nothing."""

    def epoch(self, metrics: dict[str, Any]) -> None:
        """Write the epoch's line."""
        told = f"epoch {metrics['epoch']}/{self._epochs}  loss {metrics['loss']:.3f}  {_accuracy(metrics)}"
        print(f"{self._name}: {told}  {metrics['seconds']:.1f} s", file=sys.stderr, flush=True)


class Bar:
    """Moves a progress bar by fractions of an epoch and shows loss and accuracy beside it."""

    def __init__(self, epochs: int, advance: Advance) -> None:
        self._epochs, self._advance = epochs, advance
        self._shown, self._loss, self._accuracy = 0.0, "", ""

    def step(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Show the loss so far."""
        self._loss = f"epoch {epoch + 1}/{self._epochs}  loss {loss:.3f}"
        self._move_to(epoch + done / total)

    def epoch(self, metrics: dict[str, Any]) -> None:
        """Show the validation accuracy of the epoch that ended."""
        self._accuracy = f"  {_accuracy(metrics)}"
        self._move_to(metrics["epoch"])

    def _move_to(self, now: float) -> None:
        self._advance(now - self._shown, self._loss + self._accuracy)
        self._shown = now


@contextmanager
def telling(reporter: Reporter | None, name: str, epochs: int) -> Iterator[Reporter]:
    """Give the reporter, or without one a bar on a terminal or in a notebook, and lines elsewhere."""
    if reporter is not None:
        yield reporter
    elif bars_are_seen():
        with progress_bar(name, epochs) as advance:
            yield Bar(epochs, advance)
    else:
        yield Lines(name, epochs)


def _accuracy(metrics: dict[str, Any]) -> str:
    return f"valid. {metrics['unsampled_validation_accuracy'] * 100:.2f} %"
