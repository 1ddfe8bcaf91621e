"""C on bare processors in QEMU: the votes of the simulator, and the memory that the docs promise."""

from __future__ import annotations

import numpy as np
import pytest

from export.installed import needs
from spikeloom.chip.program import ChipProgram
from spikeloom.data import load_dataset
from spikeloom.deployment.deploy import deploy
from spikeloom.export.c.writer import write_c
from spikeloom.export.format import Exported
from spikeloom.measure.votes import count_votes
from spikeloom.zoo import load
from tools.boards.processors import PROCESSORS, run_on

N_IMAGES = 60


@pytest.mark.parametrize(("name", "flash"), [("mnist-5-frugal", 47_000), ("mnist-5-small-ticks5", 16_384)])
@pytest.mark.parametrize("processor", PROCESSORS, ids=lambda processor: processor.name)
def test_a_processor_votes_as_simulated_within_the_memory_of_the_docs(tmp_path, name, flash, processor):
    needs(processor.compiler, processor.machine[0])
    model = load(f"zoo:{name}")
    program = model if isinstance(model, ChipProgram) else deploy(model)
    data = load_dataset("mnist", "test").take(slice(N_IMAGES))
    write_c(Exported(program, name=name), tmp_path)
    run = run_on(processor, tmp_path, data.images.reshape(N_IMAGES, -1))
    expected = count_votes(program, data.values)
    assert np.array_equal(run.votes, expected.votes)
    assert np.array_equal(run.classes, expected.decisions.classes)
    assert run.flash < flash
    assert run.state + run.stack + program.interface.n_values < 1_500
