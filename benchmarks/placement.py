"""How far spikes travel by where cores lie: prints the table of docs/chip.md.

python -m benchmarks.placement
"""

from __future__ import annotations

from spikeloom.chip.mesh import mesh_of
from spikeloom.data import mnist
from spikeloom.deployment.deploy import deploy
from spikeloom.deployment.place import PLACEMENTS
from spikeloom.measure.evaluation import simulate
from spikeloom.zoo import load

_PROGRAMS = {"mnist-5": 64, "mnist-29-bent": None, "mnist-30-paper": 64}
_IMAGES = 200


def main() -> None:
    """Deploy, count, simulate, and print a table of Markdown."""
    images = mnist(train=True).take(slice(_IMAGES))
    print("| network | members | cores | placed | mean hops | busiest link, routes | hops of the energy | energy |")
    print("|---|--:|--:|---|--:|--:|--:|--:|")
    for name, members in _PROGRAMS.items():
        for how in PLACEMENTS:
            program = deploy(load(f"zoo:{name}"), members, place=how)
            mesh, energy = mesh_of(program), simulate(program, images).energy()
            print(
                f"| `{name}` | {members or 1} | {program.n_cores:,} | {how} | {mesh.hops / mesh.routes:.1f} | "
                f"{mesh.busiest:,} | {energy.shares['hops']:.2%} | {energy.total * 1e6:.3g} µJ |"
            )


if __name__ == "__main__":
    main()
