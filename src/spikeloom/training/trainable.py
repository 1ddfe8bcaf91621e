"""What is trained: a torch module whose forward pass is the loss, so that any wrapper of modules can wrap it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import torch
from torch import Tensor, nn

from spikeloom.network.learned import LearnedNetwork


class Trainable(nn.Module, ABC):
    """A module that knows its loss, its decisions, and the learned network it stands for."""

    @abstractmethod
    def forward(
        self, values: Tensor, labels: Tensor, generator: torch.Generator, through: float
    ) -> tuple[Tensor, Tensor]:
        """Give the mean loss, and the class decided for each example.

        Parameters
        ----------
        values : (n_values, n_examples)
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
