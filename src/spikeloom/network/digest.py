"""What tells one model from another: a digest of all that it decides with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel


def digest_of(value: Any) -> str:
    """Give the SHA-256 of everything that a model decides with; how it was trained is left out."""
    total = hashlib.sha256()
    for piece in _pieces(value):
        total.update(len(piece).to_bytes(8, "little"))
        total.update(piece)
    return total.hexdigest()


def _pieces(value: Any) -> Iterator[bytes]:
    if isinstance(value, np.ndarray):
        yield f"{value.dtype.str} {value.shape}".encode()
        yield np.ascontiguousarray(value).data.tobytes()
    elif is_dataclass(value):
        for part in fields(value):
            if part.name != "training":
                yield part.name.encode()
                yield from _pieces(getattr(value, part.name))
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _pieces(each)
    elif isinstance(value, BaseModel):
        # an interface's data are what it was trained on, and where they lay
        yield value.model_dump_json(exclude={"data"}).encode()
    else:
        yield json.dumps(value).encode()
