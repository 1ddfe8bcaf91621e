"""Recipes: how a network is shaped and trained, as data in TOML files.

A recipe may build on another with ``extends``; its own keys win. Shipped recipes go by their bare name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from spikeloom.errors import RecipeError
from spikeloom.interface import Bernoulli, Moved, Presentation, Still, Stream, Thermometer, Threshold
from spikeloom.interface.part import named, named_or
from spikeloom.keys import parse_change
from spikeloom.network.learned import BiasRounding, Convention, LearnedNetwork
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


class Probabilities(_Part):
    """Probabilities of spikes and synapses are trained, and sampled to deploy; `boundary`, `variance_floor` and
    `bias_rounding` are those of `spikeloom.network.learned.Convention`."""

    name: Literal["probabilities"] = "probabilities"
    sharpen: float = Field(default=0.0, ge=0, description="weight of c (1 - c) in the loss, from a third on")
    dropout: float = Field(default=0.0, ge=0, lt=1, description="share of hidden spikes dropped in training")
    boundary: float = Field(default=0.5, ge=0, le=1, description="where the Gaussian sum is cut")
    variance_floor: float = Field(default=0.01, gt=0, description="keeps a blank window finite")
    bias_rounding: BiasRounding = Field(default="nearest", description="from a bias to the chip's integer leak")

    @property
    def convention(self) -> Convention:
        """How the learned network's numbers are to be read."""
        return Convention(self.boundary, self.variance_floor, self.bias_rounding)


class Deployed(_Part):
    """The deployed network itself is trained; see `spikeloom.training.deployed`."""

    name: Literal["deployed"] = "deployed"
    surrogate_width: float = Field(default=1.0, gt=0, description="of a spike's slope, in widths of the potential")
    active_share: float = Field(
        default=0.15, gt=0, le=1, description="of the axons that spike, by which a potential's width is told"
    )
    strength_rate: float = Field(default=1.0, ge=0, description="of strengths, in learning rates; 0 keeps them")
    event_cost: float = Field(default=0.0, ge=0, description="in the loss, of 65,536 synaptic events")
    sharpness: float = Field(default=0.5, gt=0, description="of the softmax over a core's votes, at the start")

    @property
    def convention(self) -> Convention:
        """How the learned network's numbers are to be read: its biases are whole, and nothing is cut."""
        return Convention()


class Adam(_Part):
    """Adam, with the betas that torch has."""

    name: Literal["adam"] = "adam"


class Sgd(_Part):
    """Gradient descent with momentum."""

    name: Literal["sgd"] = "sgd"
    momentum: float = Field(default=0.9, ge=0, lt=1)


class OneCycle(_Part):
    """One cycle of the rate: up to `train.learning_rate` in a third of the training, then down to nothing."""

    name: Literal["one-cycle"] = "one-cycle"


class Stepped(_Part):
    """The rate is divided by ten again and again."""

    name: Literal["stepped"] = "stepped"
    epochs: int = Field(default=250, ge=1, description="between two divisions by ten")


Method = Annotated[Probabilities | Deployed, Field(discriminator="name"), BeforeValidator(named_or("probabilities"))]
Optimiser = Annotated[Adam | Sgd, Field(discriminator="name"), BeforeValidator(named_or("adam"))]
Schedule = Annotated[OneCycle | Stepped, Field(discriminator="name"), BeforeValidator(named_or("one-cycle"))]


class Training(_Part):
    """Epochs, batches, the optimiser and its schedule."""

    epochs: int = Field(default=12, ge=1)
    batch: int = Field(default=100, ge=1)
    optimiser: Optimiser = Adam()
    learning_rate: float = Field(default=0.02, gt=0)
    schedule: Schedule = OneCycle()
    precision: Literal["float32", "bfloat16"] = Field(default="float32", description="of the products of a step")


class Augmentation(_Part):
    """The largest change of a training image: degrees, pixels, fraction; and how far it is bent, in pixels."""

    rotation: float = Field(default=0.0, ge=0, le=180)
    shift: float = Field(default=0.0, ge=0)
    scale: float = Field(default=0.0, ge=0, lt=1)
    elastic: float = Field(default=0.0, ge=0, description="standard deviation by which control points move")
    elastic_distance: float = Field(default=7.0, gt=0, description="pixels between control points")


