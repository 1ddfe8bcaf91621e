"""How what lies in a file becomes values: the paper under the ink, the size, the colours, the ticks of a recording."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from spikeloom.interface.part import Part

SIDE_MAX = 2**14  # pixels of a side: beyond it nothing fits cores, and memory neither
TICKS_MAX = 2**12

Colours = Literal["kept", "grey", "rgb"]


class Preparation(Part):
    """What is done to pictures and recordings when they are read; a network's data are always read in the same way.

    background : what transparent pictures are laid over, "white", "black" or any colour's name or #rrggbb
    size : rows and columns that pictures are brought to, or that the sensor of a recording has; None as they come
    colours : "grey" and "rgb" make all pictures so; "kept" leaves them, where one has colours all have
    ticks : frames that a recording of events is cut into
    """

    background: str = Field(default="white", description="under transparent pictures: white, black, #rrggbb")
    size: tuple[int, int] | None = Field(
        default=None, description="rows and columns that pictures are brought to; of a sensor where data are events"
    )
    colours: Colours = Field(default="kept", description="of pictures")
    ticks: int = Field(default=16, ge=1, le=TICKS_MAX, description="that a recording of events is cut into")

    @field_validator("background")
    @classmethod
    def _is_a_colour(cls, name: str) -> str:
        from PIL import ImageColor

        try:
            ImageColor.getrgb(name)
        except ValueError as error:
            raise ValueError("a colour's name, such as white, or #rrggbb is needed") from error
        return name

    @field_validator("size")
    @classmethod
    def _has_pixels(cls, size: tuple[int, int] | None) -> tuple[int, int] | None:
        if size is not None and not all(1 <= length <= SIDE_MAX for length in size):
            raise ValueError(f"rows and columns of 1 to {SIDE_MAX:,} are needed")
        return size
