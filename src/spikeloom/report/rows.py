"""Measurements as plain rows, the shape that ``--json`` prints and ``results.json`` holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spikeloom.measure.energy import Energy, Profile
from spikeloom.measure.measurement import Measurement


def measurement_row(found: Measurement, profiles: Mapping[str, Profile]) -> dict[str, Any]:
    """Give everything that was measured of an ensemble, energies under every profile in joules an image."""
    low, high = found.interval
    return {
        **found.model_dump(mode="json"),
        "draws": found.draws,
        "accuracy_mean": found.accuracy,
        "accuracy_std": found.accuracy_std,
        "accuracy_interval_95": [low, high],
        **energy_columns({name: found.energy(profile) for name, profile in profiles.items()}),
    }


def energy_columns(energies: Mapping[str, Energy]) -> dict[str, Any]:
    """Give joules an image under every profile, and the shares they are made of."""
    return {
        "energy_joules": {name: energy.total for name, energy in energies.items()},
        "energy_shares": {
            name: dict(zip(("static", "events", "hops"), energy.shares, strict=True))
            for name, energy in energies.items()
        },
    }
