"""NIR graphs of other tools read: what a core can hold, and what is refused by its node."""

from itertools import pairwise

import h5py
import nir
import numpy as np
import pytest

from spikeloom.errors import ExportError
from spikeloom.export.nir.reader import read_nir
from spikeloom.export.nir.writer import GRAPH_FILE
from spikeloom.simulation import run


def graph(path, weights, threshold):
    """Write a graph that another tool could have made: input, linear, threshold, output."""
    n_out, n_in = weights.shape
    nodes = {
        "input": nir.Input(input_type={"input": np.array([n_in])}),
        "dense": nir.Linear(weight=weights.astype(np.float32)),
        "spikes": nir.Threshold(threshold=threshold.astype(np.float32)),
        "output": nir.Output(output_type={"output": np.array([n_out])}),
    }
    edges = [("input", "dense"), ("dense", "spikes"), ("spikes", "output")]
    nir.write(str(path), nir.NIRGraph(nodes, edges))
    return path


def test_another_tools_graph_is_read_where_a_core_can_hold_it(tmp_path):
    weights = np.array([[2, -1, 0, 3], [2, -1, -5, 0]])
    program = read_nir(graph(tmp_path / "g.nir", weights, np.array([1.5, -0.25])))
    inputs = np.array(np.meshgrid(*[[False, True]] * 4)).reshape(4, -1).T
    expected = inputs @ weights.T > np.array([1.5, -0.25])
    assert np.array_equal(run(program, inputs).outputs, expected)


@pytest.mark.parametrize(
    ("weights", "threshold", "message"),
    [
        (np.array([[0.5, 1]]), np.array([0.5]), "dense: weights are not all whole numbers of -255 .. 255"),
        (np.array([[300, 1]]), np.array([0.5]), "dense: weights are not all whole numbers"),
        (np.array([[1, 2, 3, 4, 5]]), np.array([0.5]), "spikes: axon 4: no 4 axon types were found for all"),
        (np.ones((1, 300)) * 2, np.array([0.5]), "dense: 300 axons, 1 neurons; a core has 256 of each"),
        (np.array([[2]]), np.array([400.0]), "spikes: needs a leak of 400; at most 255"),
    ],
)
def test_a_graph_that_no_core_can_hold_is_refused_by_node(tmp_path, weights, threshold, message):
    with pytest.raises(ExportError, match=message):
        read_nir(graph(tmp_path / "g.nir", weights, threshold))


def test_a_file_that_is_no_graph_is_refused(tmp_path):
    (tmp_path / GRAPH_FILE).write_bytes(b"no HDF5")
    with pytest.raises(ExportError, match="cannot be read as a NIR graph"):
        read_nir(tmp_path / GRAPH_FILE)


def test_circles_are_refused_when_they_are_read(tmp_path):
    eye = nir.Linear(weight=np.eye(2, dtype=np.float32))
    nodes = {
        "input": nir.Input(input_type={"input": np.array([2])}),
        "gather": eye,
        "dense": nir.Linear(weight=np.eye(2, dtype=np.float32) * 2),
        "spikes": nir.Threshold(threshold=np.ones(2, np.float32)),
        "output": nir.Output(output_type={"output": np.array([2])}),
    }
    edges = [("input", "gather"), ("gather", "dense"), ("dense", "spikes"), ("spikes", "output")]
    for name, closing, message in (
        ("gathers", ("gather", "gather"), "gather: gathers from itself"),
        ("cores", ("spikes", "gather"), "spikes: axon 0 is a sum of several spikes"),
    ):
        path = tmp_path / f"{name}.nir"
        nir.write(str(path), nir.NIRGraph(nodes, [*edges, closing]))
        with pytest.raises(ExportError, match=message):
            read_nir(path)


def foreign(tmp_path, nodes: dict, edges: list, metadata: dict | None = None):
    """Write a graph of two inputs and one output with these nodes between."""
    ends = {
        "input": nir.Input(input_type={"input": np.array([2])}),
        "output": nir.Output(output_type={"output": np.array([1])}),
    }
    path = tmp_path / "f.nir"
    nir.write(str(path), nir.NIRGraph(ends | nodes, edges, metadata=metadata or {}))
    return path


def linear(*rows):
    return nir.Linear(weight=np.array(rows, np.float32))


def threshold(*values):
    return nir.Threshold(threshold=np.array(values, np.float32))


CHAIN = [("input", "a"), ("a", "b"), ("b", "c"), ("c", "output")]


def test_a_sum_of_spikes_before_an_axon_is_not_taken_for_one_spike(tmp_path):
    path = foreign(tmp_path, {"a": linear([1, 1]), "b": linear([1]), "c": threshold(1.5)}, CHAIN)
    with pytest.raises(ExportError, match="c: axon 0 is a sum of several spikes"):
        read_nir(path)


