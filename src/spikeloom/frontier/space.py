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

from pydantic import Field, model_validator

from spikeloom.errors import RecipeError
from spikeloom.interface.part import Part, part_in

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
    return part_in(path, Space, "space", RecipeError, _hint)


def _hint(problem: Any) -> str:
    """Say how a dotted key is written, where TOML took one for a table in a table."""
    loc = problem["loc"]
    dotted = problem["type"] == "extra_forbidden" and loc[0] == "space" and len(loc) > 2
    return f'; write keys of a recipe in quotes: "{".".join(map(str, loc[1:]))}"' if dotted else ""
