"""Energy per image from counted activity: static, events, hops and crossings, always shown apart.

    E = e_static * cores * ticks + e_event * synaptic_events + e_hop * spike_hops + e_crossing * crossings

A crossing is a spike that goes from a chip to its neighbour; only a profile that knows its price counts it. Left out:
the static power of the chips' unused cores (a whole chip draws it for all 4,096), input and output of the whole, the
host, the board, and the filling of the pipeline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from pydantic import Field, TypeAdapter, ValidationError

from spikeloom.errors import DataError
from spikeloom.interface.part import Part
from spikeloom.reading import TEXT_MAX, parse_toml, read_bytes

PAPER_PROFILE, PUBLISHED_PROFILE = "esser2015-calibrated", "truenorth-0.8V"
LEFT_OUT = (
    "the static power of the chip's unused cores, input and output off the chip, hops of input spikes, host, board, "
    "and the filling of the pipeline"
)


class Profile(Part):
    """What the parts of the energy cost, in joules, and where the figures come from."""

    kind: str = Field(pattern="^(published|calibrated|estimated|own)$")
    static_joules_per_core_tick: float = Field(ge=0)
    joules_per_event: float = Field(ge=0)
    joules_per_hop: float = Field(ge=0)
    joules_per_crossing: float = Field(default=0.0, ge=0)
    source: str


@dataclass(frozen=True)
class Energy:
    """Energy of one image in joules, by its parts."""

    static: float
    events: float
    hops: float
    crossings: float = 0.0

    @property
    def total(self) -> float:
        """All parts together."""
        return self.static + self.events + self.hops + self.crossings

    @property
    def shares(self) -> dict[str, float]:
        """Each part as a share of the total, crossings where they cost something; of nothing, nothing."""
        total = self.total or 1.0
        return {part: joules / total for part, joules in asdict(self).items() if joules or part != "crossings"}


def energy_per_image(
    profile: Profile,
    cores: int,
    ticks_per_image: int,
    events_per_image: float,
    hops_per_image: float,
    crossings_per_image: float = 0.0,
) -> Energy:
    """Give the energy of one image, in joules, at full pipeline."""
    return Energy(
        static=profile.static_joules_per_core_tick * cores * ticks_per_image,
        events=profile.joules_per_event * events_per_image,
        hops=profile.joules_per_hop * hops_per_image,
        crossings=profile.joules_per_crossing * crossings_per_image,
    )


def calibrated_static(
    joules: float, cores: int, ticks_per_image: int, events_per_image: float, hops_per_image: float, like: Profile
) -> float:
    """Give the static joules per core and tick with which a network costs `joules` an image, all else as in `like`."""
    dynamic = like.joules_per_event * events_per_image + like.joules_per_hop * hops_per_image
    return (joules - dynamic) / (cores * ticks_per_image)


@cache
def shipped_profiles() -> Mapping[str, Profile]:
    """Give the energy profiles that come with the package."""
    text = (resources.files("spikeloom.measure") / "energy_profiles.toml").read_text("utf-8")
    return MappingProxyType(_parse(text, "energy_profiles.toml"))


def named_profile(name: str) -> Profile:
    """Give a shipped profile; DataError names those there are."""
    if name not in shipped_profiles():
        raise DataError(f"energy profile '{name}': is not known; there are {', '.join(shipped_profiles())}")
    return shipped_profiles()[name]


def load_profiles(path: Path | None = None) -> Mapping[str, Profile]:
    """Give the shipped profiles and, on top, those of a TOML file of the user's.

    Raises
    ------
    DataError
        If the file cannot be read or a profile in it is wrong.
    """
    if path is None:
        return shipped_profiles()
    try:
        return {**shipped_profiles(), **_parse(read_bytes(path, TEXT_MAX).decode("utf-8-sig"), str(path))}
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: is not a text file") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error


def _parse(text: str, source: str) -> dict[str, Profile]:
    try:
        return TypeAdapter(dict[str, Profile]).validate_python(parse_toml(text))
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg'].lower()}" for e in error.errors())
        raise DataError(f"{source}: is not a file of energy profiles: {problems}") from error
    except ValueError as error:  # a ValidationError is one, too, and comes first
        raise DataError(f"{source}: is not TOML: {error}") from error
