"""C against the reference simulator: every spike of random programs in every mode, every vote of images."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.c.built import STRICT, build, decisions_of, spikes_of
from programs import DEEP, shown, tiny_network
from spikeloom.chip.builder import ProgramBuilder
from spikeloom.chip.program import ChipProgram
from spikeloom.data import load_dataset
from spikeloom.deployment.deploy import deploy, deploy_together
from spikeloom.errors import ExportError
from spikeloom.export.c.writer import told_c, write_c
from spikeloom.export.format import Exported
from spikeloom.export.tables.layout import tables_of
from spikeloom.interface import Presentation
from spikeloom.measure.votes import count_votes
from spikeloom.network.topology import Topology, Windows
from spikeloom.simulation import run
from spikeloom.zoo import load
from strategies import any_programs, memoryless_programs

SIZES = st.sampled_from(["size", "speed"])


def same_spikes(program, inputs, optimise, compiler="gcc"):
    """Whether C gives the output spikes of the reference simulator, a layered program some ticks ahead of it."""
    with tempfile.TemporaryDirectory() as name:
        built = build(program, Path(name), optimise, "spikes", compiler)
        answered = spikes_of(built, program, inputs)
    tables = tables_of(program)
    ahead = tables.answer_age if tables.layered else 0
    expected = run(program, np.pad(inputs, ((0, ahead), (0, 0))), backend="reference").outputs[ahead:]
    return bool((answered == expected).all())


@settings(max_examples=25, deadline=None)
@given(program=any_programs(), seed=st.integers(0, 2**32 - 1), optimise=SIZES)
def test_random_programs_of_every_mode_give_the_spikes_of_the_reference(program, seed, optimise):
    inputs = np.random.default_rng(seed).random((40, len(program.inputs))) < 0.3
    assert same_spikes(program, inputs, optimise)


@settings(max_examples=15, deadline=None)
@given(program=memoryless_programs(), seed=st.integers(0, 2**32 - 1), optimise=SIZES)
def test_random_memoryless_programs_give_the_spikes_of_the_reference(program, seed, optimise):
    inputs = np.random.default_rng(seed).random((40, len(program.inputs))) < 0.3
    assert same_spikes(program, inputs, optimise)


@pytest.mark.parametrize("optimise", ["size", "speed"])
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_both_compilers_take_it_without_a_warning(compiler, optimise):
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    program = deploy(tiny_network(), 2)
    inputs = np.random.default_rng(0).random((30, len(program.inputs))) < 0.5
    assert same_spikes(program, inputs, optimise, compiler)


def decides_alike(program, images, optimise="size", seed=0):
    """Whether C prints the votes and classes that the reference simulator counts of images of bytes."""
    with tempfile.TemporaryDirectory() as name:
        classes, votes = decisions_of(build(program, Path(name), optimise, "classify", seed=seed), images)
    values = images.reshape(len(images), -1) / np.float32(255)
    expected = count_votes(program, values, seed, backend="reference")
    return (votes == expected.votes).all() and (classes == expected.decisions.classes).all()


def images_of(interface, n=12, seed=3):
    """Give images of random bytes, black and white among them."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (n, interface.n_values)).astype(np.uint8)
    images[0], images[1] = 0, 255
    return images


PRESENTATIONS = {
    "threshold": {"coding": {"name": "threshold", "at": 0.3}},
    "bernoulli": {},
    "bernoulli over ticks": {"frames": {"name": "still", "ticks": 3}},
    "thermometer": {"coding": {"name": "thermometer", "levels": 2}},
    "dithered": {"coding": {"name": "dithered", "thresholds": (((0.1,), (0.6,), (0.3,)), ((0.9,), (0.4,), (0.2,)))}},
    "moved": {"coding": "threshold", "frames": {"name": "moved", "shifts": ((0, 0), (1, -1), (-2, 1))}},
    "stream": {"coding": "threshold", "frames": {"name": "stream", "frames": 3, "ticks": 2}},
    "delays": {"frames": {"name": "stream", "frames": 4}, "delays": (0, 2)},
    "passed over": {"frames": {"name": "still", "ticks": 4}, "readout": {"skip": 1}},
}


