"""Where cores lie changes how far spikes travel, and nothing that is decided."""

import numpy as np
import pytest

from programs import stripes, tiny_network
from spikeloom.chip.builder import ProgramBuilder
from spikeloom.chip.mesh import mesh_of
from spikeloom.deployment.deploy import deploy
from spikeloom.deployment.place import PLACEMENTS, near, placed
from spikeloom.errors import FitError
from spikeloom.measure.evaluation import simulate
from spikeloom.zoo import load_network


def ring(n_cores: int):
    """Cores in a circle, each of which feeds the next with ten neurons."""
    build = ProgramBuilder()
    for _ in range(n_cores):
        build.add_core()
    for core in range(n_cores):
        for neuron in range(10):
            build.route(core, neuron, (core + 1) % n_cores, neuron)
    return build.build()


def test_a_circle_of_four_lies_in_a_square_where_all_are_neighbours():
    program = placed(ring(4), "near")
    assert mesh_of(program).hops == 40  # row by row it is 3 hops back: 60
    assert mesh_of(ring(4)).hops == 60


@pytest.mark.parametrize("how", PLACEMENTS)
def test_what_is_decided_stays_and_only_hops_change(how):
    program = deploy(tiny_network(), 3)
    moved = placed(program, how)
    before, after = simulate(program, stripes(30)), simulate(moved, stripes(30))
    assert after.model_copy(update={"hops_per_image": 0.0}) == before.model_copy(update={"hops_per_image": 0.0})
    assert after.hops_per_image <= before.hops_per_image


def test_a_shipped_network_travels_a_fifth_of_the_hops_and_its_members_lie_alike():
    network = load_network("zoo:mnist-30-paper")
    program = deploy(network, 3, place="near")
    rows, short = mesh_of(deploy(network, 3)), mesh_of(program)
    assert short.hops < rows.hops / 5
    assert short.busiest < rows.busiest / 3
    x, y = program.coordinates.T.reshape(2, 3, 30)
    assert np.array_equal(x[1] - x[1].min(), x[0] - x[0].min())
    assert np.array_equal(y[2] - y[2].min(), y[0] - y[0].min())
    assert np.array_equal(near(program), program.placement)


def test_blocks_stay_on_a_chip():
    # 7 x 7 places a member: 81 members a chip of 64 x 64
    build = ProgramBuilder()
    for _ in range(49 * 82):
        build.add_core()
    program = build.build()
    members = np.repeat(np.arange(82, dtype=np.int32), 49)
    object.__setattr__(program, "core_members", members)
    chips = near(program)[:, 0].reshape(82, 49)
    assert (chips == chips[:, :1]).all()
    assert chips[:, 0].tolist() == [0] * 81 + [1]


def test_a_member_larger_than_a_chip_lies_across_seams():
    build = ProgramBuilder()
    for _ in range(65 * 65):
        build.add_core()
    places = near(build.build())
    assert np.unique(places[:, 0]).tolist() == [0, 1, 4, 5]  # chips lie four in a row


def test_a_placement_that_is_none_is_refused():
    with pytest.raises(FitError, match="placement 'best': there is none; choose one of rows, near"):
        deploy(tiny_network(), place="best")
