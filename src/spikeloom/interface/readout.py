"""What is decided: which ticks' votes count, the share of each class, and who wins a tie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import Field

from spikeloom.interface.part import Part


class Readout(Part):
    """Votes of the first ticks of an example may be passed over, where neurons with a memory must settle first."""

    skip: int = Field(default=0, ge=0, description="ticks of an example whose votes do not count")

    def votes(self, by_tick: np.ndarray, n_ticks: int) -> np.ndarray:
        """Give the votes of each example, (n_examples * n_ticks, n_classes) -> (n_examples, n_classes) int64."""
        of_examples = by_tick.reshape(-1, n_ticks, by_tick.shape[1])
        return of_examples[:, self.skip :].sum(1, dtype=np.int64)

    def voters(self, classes: np.ndarray, n_classes: int, n_ticks: int) -> np.ndarray:
        """Give the most votes that each class can have: its output lines times the ticks that count, (n_classes,)."""
        return np.bincount(classes, minlength=n_classes) * (n_ticks - self.skip)


@dataclass(frozen=True)
class Decisions:
    """What an ensemble decides.

    shares : (n_examples, n_classes) float64
        Votes of each class, of the most that it can have.
    classes : (n_examples,) int64
    tied : (n_examples,) bool
        Whether two classes shared the highest score; the lowest class then wins.
    """

    shares: np.ndarray
    classes: np.ndarray
    tied: np.ndarray


def decide(votes: np.ndarray, voters: np.ndarray) -> Decisions:
    """Decide for the class with the highest share of its votes; ties go to the lowest class.

    Parameters
    ----------
    votes : (n_examples, n_classes) int
        Spikes of each class's output lines.
    voters : (n_classes,) int
        The most votes that each class can have.
    """
    shares = votes / np.maximum(voters, 1)
    return Decisions(shares, shares.argmax(1), (shares == shares.max(1, keepdims=True)).sum(1) > 1)
