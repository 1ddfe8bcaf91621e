"""Energy of the same images in SANA-FE and here: ``python -m benchmarks.sana_fe``."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from spikeloom.chip.trains import unpack
from spikeloom.data import load_dataset
from spikeloom.deployment.deploy import deploy
from spikeloom.export.format import Exported
from spikeloom.export.sana_fe.writer import write_sana_fe
from spikeloom.measure.energy import PUBLISHED_PROFILE, named_profile
from spikeloom.peers.sana_fe import run_sana_fe
from spikeloom.simulation import backend_named, run
from spikeloom.zoo import load_network

IMAGES = 100


def main() -> None:
    """Print events, hops and joules an image of mnist-5 by both, as a table."""
    program, costs = deploy(load_network("zoo:mnist-5")), named_profile(PUBLISHED_PROFILE)
    values = load_dataset("mnist", "test").values[:IMAGES]
    assert program.interface is not None
    spikes = unpack(backend_named("fast").encode(program.interface, program.inputs, values, np.arange(IMAGES), 0))
    inputs = np.pad(
        spikes, ((1, 1), (0, 0))
    )  # nothing arrives in SANA-FE's first tick; the last image's votes come later
    with tempfile.TemporaryDirectory() as folder:
        exported = Exported(program, inputs, None, costs.joules_per_event, costs.joules_per_hop)
        write_sana_fe(exported, Path(folder))
        theirs = run_sana_fe(Path(folder), program.n_cores, len(inputs))
    ours = run(program, inputs, range(program.n_cores))
    static = costs.static_joules_per_core_tick * program.n_cores
    events, hops = ours.events.sum() / IMAGES, ours.hops.sum() / IMAGES
    rows = [
        ("spikes that differ", 0, int((theirs.spikes != ours.rasters).sum())),
        ("synaptic events", events, theirs.events / IMAGES),
        ("event energy, nJ", events * costs.joules_per_event * 1e9, theirs.synapse_joules / IMAGES * 1e9),
        ("hops", hops, theirs.hops / IMAGES),
        ("hop energy, nJ", hops * costs.joules_per_hop * 1e9, theirs.network_joules / IMAGES * 1e9),
        ("static energy, nJ", static * 1e9, 0.0),
    ]
    print("| an image | spikeloom | SANA-FE |\n|---|--:|--:|")
    for name, here, there in rows:
        print(f"| {name} | {here:,.1f} | {there:,.1f} |")


if __name__ == "__main__":
    main()
