"""Matrix products against the reference."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from programs import one_neuron
from spikeloom.errors import ProgramError
from spikeloom.peers.products import Products
from spikeloom.simulation import run
from strategies import N_LINES, memoryless_programs


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(memoryless_programs())
def test_any_memoryless_program_gives_the_references_spikes(program):
    inputs = np.random.default_rng(0).random((20, N_LINES)) < 0.3
    spikes = Products(program).run(inputs)
    assert np.array_equal(spikes, run(program, inputs, range(program.n_cores), backend="reference").rasters)


def test_a_neuron_with_a_memory_is_refused():
    with pytest.raises(ProgramError, match="matrix products: core 0, neuron 0 keeps a potential"):
        Products(one_neuron(threshold=3))
