"""What a training leaves in its run folder: a checkpoint and the metrics after every epoch, the network at the end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.storage import save_learned
from spikeloom.reading import parse_json, read_bytes
from spikeloom.training.checkpoint import Checkpoint, save_checkpoint
from spikeloom.training.files import CHECKPOINT_FILE, LEARNED_FILE, METRICS_FILE
from spikeloom.training.hold import Hold
from spikeloom.writing import write_atomically


class RunFolder:
    """Writes what a training leaves, after a look whether the folder is still its own.

    path : the folder; None of a training that leaves no files, to which nothing is done
    hold : on the folder
    """

    def __init__(self, path: Path | None, hold: Hold | None) -> None:
        self._path, self._hold = path, hold
        self._seconds = {} if path is None else _seconds_before(path)

    def save_epoch(self, checkpoint: Checkpoint, seconds: float) -> None:
        """Write the checkpoint after an epoch, whole: a kill costs at most the epoch it falls in."""
        self._check()
        if self._path is not None:
            save_checkpoint(checkpoint, self._path / CHECKPOINT_FILE)
            self._seconds[len(checkpoint.log)] = seconds
            self._write_metrics(self._path, checkpoint.log)

    def save_end(self, network: LearnedNetwork, log: Sequence[dict[str, Any]]) -> None:
        """Write the network that is left, and the metrics of all epochs."""
        self._check()
        if self._path is not None:
            self._write_metrics(self._path, log)
            save_learned(network, self._path / LEARNED_FILE)

    def _check(self) -> None:
        if self._hold is not None:
            self._hold.check()

    def _write_metrics(self, path: Path, log: Sequence[dict[str, Any]]) -> None:
        """Write a line an epoch, with the seconds that it took where they are known.

        The log itself goes into files that the same seed gives again byte for byte, so that it holds no times.
        """
        timed = ({**metrics, **self._timed(metrics["epoch"])} for metrics in log)
        write_atomically(path / METRICS_FILE, "".join(json.dumps(metrics) + "\n" for metrics in timed).encode())

    def _timed(self, epoch: int) -> dict[str, float]:
        return {"seconds": self._seconds[epoch]} if epoch in self._seconds else {}


def _seconds_before(run: Path) -> dict[int, float]:
    """Give what each epoch took that the run has behind it, as its metrics say; nothing where they cannot be read."""
    try:
        lines = [parse_json(line) for line in read_bytes(run / METRICS_FILE).decode().splitlines()]
        return {int(line["epoch"]): float(line["seconds"]) for line in lines if "seconds" in line}
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return {}
