"""What a search may change: a recipe, and for each of its keys a range or a list of choices, in a TOML file.

recipe = "mnist-5-deployed"
[space]
"train.learning_rate" = { low = 0.001, high = 0.02, log = true }
"layers" = { choices = [[{ window = 16, stride = 12 }, { window = 2 }], [{ window = 14, stride = 14 }]] }
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from spikeloom.errors import RecipeError
from spikeloom.interface.part import Part
from spikeloom.kinds import described
from spikeloom.reading import TEXT_MAX, parse_toml, read_bytes

_Number = Annotated[int, Field(ge=-(2**53), le=2**53)] | float  # whole numbers that floating point holds


class Dimension(Part):
    """What a key may be: a number between two, or one of some choices."""

    low: _Number | None = None
    high: _Number | None = None
    log: bool = False
    choices: tuple[Any, ...] = ()

    @model_validator(mode="after")
    def _is_one_kind(self) -> Dimension:
        if bool(self.choices) == (self.low is not None and self.high is not None):
            raise ValueError("give low and high, or choices")
        if self.choices and {"low", "high", "log"} & self.model_fields_set:
            raise ValueError("low, high and log go with a range, and choices without them")
        if not self.choices:
            assert self.low is not None
            assert self.high is not None
            if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
                raise ValueError(f"low {self.low} and high {self.high}; low must be below high")
            if not math.isfinite(float(self.high) - float(self.low)):
                raise ValueError(f"low {self.low} and high {self.high} are too far apart; take nearer ones")
            if self.log and self.low <= 0:
                raise ValueError(f"low {self.low} on a logarithmic scale; it must be above 0")
        return self


class Space(Part):
    """A recipe, and what may be changed in it."""

    recipe: str
    space: dict[str, Dimension] = Field(min_length=1)


def load_space(path: Path) -> Space:
    """Read a space; RecipeError where it is not one."""
    try:
        return Space.model_validate(parse_toml(read_bytes(path, TEXT_MAX).decode("utf-8-sig")))
    except OSError as error:
        raise RecipeError(f"space {path}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        problem = error.errors()[0]
        dotted = problem["type"] == "extra_forbidden" and problem["loc"][0] == "space" and len(problem["loc"]) > 2
        hint = f'; write keys of a recipe in quotes: "{".".join(map(str, problem["loc"][1:]))}"' if dotted else ""
        raise RecipeError(f"space {path}: {described(problem)}{hint}") from error
    except ValueError as error:  # a ValidationError is one, too, and comes first
        raise RecipeError(f"space {path}: is not TOML: {error}") from error
