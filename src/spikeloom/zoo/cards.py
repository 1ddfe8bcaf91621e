"""Model cards: what a shipped network is, how it was made, and what was measured of it.

Accuracies are of the shipped file. The validation split chooses; the test set is reported of what was chosen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from spikeloom.errors import ArtefactError
from spikeloom.kinds import described
from spikeloom.measure.measurement import Measurement
from spikeloom.provenance import Provenance
from spikeloom.reading import TEXT_MAX, parse_json, read_bytes


class Card(BaseModel):
    """A model card.

    data : name of the data set
    cores : of one member, or of the whole ensemble
    members : that vote together in the first of the measurements
    method : by which it was trained
    changes : keys in which its recipe differs from the shipped one of that name; none where it is that
    networks, copies, ticks : of an ensemble, the shipped networks it is made of, the shifted copies of each, and the
        ticks for which an image is shown
    validation, test : an ensemble size each, in the same order; no test where it is there to be chosen among, and the
        validation split chose another
    commands : that make it again
    differs : what those commands would give otherwise than the shipped file; None where they give it again
    trained, measured : where network and measurements come from
    resumed : where its training went on, each time that it was another place than before
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    data: str = "mnist"
    cores: int
    members: int
    method: Literal["probabilities", "deployed"]
    recipe: str
    changes: tuple[str, ...] = ()
    seed: int
    networks: tuple[str, ...] = ()
    copies: int = 1
    ticks: int = 1
    validation: tuple[Measurement, ...] = Field(min_length=1)
    test: tuple[Measurement, ...] = ()
    commands: tuple[str, ...] = Field(min_length=1)
    differs: str | None = None
    trained: Provenance | None = None
    resumed: tuple[Provenance, ...] = ()
    measured: Provenance

    @model_validator(mode="after")
    def _measured_alike(self) -> Card:
        if self.test and [found.members for found in self.validation] != [found.members for found in self.test]:
            raise ValueError("validation and test: measured of other ensemble sizes")
        return self

    @property
    def validation_accuracy(self) -> float:
        """Of `members` on the validation split."""
        return self.validation[0].accuracy

    @property
    def shown(self) -> tuple[Measurement, ...]:
        """What is told of cores, ticks and energy: of the test set, or of the validation split where that is all."""
        return self.test or self.validation

    @property
    def is_other_seed(self) -> bool:
        """Whether it is there for ensembles and for the spread over seeds alone."""
        return not self.networks and self.seed != 0


def card(path: Path) -> Card:
    """Read a model card; ArtefactError where it is damaged."""
    try:
        return Card.model_validate(parse_json(read_bytes(path, TEXT_MAX)))
    except OSError as error:
        raise ArtefactError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValidationError as error:
        raise ArtefactError(f"{path}: is no model card: {described(error.errors()[0])}") from error
    except ValueError as error:
        raise ArtefactError(f"{path}: is no model card: {error}") from error
