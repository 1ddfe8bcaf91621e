"""Robustness as a study: every fault in every share, and the whole models beside them."""

from __future__ import annotations

from collections.abc import Sequence

from spikeloom.measure.faults import FAULTS
from spikeloom.measure.robustness import SHARES, FaultRow
from spikeloom.studies.study import Found, Line, Study
from spikeloom.zoo import PREFIX


def fault_study(models: Sequence[str], draws: int, images: int | None, data: str | None, seed: int) -> Study:
    """Give the study of models under every fault, on the test split.

    Parameters
    ----------
    draws : int
        Each draws faults, inputs, and the synapses of a network anew.
    """
    shares = tuple(share for share in SHARES if share)
    return Study(
        name="robust",
        models=tuple(models),
        data=data,
        split="test",
        images=images,
        draws=draws,
        faults=dict.fromkeys(FAULTS, shares),
        seed=seed,
    )


def fault_rows(found: Found) -> list[FaultRow]:
    """Give the rows of such a study, the whole model at the head of each fault."""
    rows = []
    for model in dict.fromkeys(line.model for line in found.lines):
        own = [line for line in found.lines if line.model == model]
        for fault in FAULTS:
            rows += [_row(line, fault) for line in own if line.fault in (None, fault)]
    return rows


def _row(line: Line, fault: str) -> FaultRow:
    found = line.measurement
    return FaultRow(
        model=line.model.removeprefix(PREFIX),
        cores=found.cores,
        fault=fault,
        share=line.share,
        draws=found.draws,
        accuracy_mean=found.accuracy,
        accuracy_std=found.accuracy_std,
    )
