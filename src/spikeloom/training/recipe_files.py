"""Recipe files: shipped ones by their bare name, others by their path, laid over each other and checked.

A recipe may build on another with ``extends``; its own keys win, and those of ``--set`` win over both. A table of a
kind, such as ``method``, changes the keys of the one below where it is of the same kind, and takes its place where it
names another.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import BaseModel, ValidationError

from spikeloom.data.named import NAMES
from spikeloom.data.tonic import PREFIX
from spikeloom.errors import RecipeError
from spikeloom.hints import did_you_mean
from spikeloom.interface.part import named
from spikeloom.interface.record import is_text
from spikeloom.keys import parse_change
from spikeloom.kinds import key_of, kinds_in, kinds_of, models_in
from spikeloom.network.learned import LearnedNetwork
from spikeloom.reading import TEXT_MAX, parse_toml, read_bytes
from spikeloom.training.recipe import Recipe

EXTENDS_MAX = 32  # recipes that lie over each other
_BARE = re.compile(r"(?!(true|false|inf|nan)$)[A-Za-z_][\w-]*")  # a string that --set takes without quotes
_KINDS = kinds_in(Recipe)
_SOURCES = {"name", "path"}  # of data: the one takes the other's place


def shipped_recipes() -> list[str]:
    """Give the names of the recipes that come with the package."""
    folder = resources.files("spikeloom") / "recipes"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def load_recipe(source: str | Path, changes: Sequence[str] = ()) -> Recipe:
    """Read a recipe from a TOML file or by its shipped name, with ``key.path=value`` changes on top, in any order.

    Raises
    ------
    RecipeError
        If the file cannot be read, or has an unknown key or an impossible value.
    """
    return recipe_of(_read_toml(str(source)), source, changes)


def recipe_of(values: Mapping[str, Any], source: str | Path, changes: Sequence[str] = ()) -> Recipe:
    """Give the recipe that the values of a file describe, those that it extends below it and changes on top.

    Raises
    ------
    RecipeError
        If there is an unknown key or an impossible value.
    """
    changed: dict[str, Any] = {}
    for change in changes:
        table = parse_change(change)
        if table is None:
            raise RecipeError(f"--set {change}: is not key=value, for example train.epochs=20")
        changed = _together(changed, table)
    values = dict(values)
    if "extends" in changed:
        values["extends"] = changed.pop("extends")
    return check_recipe(_merge(_extended(values, (_place(source),)), changed), str(source))


def changed_recipe(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """Give the recipe with values of dotted keys changed; RecipeError where a key or value is impossible."""
    changed: dict[str, Any] = {}
    for key, value in changes.items():
        for part in reversed(key.split(".")):
            value = {part: value}
        changed = _together(changed, value)
    return check_recipe(_merge(_values(recipe), changed), f"{recipe.name}, changed")


def with_data(recipe: Recipe, source: str | None) -> Recipe:
    """Give the recipe naming these data, its own where none are given, by a whole path that holds in any folder."""
    where = source or recipe.data.source
    by_name = {"name": where, "path": None}
    place = where if where.startswith(PREFIX) else os.path.realpath(where)
    if not is_text(place):
        raise RecipeError(f"data {place!a}: is no UTF-8, which a recipe's file is; rename it")
    found = by_name if where in NAMES else {"name": None, "path": place}
    return recipe.model_copy(update={"data": recipe.data.model_copy(update=found)})


def changes_of(recipe: Recipe) -> tuple[str, ...]:
    """Give the changes that make a recipe of the shipped one of its name, its seed aside, as `load_recipe` takes them.

    A recipe whose name is not shipped has none.
    """
    if recipe.name not in shipped_recipes():
        return ()
    shipped = load_recipe(recipe.name)
    return changes_between(shipped, recipe.model_copy(update={"seed": shipped.seed}))


def changes_between(recipe: Recipe, other: Recipe) -> tuple[str, ...]:
    """Give the changes that make the other recipe of this one, as `load_recipe` takes them."""
    return tuple(_differences(_values(recipe), _values(other)))


def recipe_toml(recipe: Recipe) -> str:
    """Give a recipe as the text of a TOML file."""
    return tomli_w.dumps(_values(recipe))


def check_recipe(values: Mapping[str, Any], source: str) -> Recipe:
    """Give the recipe that these values describe, or say which of them is wrong."""
    try:
        return Recipe.model_validate(values)
    except ValidationError as error:
        problems = error.errors()
        # a list whose entries are wrong is told to be too short as well
        inside = {problem["loc"][:1] for problem in problems if len(problem["loc"]) > 1}
        told = [problem for problem in problems if problem["type"] != "too_short" or problem["loc"] not in inside]
        raise RecipeError(f"recipe {source}: {'; '.join(map(_describe, told))}") from error


def recorded_recipe(network: LearnedNetwork) -> Recipe:
    """Give the recipe a network was trained with.

    Raises
    ------
    RecipeError
        If the network carries none.
    """
    return check_recipe(network.training.get("recipe", {}), "of the learned network")


def _values(recipe: Recipe) -> dict[str, Any]:
    return recipe.model_dump(mode="json", exclude_none=True)


def _read_toml(source: str) -> dict[str, Any]:
    try:
        if source in shipped_recipes():
            text = (resources.files("spikeloom") / "recipes" / f"{source}.toml").read_text("utf-8")
        else:
            text = read_bytes(source, TEXT_MAX).decode("utf-8-sig")  # some editors begin with a mark of the byte order
        return parse_toml(text)
    except OSError as error:
        own = sorted(str(path) for path in Path(source).parent.glob("*.toml"))
        hint = did_you_mean(source, [*own, *shipped_recipes()]) or ": " + ", ".join(shipped_recipes())
        raise RecipeError(f"recipe {source}: {error.strerror}; give a TOML file or a shipped recipe{hint}") from error
    except ValueError as error:
        twice = "Cannot declare ('layers',) twice" in str(error)
        hint = "; write [[layers]], in two brackets, for each layer" if twice else ""
        raise RecipeError(f"recipe {source}: is not TOML: {error}{hint}") from error


def _extended(values: dict[str, Any], sources: tuple[str, ...]) -> dict[str, Any]:
    """Lay the values over those of the recipe they extend, and that one over its own."""
    base = values.pop("extends", None)
    if base is None:
        return values
    if len(sources) > EXTENDS_MAX:
        raise RecipeError(f"recipe {sources[0]}: extends a chain of more than {EXTENDS_MAX} recipes; write fewer")
    if not isinstance(base, str) or "\0" in base:
        raise RecipeError(f"recipe {sources[-1]}: extends is {base!r}; the name or path of one recipe is needed")
    if base.endswith(".toml"):
        base = os.path.realpath(Path(sources[-1]).parent / base)
    if base in sources:
        raise RecipeError(f"recipe {sources[-1]}: extends {base}, which extends it; break the circle")
    try:
        below = _read_toml(base)
    except RecipeError as error:
        raise RecipeError(f"recipe {sources[-1]}: extends {base}: {error}") from error
    return _merge(_extended(below, (*sources, base)), values)


def _place(source: str | Path) -> str:
    """Give a shipped name as it is and a file by its whole path, so that a circle is seen whatever way it goes."""
    return str(source) if str(source) in shipped_recipes() else os.path.realpath(source)


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a table over another, and the tables in it."""
    merged = dict(below)
    for key, value in above.items():
        merged[key] = _laid(key, merged.get(key), value)
    return merged


