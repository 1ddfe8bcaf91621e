"""The published points that ours are set beside, read from ``published.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal


@dataclass(frozen=True)
class PublishedPoint:
    """One published result: a network of `members` members on `cores` cores, its accuracy and its joules an image.

    kind : "reported" for hardware by those who ran it, or "inferred", where the energy is ours
    joules_elsewhere : what another page of the same source gives
    beside : where its label stands in a figure
    """

    label: str
    kind: Literal["reported", "inferred"]
    accuracy: float
    joules: float
    source: str
    beside: Literal["left", "right", "below"] = "right"
    joules_elsewhere: float | None = None
    network: str | None = None
    members: int | None = None
    cores: int | None = None


def paper_points() -> tuple[PublishedPoint, ...]:
    """Give the two points of the paper's experiment."""
    return tuple(point for point in published_points() if point.network is not None)


@cache
def published_points() -> tuple[PublishedPoint, ...]:
    """Give the published points on MNIST, the paper's first."""
    text = (resources.files("spikeloom.report") / "published.toml").read_text("utf-8")
    return tuple(PublishedPoint(**point) for point in tomllib.loads(text)["points"])
