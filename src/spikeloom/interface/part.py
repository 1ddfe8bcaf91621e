"""A part of the interface record: frozen, checked, the same in recipes and files, and found by its ``name``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from spikeloom.errors import SpikeloomError
from spikeloom.kinds import described
from spikeloom.reading import TEXT_MAX, parse_toml, read_bytes

_BEYOND = 2**63


class Part(BaseModel):
    """Values that may not change, with no keys but its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, values: Any) -> Any:
        """Refuse true and false where they are not asked for: as numbers they would be 1 and 0."""
        for name, value in values.items() if isinstance(values, dict) else ():
            asked = name in cls.model_fields and cls.model_fields[name].annotation
            for each in _flat(value) if asked and asked is not bool else ():
                if isinstance(each, bool):
                    raise ValueError(f"{name} = {str(each).lower()}: true and false are no numbers")
                if isinstance(each, int) and abs(each) >= _BEYOND:
                    raise ValueError(f"{name}: a number of {each.bit_length()} bits; no number of a file has over 63")
        return values


def _flat(value: Any) -> Iterator[Any]:
    """Give a value, or the values in lists of lists."""
    if not isinstance(value, list | tuple):
        yield value
        return
    for each in value:
        yield from _flat(each)


P = TypeVar("P", bound=Part)


def named(value: Any) -> Any:
    """Give a bare name as the record that it stands for, so that ``coding = "threshold"`` says enough."""
    return {"name": value} if isinstance(value, str) else value


def named_or(default: str) -> Callable[[Any], Any]:
    """Give a function that does so too, and gives a record without a name the default one."""

    def with_name(value: Any) -> Any:
        record = named(value)
        return {"name": default, **record} if isinstance(record, dict) else record

    return with_name


def part_in(
    path: Path, kind: type[P], what: str, refused: type[SpikeloomError], hint: Callable[[Any], str] = lambda _: ""
) -> P:
    """Read a TOML file that people write as one part; `refused` is raised where it is none.

    Parameters
    ----------
    what : str
        The file is, in a word for the message.
    hint : callable
        Gives what is added to the message of a problem that pydantic found.
    """
    try:
        return kind.model_validate(parse_toml(read_bytes(path, TEXT_MAX).decode("utf-8-sig")))
    except OSError as error:
        raise refused(f"{what} {path}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        problem = error.errors()[0]
        raise refused(f"{what} {path}: {described(problem)}{hint(problem)}") from error
    except ValueError as error:  # a ValidationError is one, too, and comes first
        raise refused(f"{what} {path}: is not TOML: {error}") from error
