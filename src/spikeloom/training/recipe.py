"""Recipes: how a network is shaped and trained, as data in TOML files.

A recipe may build on another with ``extends``; its own keys win. Shipped recipes go by their bare name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from spikeloom.chip.program import Coding
from spikeloom.errors import RecipeError
from spikeloom.network.learned import BiasRounding
from spikeloom.network.topology import Topology, Windows

Extent = int | tuple[int, int]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class DataChoice(_Part):
    """Which data set, and how many training examples are held out to choose on."""

    name: Literal["mnist"] | None = None
    path: str | None = None
    validation: float = Field(default=1 / 12, gt=0, lt=1, description="share of the training set held out")

    @property
    def source(self) -> str:
        """What `load_dataset` is to load: the path, or else the name; RecipeError where there is neither."""
        source = self.path or self.name
        if source is None:
            raise RecipeError("recipe: names no data; set data.name or data.path, or pass --data")
        return source


class Layer(_Part):
    """One layer of windows; two numbers are rows and columns, one number is both."""

    window: Extent
    stride: Extent = 1
    features: int | None = None
    shared: bool = Field(default=False, description="neurons that would go nowhere share the axons")
    repeats: int = Field(default=1, description="axons of different types that each pixel of a window gets")

    def windows(self) -> Windows:
        """Give the layer as the topology wants it."""
        return Windows(_pair(self.window), _pair(self.stride), self.features, self.shared, self.repeats)


class Reading(_Part):
    """How the trained numbers are read; see `spikeloom.network.learned.Convention`."""

    boundary: float = Field(default=0.5, ge=0, le=1)
    variance_floor: float = Field(default=0.01, gt=0)
    bias_rounding: BiasRounding = "nearest"
    coding: Coding = "bernoulli"


class Training(_Part):
    """The optimiser and its schedule."""

    method: Literal["probabilities", "deployed"] = "probabilities"
    epochs: int = Field(default=12, ge=1)
    batch: int = Field(default=100, ge=1)
    optimiser: Literal["adam", "sgd"] = "adam"
    momentum: float = Field(default=0.9, ge=0, lt=1)
    learning_rate: float = Field(default=0.02, gt=0)
    schedule: Literal["one-cycle", "stepped"] = "one-cycle"
    step_epochs: int = Field(default=250, ge=1, description="stepped: divide the rate by ten this often")
    sharpen: float = Field(default=0.0, ge=0, description="probabilities: weight of c (1 - c), from a third on")
    dropout: float = Field(default=0.0, ge=0, lt=1, description="share of hidden spikes dropped in training")
    precision: Literal["float32", "bfloat16"] = Field(default="float32", description="of the products of a step")


class Deployed(_Part):
    """How the deployed network itself is trained; see `spikeloom.training.deployed`."""

    surrogate_width: float = Field(default=1.0, gt=0, description="of a spike's slope, in widths of the potential")
    strength_rate: float = Field(default=1.0, ge=0, description="of strengths, in learning rates; 0 keeps them")
    event_cost: float = Field(default=0.0, ge=0, description="in the loss, of 65,536 synaptic events")
    sharpness: float = Field(default=0.5, gt=0, description="of the softmax over votes, at the start")


class Augmentation(_Part):
    """The largest change of a training image: degrees, pixels, fraction; and how far it is bent, in pixels."""

    rotation: float = Field(default=0.0, ge=0, le=180)
    shift: float = Field(default=0.0, ge=0)
    scale: float = Field(default=0.0, ge=0, lt=1)
    elastic: float = Field(default=0.0, ge=0, description="standard deviation by which control points move")


class Recipe(_Part):
    """A whole recipe, every default filled in."""

    name: str = Field(pattern=r"^\w[\w.-]*$", description="also the name of its run folder")
    seed: int = Field(default=0, ge=0, lt=2**32)
    data: DataChoice
    layers: tuple[Layer, ...] = Field(min_length=1)
    reading: Reading = Reading()
    train: Training = Training()
    deployed: Deployed = Deployed()
    augment: Augmentation = Augmentation()

    @model_validator(mode="after")
    def _repeats_are_independent(self) -> Recipe:
        repeated = any(layer.repeats > 1 for layer in self.layers)
        if repeated and self.train.method == "probabilities" and self.reading.coding == "bernoulli":
            raise ValueError(
                "layers.repeats: repeated pixels carry the same spike; the probabilities take them for independent; "
                'set reading.coding="threshold" or train.method="deployed"'
            )
        return self

    def topology(self, input_shape: tuple[int, int, int], n_classes: int) -> Topology:
        """Give the topology over data of this shape; raises FitError where it does not fit."""
        return Topology(input_shape, n_classes, tuple(layer.windows() for layer in self.layers))


def shipped_recipes() -> list[str]:
    """Give the names of the recipes that come with the package."""
    folder = resources.files("spikeloom") / "recipes"
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def load_recipe(source: str | Path, changes: Sequence[str] = ()) -> Recipe:
    """Read a recipe from a TOML file or by its shipped name, with ``key.path=value`` changes on top.

    Raises
    ------
    RecipeError
        If the file cannot be read, or has an unknown key or an impossible value.
    """
    values = _read_toml(str(source))
    for change in changes:
        values = _merge(values, _parse_change(change))
    return check_recipe(_extended(values, (str(source),)), str(source))


def changed_recipe(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """Give the recipe with values of dotted keys changed; RecipeError where a key or value is impossible."""
    values = recipe.model_dump(mode="json", exclude_none=True)
    for key, value in changes.items():
        for part in reversed(key.split(".")):
            value = {part: value}
        values = _merge(values, value)
    return check_recipe(values, f"{recipe.name}, changed")


def check_recipe(values: Mapping[str, Any], source: str) -> Recipe:
    """Give the recipe that these values describe, or say which of them is wrong."""
    try:
        return Recipe.model_validate(values)
    except ValidationError as error:
        problems = "; ".join(_describe(problem) for problem in error.errors())
        raise RecipeError(f"recipe {source}: {problems}") from error


def _pair(extent: Extent) -> tuple[int, int]:
    return (extent, extent) if isinstance(extent, int) else extent


def _extended(values: dict[str, Any], sources: tuple[str, ...]) -> dict[str, Any]:
    """Lay the values over those of the recipe they extend, and that one over its own."""
    base = values.pop("extends", None)
    if base is None:
        return values
    if not isinstance(base, str):
        raise RecipeError(f"recipe {sources[-1]}: extends is {base!r}; the name or path of one recipe is needed")
    if base.endswith(".toml"):
        base = str(Path(sources[-1]).parent / base)
    if base in sources:
        raise RecipeError(f"recipe {sources[-1]}: extends {base}, which extends it; break the circle")
    return _merge(_extended(_read_toml(base), (*sources, base)), values)


def _read_toml(source: str) -> dict[str, Any]:
    try:
        if source in shipped_recipes():
            text = (resources.files("spikeloom") / "recipes" / f"{source}.toml").read_text("utf-8")
        else:
            text = Path(source).read_text("utf-8")
        return tomllib.loads(text)
    except OSError as error:
        raise RecipeError(
            f"recipe {source}: {error.strerror}; give a TOML file or one of {', '.join(shipped_recipes())}"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"recipe {source}: is not TOML: {error}") from error


def _parse_change(change: str) -> dict[str, Any]:
    try:
        return tomllib.loads(change)
    except tomllib.TOMLDecodeError:
        pass
    key, _, value = change.partition("=")
    try:  # a bare word is a string, so that a shell needs no second pair of quotes
        return tomllib.loads(f'{key}="{value}"')
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"--set {change}: is not key=value, for example train.epochs=20") from error


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        inner = merged.get(key)
        merged[key] = _merge(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged


def _describe(problem: Any) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "value_error":  # of the recipe as a whole, in our own words
        return str(problem["ctx"]["error"])
    if problem["type"] == "extra_forbidden":
        return f"{key}: there is no such key"
    if problem["type"] == "missing":
        return f"{key} is missing"
    return f"{key} = {problem['input']!r}: {problem['msg'].lower()}"
