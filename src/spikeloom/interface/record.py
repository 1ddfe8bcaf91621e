"""The interface record: how examples are shown and decided, in recipes, learned networks and programs alike."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from spikeloom.errors import ProgramError
from spikeloom.interface.coding import Bernoulli, Coding
from spikeloom.interface.delays import DELAY_MAX, NOW
from spikeloom.interface.frames import TICKS_MAX, Frames, Still
from spikeloom.interface.part import Part
from spikeloom.interface.preparation import Preparation
from spikeloom.interface.readout import Readout
from spikeloom.kinds import described, kinds_in

Length = Annotated[int, Field(ge=1)]


class DataOrigin(Part):
    """The data that a network was trained on.

    source : what gives them again, ``mnist`` or the path of a folder or file; None of arrays
    fingerprint : SHA-256 of the training set's images, labels and class names
    preparation : how they were read
    """

    source: str | None
    fingerprint: str
    preparation: Preparation = Preparation()


def wrong_names(names: Sequence[str]) -> str | None:
    """Say what is wrong with names of classes: one stands for two, or cannot be written; None where nothing."""
    counts = Counter(names)
    if len(counts) < len(names):
        name = min(name for name, count in counts.items() if count > 1)
        return f"class name '{name}' stands for {counts[name]} classes; give each its own"
    odd = next((name for name in names if not is_text(name)), None)
    return None if odd is None else f"class name {odd!a} is no text that can be written as UTF-8; rename it"


def is_text(name: str) -> bool:
    """Whether a name can be written as UTF-8: names of files may hold any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


class Presentation(Part):
    """How an example is shown and decided, whatever its size and classes: what a recipe chooses.

    frames : what a tick shows
    coding : what spikes a shown value becomes
    delays : ticks ago that every value is seen, a line each
    readout : which ticks' votes count
    reset : whether potentials and spikes on their way are cleared before every example, so that an example in a stream
        is decided like the example alone whatever the neurons keep; programs without memory need none
    """

    frames: Frames = Field(default=Still(), description="what a tick shows")
    coding: Coding = Field(default=Bernoulli(), description="what spikes a value becomes")
    delays: Annotated[tuple[Annotated[int, Field(ge=0, le=DELAY_MAX)], ...], Field(min_length=1)] = Field(
        default=NOW, description="ticks ago that every value is seen, rising, a line each"
    )
    readout: Readout = Readout()
    reset: bool = Field(default=False, description="clear the program before every example")

    @model_validator(mode="after")
    def _delays_rise(self) -> Self:
        if list(self.delays) != sorted(set(self.delays)):
            raise ValueError(f"delays {list(self.delays)}: each must be above the one before")
        return self

    @model_validator(mode="after")
    def _is_decided_in_time(self) -> Self:
        if self.frames.n_ticks > TICKS_MAX:
            raise ValueError(f"frames: {self.frames.n_ticks:,} ticks an example; at most {TICKS_MAX:,} are allowed")
        if self.readout.skip >= self.frames.n_ticks:
            raise ValueError(
                f"readout.skip is {self.readout.skip} of {self.frames.n_ticks} ticks an example; "
                "at least one tick must count"
            )
        return self

    @property
    def lines_per_value(self) -> int:
        """Lines that carry a value: one a level of the coding and delay."""
        return self.coding.width * len(self.delays)

    def of(
        self,
        value_shape: tuple[int, int, int],
        class_names: tuple[str, ...],
        latency: int,
        data: DataOrigin | None = None,
    ) -> Interface:
        """Give the interface of a network that reads such values and knows these classes."""
        chosen = {name: getattr(self, name) for name in Presentation.model_fields}
        return Interface(**chosen, value_shape=value_shape, class_names=class_names, latency=latency, data=data)


class Interface(Presentation):
    """How to feed a program and read it.

    value_shape : rows, columns and channels of a frame
    class_names : one a class
    latency : ticks from the first integration of an example to its first votes, both included
    data : what the network was trained on; None where nobody knows
    """

    value_shape: tuple[Length, Length, Length]
    class_names: tuple[str, ...]
    latency: int = Field(ge=1, le=TICKS_MAX)
    data: DataOrigin | None = None

    @field_validator("class_names")
    @classmethod
    def _are_told_apart(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if problem := wrong_names(names):
            raise ValueError(problem)
        return names

    @model_validator(mode="after")
    def _delays_are_within(self) -> Self:
        if self.delays[-1] >= self.frames.n_ticks:
            raise ValueError(
                f"delays reach back {self.delays[-1]} ticks, and an example lasts {self.frames.n_ticks}; take "
                "shorter ones, or data of more frames"
            )
        return self

    def __init__(self, **values: Any) -> None:
        """Check the record; ProgramError names the first part that is wrong."""
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise ProgramError(f"interface: {described(error.errors()[0], kinds_in(Presentation))}") from error

    @property
    def preparation(self) -> Preparation:
        """How the data that the network was trained on were read; as they come where nobody knows."""
        return Preparation() if self.data is None else self.data.preparation

    @property
    def ticks_per_image(self) -> int:
        """Ticks that an example is shown."""
        return self.frames.n_ticks

    @property
    def decided_after(self) -> int:
        """Ticks from the first of an example to its decision, both included."""
        return self.latency + self.ticks_per_image - 1

    @property
    def period(self) -> int:
        """Ticks from one example to the next: those that it is shown, or, with a reset, until it is decided."""
        return self.decided_after if self.reset else self.ticks_per_image

    @property
    def n_values(self) -> int:
        """Values of an example, over all of its frames."""
        return self.frames.n_frames * math.prod(self.value_shape)

    @property
    def coded_shape(self) -> tuple[int, int, int]:
        """Rows, columns and channels of the lines of a tick: every channel once a level and delay."""
        rows, columns, channels = self.value_shape
        return rows, columns, channels * self.lines_per_value

    def is_fed_like(self, other: Interface) -> bool:
        """Whether programs of both are fed and read alike, whatever they were trained on."""
        return self == other.model_copy(update={"data": self.data})

    @property
    def n_classes(self) -> int:
        """Classes that are voted for."""
        return len(self.class_names)
