"""Train on arrays, with a reporter of one's own."""

from typing import Any

import numpy as np

import spikeloom as sl


class Keeper:
    def __init__(self) -> None:
        self.losses: list[float] = []

    def step(self, epoch: int, done: int, total: int, loss: float) -> None:
        pass

    def epoch(self, metrics: dict[str, Any]) -> None:
        self.losses.append(metrics["loss"])


images = np.random.default_rng(0).integers(0, 256, (60, 16, 16), dtype=np.uint8)
labels = np.arange(60) % 3
recipe = sl.load_recipe("quick", ["name=own", "layers=[{window=16}]", "train.epochs=2"])
keeper = Keeper()
network: sl.LearnedNetwork = sl.train(recipe, (images, labels), reporter=keeper)
assert len(keeper.losses) == 2
print(network)
