"""Relay cores copy spikes, a tick later than a direct route, on as many cores as the copies need."""

import numpy as np
import pytest

from spikeloom.chip.builder import ProgramBuilder
from spikeloom.deployment.relay import Relays
from spikeloom.errors import ProgramError
from spikeloom.simulation import run

FORGETS = {"threshold": 1, "saturate": True, "strengths": (1, 1, 1, 1)}


def test_a_neuron_reaches_three_cores_through_a_relay(backend):
    build = ProgramBuilder()
    source, *ends = (build.add_core() for _ in range(4))
    build.set_neuron(source, 0, **FORGETS)
    build.connect(source, 0, 0)
    build.add_input([(source, 0)])
    for end in ends:
        build.set_neuron(end, 0, **FORGETS)
        build.connect(end, 7, 0)
        build.add_output(end, 0)
    Relays(build).send(source, 0, [(end, 7) for end in ends])
    program = build.build()
    assert program.n_cores == 5
    outputs = run(program, np.array([[True], [False], [False], [True], [False], [False]]), backend=backend).outputs
    # the source spikes in tick 0, the relay in 1, the ends in 2
    assert outputs.astype(int).tolist() == [[0] * 3, [0] * 3, [1] * 3, [0] * 3, [0] * 3, [1] * 3]


def test_copies_that_do_not_fit_into_one_core_go_on_in_the_next():
    build = ProgramBuilder()
    source, end = build.add_core(), build.add_core()
    relays = Relays(build)
    for neuron in range(3):
        relays.send(source, neuron, [(end, axon) for axon in range(100)])
    assert build.build().n_cores == 4  # two cores of 200 and 100 copies


def test_more_targets_than_a_core_has_neurons_are_refused():
    build = ProgramBuilder()
    core = build.add_core()
    for targets in ([], [(core, 0)] * 257):
        with pytest.raises(ProgramError, match=f"{len(targets)} targets; 1 to 256 can be reached by one relay"):
            Relays(build).send(core, 0, targets)
