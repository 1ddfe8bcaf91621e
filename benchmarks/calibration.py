"""The static energy of profile esser2015-calibrated, solved from the shipped mnist-5; and its check at 1,920 cores.

Run once with ``python -m benchmarks.calibration``; the figure was then frozen in ``energy_profiles.toml``.
"""

from __future__ import annotations

import os

from spikeloom.data import load_dataset
from spikeloom.measure.energy import calibrated_static, shipped_profiles
from spikeloom.measure.evaluation import evaluate_network
from spikeloom.measure.measurement import Measurement
from spikeloom.report.published import paper_points
from spikeloom.zoo import load_network

DRAWS = {1: 10, 64: 1}  # by ensemble size


def main() -> None:
    """Print the solved figure, and what the profile then says of the paper's larger point."""
    small, large = paper_points()
    published = shipped_profiles()["truenorth-0.8V"]
    result = _measured(small.network, small.members)
    events, hops = result.events_per_image, result.hops_per_image
    static = calibrated_static(small.joules, result.cores, result.ticks_per_image, events, hops, like=published)
    print(f"{small.network} x {small.members}: {events:.1f} events and ", end="")
    print(f"{hops:.1f} hops an image -> static {static * 1e9:.3f} nJ per core and tick")

    check = _measured(large.network, large.members)
    profile = published.model_copy(update={"static_joules_per_core_tick": static})
    energy = check.energy(profile).total
    print(
        f"{large.network} x {large.members}: {energy * 1e6:.2f} uJ an image, published {large.joules * 1e6:g} uJ ",
        end="",
    )
    print(f"({energy / large.joules - 1:+.1%})")


def _measured(network: str, members: int) -> Measurement:
    test_set = load_dataset("mnist", "test")
    ensembles = {members: DRAWS[members]}
    return evaluate_network(load_network(f"zoo:{network}"), test_set, ensembles, threads=os.cpu_count() or 1)[members]


if __name__ == "__main__":
    main()
