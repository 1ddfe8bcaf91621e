"""Every key of a recipe with its type, default and meaning, read off the recipe's own models."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from spikeloom.kinds import models_in
from spikeloom.training.recipe import Recipe

_BOUNDS = {"ge": "from", "gt": "above", "le": "to", "lt": "below"}


@dataclass(frozen=True)
class Key:
    """A key as it stands in a file, dots for tables.

    kind : of the table it stands in, where that is one of several kinds, such as "deployed" of ``method``
    default : as a file has it; empty where the key must be given
    """

    key: str
    kind: str
    type: str
    default: str
    meaning: str


def recipe_keys() -> list[Key]:
    """Give every key, table after table."""
    return list(_keys(Recipe, "", ""))


def _keys(model: type[BaseModel], within: str, kind: str) -> Iterator[Key]:
    for name, field in model.model_fields.items():
        key = f"{within}{name}"
        tables = list(models_in(field.annotation))
        if tables and get_origin(field.annotation) is tuple:
            yield from _keys(tables[0], f"{key}[].", kind)
        elif len(tables) > 1:
            names = [table.model_fields["name"].default for table in tables]
            first = field.get_default(call_default_factory=True).name
            yield Key(key, kind, "one of " + ", ".join(names), first, field.description or "")
            for table in tables:
                yield from _keys(table, f"{key}.", table.model_fields["name"].default)
        elif tables:
            yield from _keys(tables[0], f"{key}.", kind)
        elif not (kind and name == "name"):  # told with the kinds themselves
            yield Key(key, kind, _type(field), _default(field), field.description or "")


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined:
        return ""
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return json.dumps(value)  # lists of numbers are written alike in TOML
    return f"{value:.4g}" if isinstance(value, float) else str(value).lower()


def _type(field: FieldInfo) -> str:
    bounds = [
        f"{word} {value:,g}" if isinstance(value, float) else f"{word} {value:,}"
        for constraint in field.metadata
        for name, word in _BOUNDS.items()
        if (value := getattr(constraint, name, None)) is not None
    ]
    return " ".join([_named(field.annotation), *bounds])


def _named(annotation: Any) -> str:
    """Give a type in words."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return "one of " + ", ".join(map(str, parts)) if len(parts) > 1 else f"'{parts[0]}'"
    if origin in (Union, types.UnionType):
        return " or ".join(_named(part) for part in parts if part is not type(None))
    if origin is tuple:
        kinds = [_named(part) for part in parts if part is not Ellipsis]
        return f"[{', '.join(kinds)}{', ...' if Ellipsis in parts else ''}]"
    if parts:  # annotated
        return _named(parts[0])
    words = {int: "whole number", float: "number", str: "text", bool: "true or false"}
    return words.get(annotation, str(annotation))
