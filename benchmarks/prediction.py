"""10,000 images predicted, each as if alone and with what it cost, against the same measured all together."""

from __future__ import annotations

from typing import Any

from benchmarks.timing import timed_in_turn
from spikeloom.data import load_dataset
from spikeloom.deployment.deploy import deploy
from spikeloom.measure.evaluation import evaluate_program
from spikeloom.measure.prediction import predict
from spikeloom.zoo import load_network

_MEMBERS = 4


def rows() -> list[dict[str, Any]]:
    """Give seconds of both, and their ratio."""
    program, test_set = deploy(load_network("zoo:mnist-30"), _MEMBERS), load_dataset("mnist", "test")
    predicting, measuring = timed_in_turn(
        lambda: predict(program, test_set.images), lambda: evaluate_program(program, test_set), rounds=5
    )
    work = f"mnist-30 x {_MEMBERS}, {len(test_set):,} images"
    return [
        {"work": work, "what": "predict", "value": predicting, "unit": "s"},
        {"work": work, "what": "simulate", "value": measuring, "unit": "s"},
        {"work": work, "what": "predict over simulate", "value": predicting / measuring, "unit": "x"},
    ]
