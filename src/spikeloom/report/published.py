"""The published points that ours are set beside, read from ``published.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class PublishedPoint:
    """One published result: a network of `members` members on `cores` cores, its accuracy and its joules an image."""

    label: str
    accuracy: float
    joules: float
    source: str
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
