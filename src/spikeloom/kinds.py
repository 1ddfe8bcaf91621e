"""Tables that are one of several kinds, told by their ``name``: the kinds there are, and what is wrong in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, get_args

from pydantic import BaseModel

Kinds = Mapping[str, Mapping[str, type[BaseModel]]]
"""By the key of such a table, its kinds by name, the default first."""


def kinds_in(model: type[BaseModel]) -> Kinds:
    """Give every key below a model whose table is one of several kinds: a new kind is one more class in its union."""
    return dict(_found(model))


def key_of(loc: tuple[int | str, ...], kinds: Kinds) -> str:
    """Give a pydantic location as the key that stands in the file: the kind of a table is no part of it."""
    above = (None, *loc)
    return ".".join(str(part) for key, part in zip(above, loc, strict=False) if part not in kinds_of(key, kinds))


def kinds_of(key: Any, kinds: Kinds) -> Mapping[str, type[BaseModel]]:
    """Give the kinds of the table at a part of a location; none where it is no such table."""
    return kinds.get(key, {}) if isinstance(key, str) else {}


def described(problem: Any, kinds: Kinds = MappingProxyType({})) -> str:
    """Say what pydantic found wrong: the key as a file has it, the value, what is allowed."""
    key = key_of(problem["loc"], kinds)
    if problem["type"] == "missing":
        return f"{key} is missing"
    if problem["type"] == "extra_forbidden":
        return f"{key}: there is no such key"
    text = str(problem["ctx"]["error"]) if problem["type"] == "value_error" else problem["msg"]
    if not key:  # of several keys, which the text names
        return text
    return f"{key} = {problem['input']!r}: {text[:1].lower()}{text[1:]}"


def _found(model: type[BaseModel]) -> Iterator[tuple[str, Mapping[str, type[BaseModel]]]]:
    for key, field in model.model_fields.items():
        classes = list(models_in(field.annotation))
        kinds = {each.model_fields["name"].default: each for each in classes if "name" in each.model_fields}
        if len(kinds) > 1:
            default = field.get_default(call_default_factory=True).name
            yield key, {default: kinds[default], **kinds}
        else:
            for each in classes:
                yield from _found(each)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """Give the models that an annotation names."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)
