"""A training's metrics as TensorBoard reads them, beside whoever else hears them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spikeloom.optional import needed
from spikeloom.training.files import TENSORBOARD_FOLDER
from spikeloom.training.reporter import Reporter

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter


class TensorBoard:
    """A reporter that writes every metric of an epoch as a scalar, and tells another reporter too.

    Parameters
    ----------
    run : Path
        Run folder; the scalars go into ``tensorboard`` in it. A training that goes on adds to them.
    beside : Reporter
        Hears the same.

    Raises
    ------
    PeerError
        If TensorBoard is not installed.
    """

    def __init__(self, run: Path, beside: Reporter) -> None:
        needed("tensorboard", "spikeloom[tensorboard]")
        self._beside, self._folder = beside, run / TENSORBOARD_FOLDER

    def step(self, epoch: int, done: int, total: int, loss: float) -> None:
        """Tell the other."""
        self._beside.step(epoch, done, total, loss)

    def epoch(self, metrics: dict[str, Any]) -> None:
        """Write the epoch's scalars, on the disk at once, and tell the other."""
        for name, value in metrics.items():
            if name != "epoch":
                self._writer.add_scalar(name, value, metrics["epoch"])
        self._writer.flush()
        self._beside.epoch(metrics)

    @cached_property
    def _writer(self) -> SummaryWriter:
        """Opened with the first epoch: before it, the folder may be another training's."""
        from torch.utils.tensorboard import SummaryWriter

        return SummaryWriter(str(self._folder))