class Recipe(_Part):
    """A whole recipe, every default filled in."""

    name: str = Field(pattern=r"^\w[\w.-]*$", description="also the name of its run folder")
    seed: int = Field(default=0, ge=0, lt=2**32)
    data: DataChoice
    layers: tuple[Layer, ...] = Field(min_length=1)
    interface: Presentation = Presentation()
    method: Method = Probabilities()
    train: Training = Training()
    augment: Augmentation = Augmentation()

    @model_validator(mode="after")
    def _repeats_are_independent(self) -> Recipe:
        repeated = any(layer.repeats > 1 for layer in self.layers)
        if repeated and self.method.name == "probabilities" and not self.interface.coding.certain:
            raise ValueError(
                "layers.repeats: repeated pixels carry the same spike; the probabilities take them for independent; "
                'set interface.coding="threshold" or method="deployed"'
            )
        return self

    def topology(self, value_shape: tuple[int, int, int], n_classes: int) -> Topology:
        """Give the topology over data of this shape; raises FitError where it does not fit."""
        rows, columns, channels = value_shape
        coded = (rows, columns, channels * self.interface.coding.width)
        return Topology(coded, n_classes, tuple(layer.windows() for layer in self.layers))


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
        changed = parse_change(change)
        if changed is None:
            raise RecipeError(f"--set {change}: is not key=value, for example train.epochs=20")
        values = _merge(values, changed)
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


def recorded_recipe(network: LearnedNetwork) -> Recipe:
    """Give the recipe a network was trained with.

    Raises
    ------
    RecipeError
        If the network carries none.
    """
    return check_recipe(network.training.get("recipe", {}), "of the learned network")


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


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        merged[key] = _merge(named(merged[key]), value) if _lies_over(merged.get(key), value) else value
    return merged


def _lies_over(below: Any, above: Any) -> bool:
    """Tell whether a table changes some keys of the one below; one that names another kind takes its place."""
    if not isinstance(above, dict):
        return False
    below = named(below)
    return isinstance(below, dict) and above.get("name", below.get("name")) == below.get("name")


def _describe(problem: Any) -> str:
    key = _key(problem["loc"])
    if problem["type"] == "value_error":  # in our own words
        return f"{key}: {problem['ctx']['error']}" if key else str(problem["ctx"]["error"])
    if problem["type"] == "extra_forbidden":
        return f"{key}: {_no_such_key(problem['loc'])}"
    if problem["type"] == "missing":
        return f"{key} is missing"
    if problem["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return f"{key}: name is {problem['input'].get('name')!r}; one of {_tags(problem)} is needed"
    return f"{key} = {problem['input']!r}: {problem['msg'].lower()}"


def _tags(problem: Any) -> str:
    """Give the kinds that could be named."""
    key = problem["loc"][-1]
    return str(problem["ctx"].get("expected_tags") or ", ".join(repr(name) for name in _KINDS.get(key, {})))


# What each named table can be, by its key, for messages that tell which keys a kind has.
_KINDS: dict[Any, dict[str, type[BaseModel]]] = {
    "method": {"probabilities": Probabilities, "deployed": Deployed},
    "optimiser": {"adam": Adam, "sgd": Sgd},
    "schedule": {"one-cycle": OneCycle, "stepped": Stepped},
    "coding": {"bernoulli": Bernoulli, "threshold": Threshold, "thermometer": Thermometer},
    "frames": {"still": Still, "moved": Moved, "stream": Stream},
}


def _key(loc: tuple[int | str, ...]) -> str:
    """Give the key as it stands in the file: the kind of a named table is no part of it."""
    above = (None, *loc)
    return ".".join(str(part) for before, part in zip(above, loc, strict=False) if part not in _KINDS.get(before, {}))


def _no_such_key(loc: tuple[int | str, ...]) -> str:
    for place, part in enumerate(loc[1:-1], start=1):
        kinds = _KINDS.get(loc[place - 1], {})
        if part in kinds:
            keys = ", ".join(sorted(set(kinds[str(part)].model_fields) - {"name"})) or "none"
            return f"there is no such key with {loc[place - 1]} '{part}', which has {keys}"
    return "there is no such key"
