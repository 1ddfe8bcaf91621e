"""SANA-FE's files, and what they cannot hold."""

import numpy as np
import pytest

from programs import one_neuron
from spikeloom.chip.builder import ProgramBuilder
from spikeloom.errors import ExportError
from spikeloom.export.format import Exported
from spikeloom.export.sana_fe.writer import write_sana_fe


def relays(second_input: tuple[int, int] = (0, 1)):
    build = ProgramBuilder()
    for core in (build.add_core(), build.add_core()):
        build.set_neuron(core, 0, strengths=(2, -3, 0, 0), leak=-1, threshold=1, saturate=True)
        build.connect(core, 0, 0)
        build.connect(core, 64, 0)
    build.route(0, 0, 1, 64)
    build.add_output(1, 0)
    build.add_input([(0, 0)])
    build.add_input([second_input])
    return build.build()


def test_files_hold_edges_biases_spikes_and_cited_energies(tmp_path):
    inputs = np.array([[False, False], [True, False], [False, True]])
    write_sana_fe(Exported(relays(), inputs, None, 1.5e-12, 2.3e-12), tmp_path)
    architecture, network = ((tmp_path / f"{name}.yaml").read_text() for name in ("architecture", "network"))
    assert "energy_process_spike: 1.5e-12" in architecture
    assert "energy_east_hop: 2.3e-12" in architecture
    assert "- name: before[0..1]" in architecture  # two cores, then the tile of the inputs
    assert "- name: source[2..2]" in architecture
    assert "    - inputs -> core0: [type: sparse, source_target_pairs: [[0, 0]], weight: [2]]" in network
    assert "    - core0 -> core1: [type: sparse, source_target_pairs: [[0, 0]], weight: [-3]]" in network
    assert "        - 0: [spikes: [1, 0]]" in network  # the blank first tick is not written
    assert "        - 0: [bias: -1]" in network


def test_an_input_in_the_first_tick_is_refused(tmp_path):
    with pytest.raises(ExportError, match="spikes in tick 0; nothing arrives in SANA-FE's first tick"):
        write_sana_fe(Exported(relays(), np.ones((2, 2), bool)), tmp_path)


def test_spikes_that_would_be_added_are_refused(tmp_path):
    blank = np.zeros((2, 2), bool)
    with pytest.raises(
        ExportError, match="core 0, axon 0: is fed by an input line and by something else; SANA-FE adds"
    ):
        write_sana_fe(Exported(relays(second_input=(0, 0)), blank), tmp_path)
    build = ProgramBuilder()
    core = build.add_core()
    for neuron in (0, 1):
        build.route(core, neuron, core, 5)
    with pytest.raises(ExportError, match=r"core 0, neuron 0 \(and 1 more\): neurons that share an axon"):
        write_sana_fe(Exported(build.build()), tmp_path)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"threshold": 2}, "potentials kept from tick to tick"),
        ({"stochastic_leak": True, "leak": 1}, "potentials kept"),
    ],
)
def test_neurons_with_a_memory_or_chance_are_refused_by_name(tmp_path, parameters, message):
    with pytest.raises(ExportError, match=message):
        write_sana_fe(Exported(one_neuron(**parameters)), tmp_path)
    assert not list(tmp_path.iterdir())