@pytest.mark.parametrize("optimise", ["size", "speed"])
@pytest.mark.parametrize("presentation", PRESENTATIONS)
def test_images_are_decided_as_simulated_however_they_are_shown(presentation, optimise):
    chosen = PRESENTATIONS[presentation]
    width = Presentation(**chosen).lines_per_value
    topology = Topology((8, 8, width), 3, (Windows((4, 4), (4, 4)), Windows((2, 2), (1, 1), 64)))
    program = deploy(tiny_network(topology=topology, **chosen), 2, seed=5)
    assert decides_alike(program, images_of(program.interface), optimise, seed=7)


@pytest.mark.parametrize("optimise", ["size", "speed"])
def test_networks_of_different_depth_are_decided_together_as_simulated(optimise):
    program = deploy_together([tiny_network(coding="threshold"), tiny_network(1, topology=DEEP, coding="threshold")])
    assert decides_alike(program, images_of(program.interface), optimise, seed=7)


@pytest.mark.parametrize("reset", [False, True])
def test_neurons_that_keep_potentials_are_decided_as_simulated_in_a_stream_of_images(reset):
    build_program = ProgramBuilder(seed=4)
    first, second = build_program.add_core([0, 1, 2, 3] * 64), build_program.add_core()
    rng = np.random.default_rng(0)
    for neuron in range(40):
        build_program.set_neuron(
            first,
            neuron,
            strengths=(5, -3, 9, 2),
            leak=-1,
            threshold=20 + neuron,
            mask_bits=3,
            reset_mode=neuron % 3,
            stochastic_synapse=(neuron % 2, 0, 1, 0),
            leak_reversal=neuron % 5 == 0,
            negative_threshold=9,
        )
        for axon in np.flatnonzero(rng.random(16) < 0.6):
            build_program.connect(first, int(axon), neuron)
        build_program.route(first, neuron, second, neuron, 1 + neuron % 4)
        build_program.set_neuron(second, neuron, strengths=(1, 0, 0, 0), threshold=1 + neuron % 2, saturate=True)
        build_program.connect(second, neuron, neuron)
        build_program.add_output(second, neuron)
    for value in range(16):
        build_program.add_input([(first, value)])
    interface = shown((4, 4, 1), latency=4, frames={"name": "still", "ticks": 5}, readout={"skip": 1}, reset=reset)
    program = build_program.build(interface, [neuron % 3 if neuron < 30 else 2 for neuron in range(40)])
    assert decides_alike(program, images_of(interface))


@pytest.mark.parametrize("name", ["mnist-5-frugal", "mnist-5-small-ticks5", "fashion-5", "mnist-5", "mnist-29-bent"])
def test_shipped_networks_decide_whole_test_sets_as_simulated(tmp_path, name):
    model = load(f"zoo:{name}")
    program = model if isinstance(model, ChipProgram) else deploy(model)
    data = load_dataset("fashion-mnist" if name.startswith("fashion") else "mnist", "test")
    classes, votes = decisions_of(build(program, tmp_path, "speed", "classify", flags=("-O2",)), data.images)
    expected = count_votes(program, data.values)
    assert np.array_equal(votes, expected.votes)
    assert np.array_equal(classes, expected.decisions.classes)


ALONE = {
    "mask_bits": {"mask_bits": 2},
    "stochastic_leak": {"leak": 3, "stochastic_leak": True},
    "stochastic_synapse": {"strengths": (9, 0, 0, 0), "stochastic_synapse": (True, False, False, False)},
    "leak_reversal": {"leak": 2, "leak_reversal": True},
    "reset by subtraction": {"reset_mode": 1, "threshold": 4},
    "no reset": {"reset_mode": 2, "threshold": 4},
    "saturation": {"leak": -2, "negative_threshold": 3, "saturate": True, "threshold": 5},
    "start": {"potential": 7, "threshold": 9},
}