def _laid(key: str, below: Any, above: Any) -> Any:
    """Lay what a key has above over what it has below."""
    if key in _KINDS:
        below, above = _of_kind(key, below), named(above)
        if isinstance(above, dict) and above.get("name", below.get("name")) != below.get("name"):
            return above
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    if key == "data" and _SOURCES & above.keys():
        below = {other: value for other, value in below.items() if other not in _SOURCES}
    return _merge(below, above)


def _of_kind(key: str, value: Any) -> dict[str, Any]:
    """Give a table of a kind with its name, the default one where it has none."""
    default = next(iter(_KINDS[key]))
    table = named(value)
    return {"name": default, **table} if isinstance(table, dict) else {"name": default}


def _together(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Give two tables of changes as one, whatever kinds they name: those are told when all are known."""
    both = dict(one)
    for key, value in other.items():
        known, value = (named(each) if key in _KINDS else each for each in (both.get(key), value))
        both[key] = _together(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return both


def _differences(shipped: Mapping[str, Any], found: Mapping[str, Any], within: str = "") -> Iterator[str]:
    for key, value in found.items():
        other = shipped.get(key)
        if isinstance(value, dict):
            of_kind = key not in _KINDS or value["name"] == _of_kind(key, other)["name"]
            yield from _differences((other or {}) if of_kind else {}, value, f"{within}{key}.")
        elif value != other:
            bare = isinstance(value, str) and _BARE.fullmatch(value)
            yield f"{within}{key}={value if bare else as_toml(value)}"


def as_toml(value: Any) -> str:
    """Give a value as TOML on one line, as ``--set`` takes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={as_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)  # numbers, true, false and strings are written alike in both


def _describe(problem: Any) -> str:
    key = key_of(problem["loc"], _KINDS)
    if problem["type"] == "value_error":  # in our own words
        return f"{key}: {problem['ctx']['error']}" if key else str(problem["ctx"]["error"])
    if problem["type"] == "extra_forbidden":
        return f"{key}: {_no_such_key(problem['loc'])}"
    if problem["type"] == "missing":
        return f"{key} is missing"
    if problem["loc"] == ("layers",) and isinstance(problem["input"], dict):
        return "layers: is one table; write [[layers]], in two brackets, for each layer"
    if problem["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return f"{key}: name is {problem['input'].get('name')!r}; one of {_tags(problem)} is needed"
    return f"{key} = {problem['input']!r}: {problem['msg'].lower()}"


def _tags(problem: Any) -> str:
    """Give the kinds that could be named."""
    key = problem["loc"][-1]
    return str(problem["ctx"].get("expected_tags") or ", ".join(repr(name) for name in _KINDS.get(key, {})))


def _no_such_key(loc: tuple[int | str, ...]) -> str:
    """Say which keys there are in the table that a wrong one stands in."""
    table: type[BaseModel] = Recipe
    where = ""
    for key, part in zip((None, *loc), loc[:-1], strict=False):
        if isinstance(part, str) and part in kinds_of(key, _KINDS):
            table, where = kinds_of(key, _KINDS)[part], f" with {key} '{part}'"
        elif isinstance(part, str):
            below = list(models_in(table.model_fields[part].annotation))
            table = below[0] if len(below) == 1 else table
    keys = sorted(set(table.model_fields) - {"name"})
    hint, there = (
        did_you_mean(str(loc[-1]), keys) or ("" if where else _elsewhere(str(loc[-1]))),
        ", ".join(keys) or "none",
    )
    return f"there is no such key{where}{hint or ';'} there are {there} ('spikeloom recipe keys' says more)"


def _elsewhere(name: str) -> str:
    """Give the hint at keys of other tables that are called so."""
    from spikeloom.training.recipe_keys import recipe_keys

    found = sorted({key.key for key in recipe_keys() if key.key.split(".")[-1] == name})
    return f"; did you mean {' or '.join(map(repr, found))}?" if found else ""
