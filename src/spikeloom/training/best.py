"""The best epoch of a training that may end early: when it is over, and the network that is kept of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from spikeloom.errors import SpikeloomError
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.storage import load_learned, save_learned
from spikeloom.training.files import BEST_FILE, METRIC

_log = logging.getLogger(__name__)


class Best:
    """Keeps the network of the best epoch on the validation split, in the run folder where there is one.

    patience : epochs without a better one after which training is over; 0 keeps the last network, whatever it is
    begun : epoch in which the schedule began, from which on patience is counted
    """

    def __init__(self, patience: int, run: Path | None, network: LearnedNetwork, begun: int) -> None:
        self._patience, self._begun = patience, begun
        self._file = None if run is None else run / BEST_FILE
        self._network = network
        if patience and not self._keep_if_best(network):  # the file may lack an epoch after which a run was killed
            self._network = self._kept_before(network)

    def is_over(self, log: Sequence[dict[str, Any]]) -> bool:
        """Tell whether so many epochs have brought nothing better."""
        return self._patience > 0 and len(log) - max(best_epoch(log), self._begun) >= self._patience

    def hear(self, network: LearnedNetwork) -> None:
        """Hear of the network after an epoch."""
        if self._patience:
            self._keep_if_best(network)

    def kept(self, last: LearnedNetwork) -> LearnedNetwork:
        """Give the network that a training leaves: the best epoch's, with the log of all; or the last."""
        if not self._patience:
            return last
        kept = len(self._network.training["log"])
        return replace(self._network, training={**last.training, "kept_epoch": kept})

    def _keep_if_best(self, network: LearnedNetwork) -> bool:
        log = network.training["log"]
        if not log or best_epoch(log) != len(log):
            return False
        self._network = network
        if self._file is not None:
            save_learned(network, self._file)
        return True

    def _kept_before(self, network: LearnedNetwork) -> LearnedNetwork:
        """Give what an interrupted training kept; the network itself where there is nothing of this training."""
        log = network.training["log"]
        if self._file is None or not log:
            return network
        try:
            before = load_learned(self._file)
            if before.training.get("log") == log[: best_epoch(log)]:
                return before
            why = "is not of this training"
        except SpikeloomError as error:
            why = str(error)
        _log.warning(
            f"the best network, of epoch {best_epoch(log)}, is lost; epoch {len(log)} stands in for it ({why})"
        )
        return network


def best_epoch(log: Sequence[dict[str, Any]]) -> int:
    """Give the first epoch of the highest validation accuracy, counted from 1; 0 of none."""
    accuracies = [metrics[METRIC] for metrics in log]
    return accuracies.index(max(accuracies)) + 1 if accuracies else 0
