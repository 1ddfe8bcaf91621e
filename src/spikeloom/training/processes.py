"""The processes of one training: each shows its part of every batch, and all take the same step.

``torchrun --nproc_per_node=N -m spikeloom train ...`` starts them. A step's batch is N times the recipe's; every
process draws the same order and the same movements of images and takes its own share of them, so that N processes train
as one does by N times the batch: to rounding, and where dropout or a coding draws, but for other draws. The first one
alone writes.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from spikeloom.errors import TrainingError

_MINUTES = 10  # after which a process that hears nothing from the others gives up
_RELEASE_SECONDS = 10.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Processes:
    """One of `count` processes, by its number."""

    rank: int = 0
    count: int = 1

    @property
    def writes(self) -> bool:
        """Whether this is the one that writes files and tells how it goes."""
        return self.rank == 0

    def part(self, batch: Tensor) -> Tensor:
        """Give this process's share of a batch, whose length the count divides."""
        return batch.chunk(self.count)[self.rank]

    def summed(self, value: Tensor) -> Tensor:
        """Give the sum of a value over all processes."""
        if self.count > 1:
            distributed.all_reduce(value)
            _wait_until_released(value)
        return value

    def shared(self, network: nn.Module) -> nn.Module:
        """Give the network such that gradients are the mean over all processes."""
        # buffers never change, so that none are sent
        return network if self.count == 1 else DistributedDataParallel(network, broadcast_buffers=False)

    @contextmanager
    def first_alone(self) -> Iterator[None]:
        """Let the first process go before the others."""
        if not self.writes:
            distributed.barrier()
        yield
        if self.writes and self.count > 1:
            distributed.barrier()


ALONE = Processes()


def is_one_of_several() -> bool:
    """Whether torchrun has started this process."""
    return distributed.is_torchelastic_launched()


def rank_here() -> int:
    """Give the number of this process among those that torchrun started; 0 of one that it did not start."""
    return int(os.environ.get("RANK", "0")) if distributed.is_torchelastic_launched() else 0


@contextmanager
def together(device: str, run: object) -> Iterator[Processes]:
    """Join the processes that torchrun has started; alone where it has not.

    Raises
    ------
    TrainingError
        If another of them has died, with the way to go on.
    """
    if not distributed.is_torchelastic_launched():
        yield ALONE
        return
    if device == "cuda":
        _take_gpu(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group("nccl" if device == "cuda" else "gloo", timeout=timedelta(minutes=_MINUTES))
    try:
        yield Processes(distributed.get_rank(), distributed.get_world_size())
    except RuntimeError as error:
        if not _is_of_others(error):
            raise
        way_out = "" if run is None else f"; see what it said, or go on with --resume {run}"
        raise TrainingError(f"training: another of its processes has ended{way_out}") from error
    finally:
        distributed.destroy_process_group()


def _take_gpu(number: int) -> None:
    if number >= torch.cuda.device_count():
        raise TrainingError(f"device 'cuda': {torch.cuda.device_count()} are here; start no more processes than that")
    torch.cuda.set_device(number)


def _wait_until_released(value: Tensor) -> None:
    """Wait until gloo's own thread holds a value no longer.

    Where that thread were the last to hold it, it would free a Python object; and where the interpreter is ending
    meanwhile, that aborts the process (with DistributedDataParallel the thread outlives ``destroy_process_group``).
    """
    until = time.monotonic() + _RELEASE_SECONDS
    # private in torch, so that another version may be without it, and then takes its chance
    while getattr(value, "_use_count", lambda: 1)() > 1:
        if time.monotonic() > until:
            _log.warning("training: a thread of torch keeps a value; this process may abort when it ends")
            return
        time.sleep(0.001)


def _is_of_others(error: RuntimeError) -> bool:
    words = str(error).lower()
    return isinstance(error, distributed.DistError) or any(
        word in words for word in ("gloo", "nccl", "peer", "timed out")
    )
