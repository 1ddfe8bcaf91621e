"""What a model with broken parts decides: a row for each fault, and share of the parts that are broken."""

from __future__ import annotations

from dataclasses import dataclass

SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2)


@dataclass(frozen=True)
class FaultRow:
    """Accuracy of a model with a share of its parts broken: mean and standard deviation over draws."""

    model: str
    cores: int
    fault: str
    share: float
    draws: int
    accuracy_mean: float
    accuracy_std: float | None
