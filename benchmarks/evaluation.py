"""How long 1,920 cores (the 30-core network, 64 members) take over MNIST's 10,000 test images."""

from __future__ import annotations

import os
from time import perf_counter
from typing import Any

from spikeloom.chip.limits import TICK_SECONDS
from spikeloom.data import load_dataset
from spikeloom.measure.evaluation import evaluate_network
from spikeloom.zoo import load_network

MEMBERS = 64


def rows() -> list[dict[str, Any]]:
    """Give seconds, and the time against the chip's, sampling, encoding and counting included."""
    test_set = load_dataset("mnist", "test")
    started = perf_counter()
    evaluate_network(load_network("zoo:mnist-30"), test_set, {MEMBERS: 1}, threads=os.cpu_count() or 1)
    seconds = perf_counter() - started
    work = f"mnist-30 x {MEMBERS}, {len(test_set):,} images"
    return [
        {"work": work, "what": "sampling to votes", "value": seconds, "unit": "s"},
        {
            "work": work,
            "what": "time against the chip's",
            "value": seconds / (len(test_set) * TICK_SECONDS),
            "unit": "x",
        },
    ]
