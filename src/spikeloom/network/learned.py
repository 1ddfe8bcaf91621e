"""The learned network: what training makes and deployment samples.

Every synapse has a probability of being on, a strength that its axon's type and its neuron fix, and every neuron a
bias. The network's own values are probabilities too: of a spike on an axon, of a spike of a neuron.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np

from spikeloom.interface import Interface
from spikeloom.network.topology import UNUSED, Topology
from spikeloom.notebook import facts_html, plan_svg
from spikeloom.value import Value

BiasRounding = Literal["trunc", "ceil", "nearest"]
BIAS_ROUNDINGS: tuple[BiasRounding, ...] = get_args(BiasRounding)


@dataclass(frozen=True)
class Convention:
    """How the network's numbers are to be read, so that training and deployment agree.

    `boundary` is where the Gaussian sum is cut to give P(spike); `variance_floor` keeps a blank window finite;
    `bias_rounding` makes the chip's integer leak of a bias.
    """

    boundary: float = 0.5
    variance_floor: float = 0.01
    bias_rounding: BiasRounding = "nearest"

    def __post_init__(self) -> None:
        if self.bias_rounding not in BIAS_ROUNDINGS:
            raise ValueError(f"bias rounding '{self.bias_rounding}' is not known")
        if not (0 <= self.boundary <= 1 and 0 < self.variance_floor < math.inf):
            raise ValueError(f"boundary {self.boundary} or variance floor {self.variance_floor} is out of range")


@dataclass(frozen=True, eq=False, repr=False)
class LearnedLayer(Value):
    """One layer of cores.

    sources : (n_cores, n_axons, n_sharing) int32
        Value of the input, or ``core * 256 + neuron`` of the layer below, that feeds the axon; -1 for none. Where
        several share an axon it carries a spike when any of them spikes.
    axon_types : (n_cores, n_axons) uint8
    strengths : (n_cores, n_neurons, n_axon_types) int16
    probabilities : (n_cores, n_axons, n_neurons) float32
        Of the synapse being on.
    biases : (n_cores, n_neurons) float32
    """

    sources: np.ndarray
    axon_types: np.ndarray
    strengths: np.ndarray
    probabilities: np.ndarray
    biases: np.ndarray

    @property
    def n_cores(self) -> int:
        """Cores of the layer."""
        return len(self.sources)

    @property
    def synaptic_strengths(self) -> np.ndarray:
        """What each synapse adds when it is on, (n_cores, n_axons, n_neurons) float32."""
        by_type = self.strengths.transpose(0, 2, 1)  # (n_cores, n_axon_types, n_neurons)
        types = self.axon_types.astype(np.intp)[:, :, None]
        return np.take_along_axis(by_type, types, axis=1).astype(np.float32)


@dataclass(frozen=True, eq=False, repr=False)
class LearnedNetwork(Value):
    """A trained network: topology, layers, the class of each output neuron, how it is shown, and how it was trained.

    topology : over the interface's coded values
    interface : of the program it will be deployed as
    classes : (n_last_neurons,) int16
        Class that a neuron of the last layer votes for; -1 for none.
    training : mapping
        The resolved recipe, the seed and the log; JSON values only.
    """

    topology: Topology
    layers: tuple[LearnedLayer, ...]
    classes: np.ndarray
    interface: Interface
    convention: Convention = Convention()
    training: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Give one line: size, classes, and the recipe it was trained by."""
        recipe = self.training.get("recipe", {}).get("name", "untrained")
        shape = " x ".join(map(str, self.interface.value_shape))
        return f"LearnedNetwork({self.n_cores} cores over {shape} values, {len(self.class_names)} classes, {recipe})"

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        log = self.training.get("log") or [{}]
        accuracy = log[-1].get("unsampled_validation_accuracy")
        facts = {
            "recipe": self.training.get("recipe", {}).get("name", "untrained"),
            "cores a member": self.n_cores,
            "values": " x ".join(map(str, self.interface.value_shape)),
            "classes": ", ".join(self.class_names[:12]),
            "epochs": len(log) if log != [{}] else 0,
            "validation, unsampled": "-" if accuracy is None else f"{accuracy * 100:.2f} %",
        }
        places = [(core, level) for level, layer in enumerate(self.layers) for core in range(layer.n_cores)]
        coordinates = np.array(places)
        return facts_html("LearnedNetwork", facts, plan_svg(coordinates, coordinates[:, 1]))

    @property
    def class_names(self) -> tuple[str, ...]:
        """One name a class."""
        return self.interface.class_names

    @property
    def n_cores(self) -> int:
        """Cores of one member."""
        return sum(layer.n_cores for layer in self.layers)

    @property
    def has_certain_synapses(self) -> bool:
        """Whether every synapse is on or off for sure, so that all samples are alike."""
        return all(((layer.probabilities == 0) | (layer.probabilities == 1)).all() for layer in self.layers)

    @property
    def is_certain(self) -> bool:
        """Whether chance has no say: every synapse is on or off for sure, and so is every input spike."""
        return self.interface.coding.certain and self.has_certain_synapses

    @property
    def connected(self) -> list[np.ndarray]:
        """Which neurons of each layer feed an axon or vote, (n_cores, n_neurons) bool a layer.

        The others go nowhere: they are not trained, and are switched off on the chip.
        """
        feeding = []
        for layer, above in pairwise(self.layers):
            fed = np.zeros(layer.biases.size, bool)
            fed[above.sources[above.sources != UNUSED]] = True
            feeding.append(fed.reshape(layer.biases.shape))
        return [*feeding, (self.classes >= 0).reshape(self.layers[-1].biases.shape)]
