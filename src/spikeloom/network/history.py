"""What a learned network carries of its training, checked before anything is told of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

_KINDS: dict[type, str] = {dict: "a table", list: "a list", str: "text"}


def checked_history(record: Any) -> dict[str, Any]:
    """Give the record of a training: its recipe, seed, log of epochs, provenance, the digest of the network that it
    began from, where it was gone on with.

    Raises
    ------
    ValueError
        Naming the part that is not what it should be.
    """
    training = _of(dict, record, "training")
    for name in ("recipe", "provenance"):
        _of(dict, training.get(name, {}), name)
    log = _of(list, training.get("log", []), "log")
    for metrics in log:
        if not all(is_number(value) for value in _of(dict, metrics, "log, an epoch").values()):
            raise ValueError(f"log: {metrics}: numbers are needed")
    if not all(type(epoch) is int and 0 < epoch <= len(log) for epoch in _of(list, training.get("begun", []), "begun")):
        raise ValueError(f"begun: {training['begun']}: epochs of the log are needed")
    _of(str, training.get("start", ""), "start")
    for place in _of(list, training.get("resumed", []), "resumed"):
        _of(dict, place, "resumed, a place")
    return dict(training)


def is_number(value: Any) -> bool:
    """Whether a value of JSON is a finite number."""
    return (type(value) is float and math.isfinite(value)) or (type(value) is int and abs(value) < 2**63)


def _of(kind: type, value: Any, part: str) -> Any:
    if not isinstance(value, Mapping if kind is dict else kind):
        raise ValueError(f"{part}: {value!r:.60}: {_KINDS[kind]} is needed")
    return value
