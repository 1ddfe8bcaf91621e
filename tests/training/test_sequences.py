"""Training on sequences: what is trained is what runs on the chip, with delays; without them motion cannot be told."""

import numpy as np
import pytest
import torch

from spikeloom.data import from_arrays, load_dataset
from spikeloom.deployment.deploy import deploy
from spikeloom.errors import DataError
from spikeloom.interface.encode import encode
from spikeloom.measure.evaluation import simulate
from spikeloom.randomness.streams import validation_seed
from spikeloom.simulation import BACKENDS
from spikeloom.training.fit import train
from spikeloom.training.recipe_files import recipe_of
from spikeloom.training.reporter import Silent
from spikeloom.training.step import examples_of, shown

LAYERS = [{"window": 8, "stride": 8}, {"window": 2, "features": 64, "shared": True}]


def motion(n: int):
    """Give MNIST's drifting digits that go north or south, numbered 0 and 1."""
    data = load_dataset("moving-mnist")
    chosen = np.flatnonzero(np.isin(data.labels, (0, 4)))[:n]
    return from_arrays(data.images[chosen], (data.labels[chosen] == 4).astype(int), ["north", "south"])


def recipe(delays, method="deployed", coding="threshold", **train_keys):
    return recipe_of(
        {
            "extends": "deployed", "name": "motion", "layers": LAYERS, "method": method,
            "data": {"validation": 0.25}, "interface": {"coding": coding, "delays": delays},
            "train": {"epochs": 3, "batch": 50, **train_keys}, "augment": {"rotation": 0.0, "shift": 0.0, "scale": 0.0},
        },
        "of the test",
    )  # fmt: skip


def trained(delays, n=1200, **keys):
    return train(recipe(delays, **keys), motion(n), reporter=Silent(), threads=1)


def test_motion_is_learned_with_delays_and_not_without():
    with_delays, without = (trained(delays, 3000, epochs=4) for delays in ([0, 2], [0]))
    accuracies = [network.training["log"][-1]["unsampled_validation_accuracy"] for network in (with_delays, without)]
    assert accuracies[0] > 0.9
    assert accuracies[1] < 0.65  # near the half that chance has


def test_what_is_trained_on_sequences_is_what_the_chip_decides_on_every_back_end():
    network, data = trained([0, 2]), motion(1200)
    from spikeloom.training.split import validation_split

    _, validation = validation_split(recipe([0, 2]), data)
    few = validation.take(slice(0, 60))
    accuracies = {backend: simulate(network, few, backend=backend).accuracy for backend in BACKENDS}
    assert len(set(accuracies.values())) == 1
    assert simulate(network, validation).accuracy == network.training["log"][-1]["unsampled_validation_accuracy"]


@pytest.mark.parametrize("delays", [(0,), (0, 1, 3)])
def test_training_sees_the_lines_that_the_chip_is_fed(delays):
    data, interface = motion(5), trained_interface(delays)
    program_lines = np.arange(np.prod(interface.coded_shape))
    fed = encode(interface, program_lines, np.zeros_like(program_lines), data.values, np.arange(5), 0)
    generator = torch.Generator().manual_seed(validation_seed(0))
    images = examples_of(data, "cpu").batch(torch.arange(5))
    assert np.array_equal(shown(images, interface, True, generator).numpy().T > 0, fed)


def trained_interface(delays):
    chosen = recipe(list(delays))
    return chosen.presentation(8).of((16, 16, 1), ("north", "south"), 2)


def test_probabilities_are_trained_on_sequences_too():
    network = trained([0, 2], method="probabilities", coding="bernoulli", learning_rate=0.03)
    assert network.training["log"][-1]["unsampled_validation_accuracy"] > 0.7
    assert deploy(network, 2).interface.frames.n_frames == 8


def test_delays_of_single_images_are_refused():
    images = from_arrays(np.zeros((40, 16, 16), np.uint8), np.arange(40) % 2)
    with pytest.raises(DataError, match=r"single images; interface.delays \[0, 2\] are for sequences of frames"):
        train(recipe([0, 2]), images, reporter=Silent())
