"""NeuroBench's table of five shipped networks: ``python -m benchmarks.neurobench``."""

from __future__ import annotations

import numpy as np

from spikeloom.chip.trains import unpack
from spikeloom.deployment.deploy import deploy
from spikeloom.measure.energy import PAPER_PROFILE, named_profile
from spikeloom.measure.held_out import held_out
from spikeloom.peers.neurobench import Costs, run_neurobench
from spikeloom.simulation import backend_named
from spikeloom.zoo import load_network

IMAGES = 1000
NETWORKS = ("mnist-30", "mnist-29-bent", "mnist-5", "mnist-5-deployed", "mnist-5-frugal")


def main() -> None:
    """Print a row for each network: one sampled member, the first images of the validation split."""
    profile = named_profile(PAPER_PROFILE)
    costs = Costs(profile.static_joules_per_core_tick, profile.joules_per_event, profile.joules_per_hop)
    print("| network | cores | accuracy | connection sparsity | activation sparsity | effective ACs | dense | ", end="")
    print("footprint (mirror) | chip bits | energy an image |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for name in NETWORKS:
        network = load_network(f"zoo:{name}")
        images, program = held_out(network).take(slice(IMAGES)), deploy(network)
        trains = backend_named("fast").encode(
            network.interface, program.inputs, images.values, np.arange(len(images)), 0
        )
        found = run_neurobench(program, unpack(trains), images.labels, costs)
        operations = found["SynapticOperations"]
        print(
            f"| {name} | {program.n_cores} | {found['ClassificationAccuracy'] * 100:.1f} % | "
            f"{found['ConnectionSparsity']:.3f} | {found['ActivationSparsity']:.3f} | "
            f"{operations['Effective_ACs']:,.0f} | {operations['Dense']:,.0f} | {found['Footprint'] / 2**20:.2f} MiB | "
            f"{found['ChipBits'] / 8 / 2**10:.1f} KiB | {found['EnergyPerImage'] * 1e6:.3f} µJ |"
        )


if __name__ == "__main__":
    main()
