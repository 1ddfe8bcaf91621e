"""Data sets that the library tonic knows, by its class names, as ``tonic:NMNIST``; tonic fetches and checks them."""

from __future__ import annotations

import inspect
from typing import Any

from spikeloom.data.datasets import Dataset, Split
from spikeloom.data.events import from_recordings
from spikeloom.data.fetch import default_root
from spikeloom.errors import DataError
from spikeloom.hints import did_you_mean
from spikeloom.interface.preparation import Preparation
from spikeloom.optional import needed

PREFIX = "tonic:"


def load_tonic(name: str, split: Split, preparation: Preparation) -> Dataset:
    """Give a split of one of tonic's data sets as frames.

    Raises
    ------
    PeerError
        If tonic is not installed.
    DataError
        If it has no such data set, or one without a training and a test part.
    """
    known = needed("tonic.datasets", "spikeloom[tonic]")
    kinds: dict[str, Any] = {
        each: kind for each, kind in inspect.getmembers(known, inspect.isclass) if not each.startswith("_")
    }
    if name not in kinds:
        raise DataError(f"data set {PREFIX}{name}: tonic has none of this name{did_you_mean(name, kinds)}")
    if "train" not in inspect.signature(kinds[name]).parameters:
        raise DataError(
            f"data set {PREFIX}{name}: has no training and test part; split it yourself, and pass the parts to "
            "sl.data.from_recordings"
        )
    recordings = kinds[name](save_to=str(default_root("tonic")), train=split == "train")
    frames = from_recordings(recordings, preparation.size, preparation.ticks)
    return Dataset(frames.images, frames.labels, frames.class_names, f"{PREFIX}{name}", preparation=preparation)
