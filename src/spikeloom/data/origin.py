"""The data that a network was trained on: loaded again where none are named, and told from others."""

from __future__ import annotations

import logging

from spikeloom.data.datasets import Dataset
from spikeloom.data.named import NAMES
from spikeloom.data.readers import Split, load_dataset
from spikeloom.errors import DataError
from spikeloom.interface import DataOrigin

_log = logging.getLogger(__name__)

WAY_OUT = "name data of that kind, with --dataset"


def load_origin(origin: DataOrigin | None, split: Split = "test") -> Dataset:
    """Give a split of the data that a network was trained on; a warning where others lie in their place now.

    Raises
    ------
    DataError
        If it does not know them, they were arrays, or they lie elsewhere now.
    """
    if origin is None:
        raise DataError(f"data: the model does not say what it was trained on; {WAY_OUT}")
    if origin.source is None:
        raise DataError(f"data: the model was trained on arrays, which are in no file; {WAY_OUT}")
    try:
        dataset = load_dataset(origin.source, split, origin.preparation)
    except DataError as error:
        raise DataError(
            f"data: the {split} set of '{origin.source}', on which the model was trained, cannot be had; {WAY_OUT} "
            f"({error})"
        ) from error
    # named data are checked by their hashes
    if origin.source not in NAMES and _has_other_training_set(origin.source, origin):
        _log.warning(f"data: {origin.source} has changed since the network was trained on it")
    return dataset


def why_other_data(origin: DataOrigin | None, dataset: Dataset) -> str | None:
    """Say why a data set is not of those that a network was trained on; None where it is, or nobody can know.

    Names may differ where a folder has moved, so the training set of the one is compared with that of the other.
    """
    if origin is None or dataset.source in (None, origin.source) or dataset.fingerprint == origin.fingerprint:
        return None
    if not _has_other_training_set(str(dataset.source), origin):
        return None
    return f"the network was trained on {origin.source or 'arrays'}; {dataset.source} holds other data"


def _has_other_training_set(source: str, origin: DataOrigin) -> bool:
    """Whether the training set that lies there now is known, and is another than the network's."""
    try:
        return load_dataset(source, "train", origin.preparation).fingerprint != origin.fingerprint
    except DataError:
        return False
