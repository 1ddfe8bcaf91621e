"""Broken hardware breaks as much as asked for, and nothing else."""

import numpy as np
import pytest

from programs import stripes, tiny_network
from spikeloom.chip.core import unpack_crossbars
from spikeloom.chip.faults import with_dead_cores, with_dead_neurons, with_stuck_synapses
from spikeloom.chip.validate import validate_truenorth
from spikeloom.deployment.deploy import deploy
from spikeloom.simulation import Recording, backend_named

FAULTS = [with_dead_cores, with_dead_neurons, with_stuck_synapses]


def rng():
    return np.random.default_rng(3)


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_broken_is_the_program_and_the_same_seed_breaks_the_same(fault):
    program = deploy(tiny_network(), 2)
    whole = fault(program, 0.0, rng())
    assert np.array_equal(whole.crossbars, program.crossbars)
    assert np.array_equal(whole.routes.cores, program.routes.cores)
    once, again = (fault(program, 0.3, rng()) for _ in range(2))
    assert np.array_equal(once.crossbars, again.crossbars)
    validate_truenorth(once)


def test_dead_cores_send_nothing_and_the_others_are_as_they_were():
    program = deploy(tiny_network(), 2)
    broken = with_dead_cores(program, 0.2, rng())
    dead = (broken.routes.cores == -1).all(1)
    assert dead.sum() == 2
    assert np.array_equal(broken.crossbars[~dead], program.crossbars[~dead])
    assert not broken.crossbars[dead].any()
    images = stripes(20).values
    spikes = backend_named("fast").encode(broken.interface, broken.inputs, images, np.arange(20), 0)
    record = backend_named("fast").start(broken, Recording(range(10))).advance(spikes)
    assert not record.events[dead].any()
    assert record.events[~dead].any()


def test_dead_neurons_and_stuck_synapses_are_as_many_as_asked_for():
    program = deploy(tiny_network(), 4)
    connected = program.routes.cores != -1
    broken = with_dead_neurons(program, 0.25, rng())
    assert (broken.routes.cores == -1)[connected].mean() == pytest.approx(0.25, abs=0.03)
    stuck = with_stuck_synapses(program, 0.5, rng())
    changed = unpack_crossbars(stuck.crossbars) != unpack_crossbars(program.crossbars)
    assert changed.transpose(0, 2, 1)[connected].mean() == pytest.approx(
        0.25, abs=0.01
    )  # half of those stuck are right
    assert not changed.transpose(0, 2, 1)[~connected].any()
