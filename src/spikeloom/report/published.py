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
    network: str
    members: int
    cores: int
    accuracy: float
    joules: float
    source: str


@cache
def published_points() -> tuple[PublishedPoint, ...]:
    """Give the published points on MNIST."""
    text = (resources.files("spikeloom.report") / "published.toml").read_text("utf-8")
    return tuple(PublishedPoint(**point) for point in tomllib.loads(text)["points"])
