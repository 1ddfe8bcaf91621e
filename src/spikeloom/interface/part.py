"""A part of the interface record: frozen, checked, the same in recipes and files, and found by its ``name``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Values that may not change, with no keys but its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def named(value: Any) -> Any:
    """Give a bare name as the record that it stands for, so that ``coding = "threshold"`` says enough."""
    return {"name": value} if isinstance(value, str) else value


def named_or(default: str) -> Callable[[Any], Any]:
    """Give a function that does so too, and gives a record without a name the default one."""

    def with_name(value: Any) -> Any:
        record = named(value)
        return {"name": default, **record} if isinstance(record, dict) else record

    return with_name
