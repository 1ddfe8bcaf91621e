"""What is trained: a torch module whose forward pass is the loss, so that any wrapper of modules can wrap it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor, nn

from spikeloom.interface import Interface, Stream
from spikeloom.network.learned import LearnedNetwork


def ticks_seen(interface: Interface) -> int:
    """Give the ticks of an example that training sees: those of a stream, which differ; one of a single image."""
    return interface.ticks_per_image if isinstance(interface.frames, Stream) else 1


class Trainable(nn.Module, ABC):
    """A module that knows its loss, its decisions, and the learned network it stands for."""

    def __init__(self, interface: Interface) -> None:
        super().__init__()
        self.n_ticks = ticks_seen(interface)
        self._skip = interface.readout.skip if self.n_ticks > 1 else 0

    @property
    def n_counted(self) -> int:
        """Ticks of an example whose votes count."""
        return self.n_ticks - self._skip

    def over_ticks(self, by_tick: Tensor) -> Tensor:
        """Sum over the ticks of each example that count, (n, n_examples * n_ticks) -> (n, n_examples)."""
        if self.n_ticks == 1:
            return by_tick
        return by_tick.unflatten(1, (-1, self.n_ticks))[..., self._skip :].sum(2)

    @abstractmethod
    def forward(
        self, values: Tensor, labels: Tensor, generator: torch.Generator, through: float
    ) -> tuple[Tensor, Tensor]:
        """Give the mean loss, and the class decided for each example.

        Parameters
        ----------
        values : (n_lines, n_examples * n_ticks)
            The ticks of an example together.
        labels : (n_examples,) int64
        generator : torch.Generator
            Of everything that is drawn.
        through : float
            Share of the training that is done.
        """

    @abstractmethod
    def decide(self, values: Tensor) -> Tensor:
        """Give the class decided for each example, ties to the lowest."""

    @abstractmethod
    def parameter_groups(self, rate: float) -> list[dict[str, Any]]:
        """Give the parameters with their learning rates."""

    @abstractmethod
    def clip(self) -> None:
        """Bring every parameter back into its range."""

    @abstractmethod
    def learned(self, start: LearnedNetwork) -> LearnedNetwork:
        """Give the learned network that holds the parameters, and everything else of `start`."""
