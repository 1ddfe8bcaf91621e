"""A NIR graph as its file holds it: checked before it is believed, and asked what each of its nodes is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from spikeloom.errors import ExportError
from spikeloom.export.nir.metadata import read_metadata
from spikeloom.export.nir.writer import ANY, LINES, STEP
from spikeloom.hdf5 import ForeignError, check_own
from spikeloom.optional import needed
from spikeloom.reading import check_regular

_OF_NEURONS = ("bias", "threshold", "v_threshold", "v_reset", "v_leak", "r", "tau", "tau_mem", "tau_syn", "w_in")
_DIMENSIONS = {"weight": 2, **dict.fromkeys(_OF_NEURONS, 1)}  # at most; of a weight, exactly
_REASON_LETTERS = 300  # of the library's own words


def read_graph(path: Path) -> Graph:
    """Read a graph from its file.

    Raises
    ------
    ExportError
        If the file is no NIR graph, has not one input and one output, or a node holds no numbers.
    """
    nir = needed("nir", "spikeloom[nir]")
    _check_file(path)
    try:
        graph = nir.read(str(path))
    except MemoryError:
        raise
    except Exception as error:  # the library raises whatever its storage does, and says why
        raise _unreadable(path, str(error) or type(error).__name__) from error
    return Graph(path, nir, graph)


def _check_file(path: Path) -> None:
    """Refuse what is no file of its own: a pipe, links to other files, arrays beyond what may be read."""
    h5py = needed("h5py", "spikeloom[nir]")
    try:
        check_regular(path)
        with h5py.File(path, "r") as file:
            check_own(file)
    except FileNotFoundError as error:
        raise ExportError(f"{path}: there is no such file") from error
    except ForeignError as error:
        raise ExportError(f"{path}: {error}") from error
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise _unreadable(path, str(getattr(error, "strerror", None) or error)) from error


def _unreadable(path: Path, reason: str) -> ExportError:
    told = " ".join(reason.split())[:_REASON_LETTERS]
    return ExportError(f"{path}: cannot be read as a NIR graph ({told}); name a .nir file")


class Graph:
    """Nodes by name, what feeds each, and which of them are cores.

    nodes : name -> node of the library
    below : name -> names of the nodes that feed it
    cores : names of the spiking nodes that are cores, in the order of their numbers
    """

    def __init__(self, path: Path, nir: Any, graph: Any) -> None:
        self.path, self._nir, self.nodes = path, nir, graph.nodes
        for name, node in self.nodes.items():
            self._check_numbers(name, node)
        self.below: dict[str, list[str]] = {name: [] for name in self.nodes}
        for source, target in graph.edges:
            self.below[target].append(source)
        self.metadata = read_metadata(path, graph.metadata or {})
        self.input, self.output = self._only(nir.Input), self._only(nir.Output)
        cores = (name for name in self.nodes if self._is_spiking(name) and not self.merges(name))
        self.cores = sorted(cores, key=lambda name: (len(name), name))

    def error(self, node: str, problem: str) -> ExportError:
        """Give the error that names the file, the node and what is wrong with it."""
        return ExportError(f"{self.path}: {node}: {problem}")

    def size(self, name: str) -> int:
        """Give the places of a node: values of an input, neurons of a spiking one, votes of an output."""
        node = self.nodes[name]
        if isinstance(node, self._nir.Input):
            return int(np.prod(next(iter(node.input_type.values()))))
        if isinstance(node, self._nir.Output):
            return int(np.prod(next(iter(node.output_type.values()))))
        return len(self.threshold(name))

    def integrates(self, name: str) -> bool:
        """Tell whether a spiking node keeps its potential until it spikes."""
        return isinstance(self.nodes[name], self._nir.IF)

    def gathers(self, name: str) -> bool:
        """Tell whether a node only passes on what feeds it: weights of 0 and 1, no bias."""
        node = self.nodes[name]
        return isinstance(node, self._nir.Linear) and bool(np.isin(node.weight, (0, 1)).all())

    def merges(self, name: str) -> bool:
        """Tell whether a spiking node makes one spike of neurons that share an axon: named so, and proven.

        Its weights are 0 and 1, and one spike is enough.
        """
        if not self._is_spiking(name) or self.integrates(name) or not (name.endswith(f"_{ANY}") or name == LINES):
            return False
        first = np.floor(self.threshold(name) - self.bias(name)) + 1
        return bool(np.isin(self.weights(name), (0, 1)).all() and (first == 1).all())

    def weighted(self, name: str) -> str:
        """Give the affine or linear node below a spiking node."""
        below = self.below[name]
        if len(below) != 1 or not isinstance(self.nodes[below[0]], self._nir.Affine | self._nir.Linear):
            raise self.error(name, f"is fed by {', '.join(below) or 'nothing'}; one Linear or Affine node is needed")
        return below[0]

    def weights(self, name: str) -> np.ndarray:
        """Give the weights of a spiking node, (n_neurons, n_axons) float64."""
        return np.asarray(self.nodes[self.weighted(name)].weight, np.float64)

    def bias(self, name: str) -> np.ndarray:
        """Give what is added to each neuron of a spiking node, (n_neurons,) float64."""
        weighted = self.weighted(name)
        node = self.nodes[weighted]
        bias = np.asarray(getattr(node, "bias", np.zeros(len(node.weight))), np.float64)
        if bias.shape != (len(node.weight),):
            raise self.error(weighted, f"bias has {bias.size} values; there are {len(node.weight)} neurons")
        return bias

    def threshold(self, name: str) -> np.ndarray:
        """Give the sum that each neuron of a spiking node must exceed, (n_neurons,) float64.

        Refuses what keeps a potential in another way than a neuron of the chip.
        """
        node = self.nodes[name]
        if isinstance(node, self._nir.Threshold):
            return np.asarray(node.threshold, np.float64)
        if isinstance(node, self._nir.IF):
            if np.any(np.asarray(node.v_reset) != 0) or np.any(np.asarray(node.r) != 1):
                raise self.error(name, "is an IF that resets to another potential than 0, or whose r is not 1")
            return np.asarray(node.v_threshold, np.float64)
        forgets = (
            np.allclose([node.tau_syn, node.tau_mem], STEP, rtol=1e-3, atol=0)
            and (np.asarray(node.r) == 1).all()
            and (np.asarray(node.w_in) == 1).all()
            and not np.any(node.v_leak)
            and not np.any(node.v_reset)
        )
        if not forgets:
            raise self.error(name, f"is a CubaLIF that keeps a potential; tau of {STEP} s, r and w_in 1 forget")
        return np.asarray(node.v_threshold, np.float64)

    def _is_spiking(self, name: str) -> bool:
        return isinstance(self.nodes[name], self._nir.Threshold | self._nir.CubaLIF | self._nir.IF)

    def _only(self, kind: Any) -> str:
        names = [name for name, node in self.nodes.items() if isinstance(node, kind)]
        if len(names) != 1:
            raise self.error("the graph", f"has {len(names)} {kind.__name__} nodes; one is needed")
        return names[0]

    def _check_numbers(self, name: str, node: Any) -> None:
        """Refuse a node whose parameters are no arrays of numbers: the library takes whatever stands there."""
        for parameter, dimensions in _DIMENSIONS.items():
            value = getattr(node, parameter, None)
            if value is None:
                continue
            if not isinstance(value, int | float | np.ndarray | np.number) or np.asarray(value).dtype.kind not in "iuf":
                raise self.error(name, f"{parameter} is no array of numbers")
            found = np.ndim(value)
            if found > dimensions or (parameter == "weight" and found < dimensions):
                raise self.error(name, f"{parameter} has {found} dimensions; a core's has {dimensions}")
