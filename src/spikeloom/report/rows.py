"""Results as plain rows, the shape that ``--json`` prints and ``results.json`` holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spikeloom.measure.activity import Activity
from spikeloom.measure.energy import Profile, energy_per_image
from spikeloom.measure.evaluation import Result


def result_row(result: Result, profiles: Mapping[str, Profile]) -> dict[str, Any]:
    """Give everything that was measured of an ensemble, energies under every profile in joules an image."""
    low, high = result.interval
    return {
        "members": result.members,
        "cores": result.cores,
        "ticks_per_image": result.ticks_per_image,
        "latency_ticks": result.latency,
        "draws": len(result.accuracies),
        "redrawn": result.redrawn,
        "images": result.n_images,
        "accuracy_mean": result.accuracy,
        "accuracy_std": result.accuracy_std,
        "accuracy_interval_95": [low, high],
        "accuracies": list(result.accuracies),
        "tie_rate": result.tie_rate,
        "spikes_per_image": result.activity.spikes_per_image,
        "events_per_image": result.activity.events_per_image,
        "hops_per_image": result.activity.hops_per_image,
        **energy_columns(result.cores, result.ticks_per_image, result.activity, profiles),
    }


def energy_columns(
    cores: int, ticks_per_image: int, activity: Activity, profiles: Mapping[str, Profile]
) -> dict[str, Any]:
    """Give joules an image under every profile, and the shares they are made of."""
    energies = {name: energy_per_image(profile, cores, ticks_per_image, activity) for name, profile in profiles.items()}
    return {
        "energy_joules": {name: energy.total for name, energy in energies.items()},
        "energy_shares": {
            name: dict(zip(("static", "events", "hops"), energy.shares, strict=True))
            for name, energy in energies.items()
        },
    }