def test_a_node_named_like_a_merge_is_one_only_when_a_single_spike_is_enough(tmp_path):
    nodes = {"a": linear([1, 1]), "c_any": threshold(1.5)}
    path = foreign(tmp_path, nodes, [("input", "a"), ("a", "c_any"), ("c_any", "output")])
    inputs = np.array([[1, 1], [1, 0], [0, 0]], bool)
    assert run(read_nir(path), inputs).outputs[:, 0].tolist() == [True, False, False]  # a core that needs both


def cuba(tau: float, level: float = 1.0):
    one = np.ones(1)
    return nir.CubaLIF(
        tau_syn=one * tau, tau_mem=one * tau, r=one, v_leak=one * 0, v_reset=one * 0, v_threshold=one * level, w_in=one
    )


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        (
            {"a": linear([1, 0], [0, 1]), "b": linear([2, 1]), "c": cuba(20e-3)},
            "c: is a CubaLIF that keeps",
        ),
        ({"a": linear([1, 0], [0, 1]), "b": linear([2, 1]), "c": threshold(np.nan)}, "c: needs a leak of nan"),
        ({"a": linear([1, 0], [0, 1]), "b": linear([2, np.nan]), "c": threshold(1)}, "b: weights are not all whole"),
    ],
)
def test_nodes_that_keep_a_potential_or_are_no_numbers_are_refused(tmp_path, nodes, message):
    with pytest.raises(ExportError, match=message):
        read_nir(foreign(tmp_path, nodes, CHAIN))


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("[]", "metadata: the whole file|metadata: "),
        ('{"version": 1}', "metadata: version 1; this spikeloom reads version 3; make the graph anew with: spikeloom"),
        ('{"version": 3, "inputs": []}', "metadata.inputs"),
        ('{"version": 3, "inputs": {"values": 5, "members": [0]}}', "metadata.inputs.values"),
        ('{"version": 3, "inputs": {"values": [0], "members": [0]}}', "inputs describe 1 and 1 lines; there are 2"),
        ('{"version": 3, "outputs": {"classes": [1099511627776], "members": [0]}}', r"metadata.outputs.classes\[0\]"),
        (
            '{"version": 3, "interface": {"coding": "fax"}}',
            "interface: coding",
        ),
        ("{", "metadata: is not whole JSON"),
        ("[" * 100_000, "metadata: is not whole JSON: it is nested too deep"),
    ],
)
def test_metadata_that_do_not_fit_are_refused_with_their_place(tmp_path, told, message):
    nodes = {"a": linear([1, 0], [0, 1]), "b": linear([2, 1]), "c": threshold(1)}
    with pytest.raises(ExportError, match=message):
        read_nir(foreign(tmp_path, nodes, CHAIN, {"spikeloom": told}))


def integrating(thresholds, resets=None, resistance=1.0):
    level = np.array(thresholds, np.float64)
    return nir.IF(r=np.full(len(level), resistance), v_threshold=level, v_reset=np.array(resets or [0.0] * len(level)))


def chain(tmp_path, n_inputs: int, n_outputs: int, nodes: dict):
    """Write a graph of nodes one after another."""
    ends = [("i", nir.Input({"input": np.array([n_inputs])})), ("o", nir.Output({"output": np.array([n_outputs])}))]
    graph = nir.NIRGraph(dict([ends[0], *nodes.items(), ends[1]]), list(pairwise(["i", *nodes, "o"])))
    nir.write(str(tmp_path / "f.nir"), graph)
    return tmp_path / "f.nir"


def test_an_if_of_whole_weights_is_a_neuron_of_the_chip_tick_by_tick(tmp_path):
    rng = np.random.default_rng(0)
    weights = rng.integers(0, 2, (6, 16)) * np.array([-2, -1, 1, 2] * 4) * 1.0
    thresholds, bias = [2.5, 3.0, 0.5, 7.0, 1.0, 4.2], [0, 1, -1, 0, 0, 2]
    nodes = {"w": nir.Affine(weights, np.array(bias, np.float64)), "n": integrating(thresholds)}
    path = chain(tmp_path, 16, 6, nodes)
    inputs = rng.random((200, 16)) < 0.3
    # the equations of an IF by hand: add, spike above the threshold, back to zero
    potential, expected = np.zeros(6), []
    for spikes in inputs:
        potential = potential + weights @ spikes + bias
        expected.append(potential > thresholds)
        potential = np.where(expected[-1], 0.0, potential)
    assert 0.1 < np.mean(expected) < 0.9
    assert np.array_equal(run(read_nir(path), inputs).outputs, expected)


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (integrating([2.0], [1.0]), "'n'|n: is an IF that resets to another potential than 0"),
        (integrating([2.0], resistance=2.0), "or whose r is not 1"),
        (integrating([1e9]), "has thresholds up to 1e.09; 0 to 262,143 can be"),
        (
            nir.LIF(tau=np.ones(1), r=np.ones(1), v_leak=np.zeros(1), v_threshold=np.ones(1), v_reset=np.zeros(1)),
            "'n' is a LIF, which leaks towards a potential exponentially; Threshold, CubaLIF that forgets, and IF",
        ),
    ],
)
def test_spiking_nodes_that_are_no_neuron_of_the_chip_are_named_with_what_they_keep(tmp_path, node, message):
    path = chain(tmp_path, 1, 1, {"w": linear([1.0]), "n": node})
    with pytest.raises(ExportError, match=message):
        read_nir(path)


