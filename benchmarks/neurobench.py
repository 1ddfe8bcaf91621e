"""NeuroBench's table of the shipped networks: ``python -m benchmarks.neurobench``."""

from __future__ import annotations

import numpy as np

from spikeloom.chip.program import ChipProgram
from spikeloom.chip.trains import unpack
from spikeloom.data import load_dataset
from spikeloom.deployment.deploy import deploy
from spikeloom.measure.energy import PAPER_PROFILE, named_profile
from spikeloom.peers.neurobench import Costs, run_neurobench
from spikeloom.simulation import backend_named
from spikeloom.zoo import load, zoo_names

IMAGES = 1000
CORES_MAX = 64  # larger programs take NeuroBench's hooks minutes


def main() -> None:
    """Print a row for each shipped network: one sampled member, MNIST's first test images."""
    images = load_dataset("mnist", "test").take(slice(IMAGES))
    profile = named_profile(PAPER_PROFILE)
    costs = Costs(profile.static_joules_per_core_tick, profile.joules_per_event, profile.joules_per_hop)
    print("| network | cores | accuracy | connection sparsity | activation sparsity | effective ACs | dense | ", end="")
    print("footprint (mirror) | chip bits | energy an image |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for name in zoo_names():
        model = load(f"zoo:{name}")
        program = model if isinstance(model, ChipProgram) else deploy(model)
        assert program.interface is not None
        if program.n_cores > CORES_MAX or program.interface.ticks_per_image > 1:
            continue
        trains = backend_named("fast").encode(
            program.interface, program.inputs, images.values, np.arange(len(images)), 0
        )
        found = run_neurobench(program, unpack(trains), images.labels, costs)
        operations = found["SynapticOperations"]
        print(
            f"| {name} | {program.n_cores} | {found['ClassificationAccuracy'] * 100:.1f} % | "
            f"{found['ConnectionSparsity']:.3f} | {found['ActivationSparsity']:.3f} | "
            f"{operations['Effective_ACs']:,.0f} | {operations['Dense']:,.0f} | {found['Footprint'] / 2**20:.2f} MiB | "
            f"{found['ChipBits'] / 8 / 2**10:.1f} KiB | {found['EnergyPerImage'] * 1e6:.3f} uJ |"
        )


if __name__ == "__main__":
    main()
