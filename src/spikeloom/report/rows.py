"""Measurements as plain rows, the shape that ``--json`` prints and ``results.json`` holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spikeloom.measure.energy import Energy, Profile
from spikeloom.measure.measurement import Measurement


@dataclass(frozen=True)
class Reproduced:
    """One row of the paper's experiment: an ensemble of a network, and the recipe that trained it."""

    network: str
    recipe: str | None
    measurement: Measurement


def measurement_row(
    found: Measurement, profiles: Mapping[str, Profile], *, with_accuracy: bool = True
) -> dict[str, Any]:
    """Give everything that was measured of an ensemble, energies under every profile in joules an image.

    Without accuracy where the test set has not been asked: it only reports what validation chose.
    """
    accuracy = {
        "accuracy_mean": found.accuracy,
        "accuracy_std": found.accuracy_std,
        "accuracy_interval_95": list(found.interval),
    }
    return {
        **found.model_dump(mode="json", exclude=None if with_accuracy else {"accuracies", "tie_rate"}),
        "draws": found.draws,
        **(accuracy if with_accuracy else {}),
        **energy_columns({name: found.energy(profile) for name, profile in profiles.items()}),
    }


def energy_columns(energies: Mapping[str, Energy]) -> dict[str, Any]:
    """Give joules an image under every profile, and the shares they are made of."""
    return {
        "energy_joules": {name: energy.total for name, energy in energies.items()},
        "energy_shares": {name: energy.shares for name, energy in energies.items()},
    }