@pytest.mark.parametrize("bias", [-1.0, 0.0, 1.0])
def test_an_if_above_the_first_layer_begins_with_its_own_first_step(tmp_path, bias):
    rng = np.random.default_rng(1)
    weights = rng.integers(0, 2, (4, 4)) * np.array([-1, 1, 2, 1]) * 1.0
    nodes = {"a": linear(*np.eye(4)), "b": threshold(*[0.5] * 4), "w": nir.Affine(weights, np.full(4, bias)),
             "n": integrating([2.5, 3.0, 4.0, 2.0])}  # fmt: skip
    program = read_nir(chain(tmp_path, 4, 4, nodes))
    inputs = rng.random((60, 4)) < 0.4
    potential, expected = np.zeros(4), []
    for spikes in inputs:
        potential = potential + weights @ spikes + bias
        expected.append(potential > [2.5, 3.0, 4.0, 2.0])
        potential = np.where(expected[-1], 0.0, potential)
    found = run(program, np.pad(inputs, ((0, 1), (0, 0)))).outputs
    assert not found[0].any()
    assert np.array_equal(found[1:], expected)


def test_an_if_that_would_spike_before_its_first_step_is_refused(tmp_path):
    nodes = {"a": linear([1.0]), "b": threshold(0.5), "w": nir.Affine(np.ones((1, 1)), np.array([-3.0])),
             "n": integrating([2.0])}  # fmt: skip
    with pytest.raises(ExportError, match="n: is an IF in layer 2 that spikes before its first step"):
        read_nir(chain(tmp_path, 1, 1, nodes))


def test_a_group_where_an_array_belongs_is_refused_by_node(tmp_path):
    affine = nir.Affine(weight=np.array([[2.0, 1.0]]), bias=np.zeros(1))
    path = foreign(tmp_path, {"a": linear([1, 0], [0, 1]), "b": affine, "c": threshold(1)}, CHAIN)
    with h5py.File(path, "r+") as file:
        del file["node/nodes/b/bias"]
        file.create_group("node/nodes/b/bias")
    with pytest.raises(ExportError, match="b: bias is no array of numbers"):
        read_nir(path)


def test_types_are_found_where_the_first_that_agrees_would_lead_nowhere(tmp_path):
    # two axons reach every neuron and take two types; of four more, the first two agree, and must not share one
    weights = np.array(
        [[3, 4, 1, 0, 2, 0], [3, 4, 0, 0, 2, 1], [3, 4, 0, 2, 0, 1], [3, 4, 1, 0, 0, 0], [3, 4, 0, 2, 0, 0]]
    )
    core = read_nir(graph(tmp_path / "g.nir", weights, np.zeros(5))).core(0)
    assert np.array_equal(core.weights[:6, :5], weights.T)


@pytest.mark.parametrize(
    ("weight", "bias", "level", "message"),
    [
        (np.zeros((1, 1, 2)), np.zeros(1), np.zeros((1, 1)), "a: weight has 3 dimensions; a core's has 2"),
        (np.zeros((1, 2)), np.zeros(1), np.array([1j]), "b: threshold is no array of numbers"),
        (np.zeros((3, 2)), np.zeros(2), np.zeros(3), "a: bias has 2 values; there are 3 neurons"),
    ],
)
def test_arrays_of_another_form_are_refused_by_node(tmp_path, weight, bias, level, message):
    nodes = {
        "input": nir.Input(input_type={"input": np.array([*weight.shape[:-2], 2])}),
        "a": nir.Affine(weight=weight.astype(np.float32), bias=bias), "b": nir.Threshold(threshold=level),
        "output": nir.Output(output_type={"output": np.array(level.shape)}),
    }  # fmt: skip
    path = tmp_path / "f.nir"
    nir.write(str(path), nir.NIRGraph(nodes, [("input", "a"), ("a", "b"), ("b", "output")]))
    with pytest.raises(ExportError, match=message):
        read_nir(path)
