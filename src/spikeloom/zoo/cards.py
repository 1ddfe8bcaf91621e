"""Model cards: what a shipped network is, how it was made, and what was measured of it.

Accuracies are of the shipped file: chosen by the validation split, and reported on the test set.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from spikeloom.errors import ArtefactError


class Card(BaseModel):
    """A model card.

    cores : of one member, or of the whole ensemble
    members : that vote together in `test` and `validation_accuracy`
    networks, copies, ticks : of an ensemble, the shipped networks it is made of, the shifted copies of each, and the
        ticks for which an image is shown
    validation_accuracy : of `members` on the validation split
    test : rows as ``simulate --json`` gives them, one an ensemble size
    retrain : the commands that make it again
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    cores: int
    members: int
    recipe: str
    seed: int
    networks: tuple[str, ...] = ()
    copies: int = 1
    ticks: int = 1
    validation_accuracy: float
    test: tuple[dict[str, Any], ...]
    retrain: tuple[str, ...]


def card(path: Path) -> Card:
    """Read a model card; ArtefactError where it is damaged."""
    try:
        return Card.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ArtefactError(f"{path}: is no model card: {error}") from error