@pytest.mark.parametrize("optimise", ["size", "speed"])
@pytest.mark.parametrize("feature", ALONE)
@pytest.mark.parametrize("reset", [False, True])
def test_every_feature_alone_is_without_a_warning_and_equal(feature, optimise, reset):
    chosen = {"strengths": (2, 0, 0, 0), "threshold": 3, **ALONE[feature]}
    build_program = ProgramBuilder(seed=8)
    core = build_program.add_core()
    for neuron in range(6):
        build_program.set_neuron(
            core, neuron, chosen.get("potential", 0), **{k: v for k, v in chosen.items() if k != "potential"}
        )
        build_program.connect(core, slice(0, neuron + 1), neuron)
        build_program.add_output(core, neuron)
    for axon in range(4):
        build_program.add_input([(core, axon)])
    coding = "bernoulli" if reset else "threshold"
    interface = shown((2, 2, 1), 2, 1, coding=coding, reset=reset, frames={"name": "still", "ticks": 4})
    program = build_program.build(interface, [0, 1, 0, 1, 1, 1])
    assert decides_alike(program, images_of(interface), optimise)


@pytest.mark.parametrize("name", ["line", "classify", "all", "run", "count", "spikes", "int", "3 drums", "ä"])
def test_any_name_compiles(tmp_path, name):
    program = deploy(tiny_network(coding="threshold"))
    program = replace(program, outputs=replace(program.outputs, classes=program.outputs.classes[::-1].copy()))
    write_c(Exported(program, name=name), tmp_path)
    for source in ("main.c", "spikes.c", "network.c"):
        subprocess.run(["gcc", *STRICT, "-fsyntax-only", str(tmp_path / source)], check=True)
    if shutil.which("cmake") is not None:
        subprocess.run(["cmake", "-S", str(tmp_path), "-B", str(tmp_path / "b")], check=True, capture_output=True)


def test_a_program_without_inputs_or_with_one_class_is_held():
    build_program = ProgramBuilder()
    first, last = build_program.add_core(), build_program.add_core()
    build_program.set_neuron(first, 0, leak=1, threshold=3)
    build_program.set_neuron(last, 0, strengths=(1, 0, 0, 0), threshold=1, saturate=True)
    build_program.connect(last, 0, 0)
    build_program.route(first, 0, last, 0)
    build_program.add_output(last, 0)
    assert same_spikes(build_program.build(), np.zeros((20, 0), bool), "size")
    assert decides_alike(build_program.build(shown((1, 1, 1), 1, 2), [0]), np.zeros((3, 1), np.uint8))


def test_what_leads_to_no_output_is_refused(tmp_path):
    build_program = ProgramBuilder()
    core = build_program.add_core()
    build_program.set_neuron(core, 0, leak=1, threshold=1)
    build_program.add_input([(core, 0)])
    build_program.add_output(core, 0)
    with pytest.raises(ExportError, match="no input and no neuron leads through an axon to an output line"):
        write_c(Exported(build_program.build()), tmp_path)


def test_memory_is_told_as_the_compiler_lays_it_out(tmp_path):
    for presentation in ({"coding": "threshold"}, {"frames": {"name": "still", "ticks": 3}}):
        program = deploy(tiny_network(**presentation))
        write_c(Exported(program, name="n"), tmp_path)
        (tmp_path / "size.c").write_text(
            '#include "network.h"\nint size[sizeof(n_state)];\nint main(void) { return 0; }\n'
        )
        subprocess.run(["gcc", "-o", str(tmp_path / "size"), str(tmp_path / "size.c")], check=True)
        found = subprocess.run(["nm", "-S", str(tmp_path / "size")], capture_output=True, text=True, check=True).stdout
        n_bytes = int(next(line.split()[1] for line in found.splitlines() if line.endswith(" size")), 16) // 4
        told = int(re.search(r"state \(RAM\) ([\d,]+)", told_c(Exported(program, name="n"))[-1])[1].replace(",", ""))
        assert told <= n_bytes <= told + 6  # of which some are alignment
