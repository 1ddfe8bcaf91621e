"""What a program is to decide of the images that go with an export, so that what is built of it can be compared."""

from __future__ import annotations

import numpy as np

from spikeloom.export.format import Exported
from spikeloom.interface import decide


def expected_lines(exported: Exported) -> str:
    """Give a line for each image that goes with an export: its class, and then the votes of all classes."""
    program, interface = exported.program, exported.program.interface
    assert interface is not None and exported.outputs is not None and exported.images is not None
    n_ticks, classes = interface.ticks_per_image, program.outputs.classes
    answered = exported.outputs[interface.latency - 1 :][: len(exported.images) * n_ticks]
    by_tick = answered.astype(np.int64) @ (classes[:, None] == np.arange(interface.n_classes))
    votes = interface.readout.votes(by_tick, n_ticks)
    decided = decide(votes, interface.readout.voters(classes, interface.n_classes, n_ticks)).classes
    lines = np.concatenate([decided[:, None], votes], 1)
    return "".join(" ".join(map(str, line)) + "\n" for line in lines.tolist())
