"""C on bare processors in QEMU: the votes of the simulator, and the memory that the docs promise."""

from __future__ import annotations

import numpy as np
import pytest

from export.installed import needs
from spikeloom.data import load_dataset
from spikeloom.deployment.deploy import deploy
from spikeloom.export.c.writer import write_c
from spikeloom.export.format import Exported
from spikeloom.measure.votes import count_votes
from spikeloom.zoo import load_network
from tools.boards.processors import PROCESSORS, run_on

N_IMAGES = 60


@pytest.fixture(scope="module")
def frugal():
    return deploy(load_network("zoo:mnist-5-frugal"))


@pytest.mark.parametrize("processor", PROCESSORS, ids=lambda processor: processor.name)
def test_a_processor_votes_as_simulated_within_the_memory_of_the_docs(frugal, tmp_path, processor):
    needs(processor.compiler, processor.machine[0])
    data = load_dataset("mnist", "test").take(slice(N_IMAGES))
    write_c(Exported(frugal, name="mnist-5-frugal"), tmp_path)
    run = run_on(processor, tmp_path, data.images.reshape(N_IMAGES, -1))
    expected = count_votes(frugal, data.values)
    assert np.array_equal(run.votes, expected.votes)
    assert np.array_equal(run.classes, expected.decisions.classes)
    assert run.flash < 47_000
    assert run.state + run.stack + frugal.interface.n_values < 1_500
