import numpy as np
import pytest

from spikeloom.chip.assemble import assemble
from spikeloom.chip.builder import ProgramBuilder
from spikeloom.errors import ProgramError
from spikeloom.simulation import run


def chain(*delays: int):
    """Give cores in a row that pass a spike on, each after its delay: input into the first, output from the last."""
    build = ProgramBuilder()
    cores = [build.add_core() for _ in range(len(delays) + 1)]
    for core in cores:
        build.set_neuron(core, 5, strengths=(1, 1, 1, 1), threshold=1)
        build.connect(core, 7, 5)
    for core, following, delay in zip(cores, cores[1:], delays, strict=False):
        build.route(core, 5, following, 7, delay)
    build.add_input([(cores[0], 7)])
    build.add_output(cores[-1], 5)
    return build


def test_a_program_written_by_hand_runs_in_a_few_lines():
    record = run(chain(1, 15).build(), np.array([[True]] + [[False]] * 17))
    assert np.flatnonzero(record.outputs[:, 0]).tolist() == [16]


def test_a_neuron_that_was_never_set_never_spikes():
    record = run(chain().build(), np.ones((3, 1), bool))
    assert record.spikes.tolist() == [3]


def test_a_second_destination_is_refused():
    build = chain(1)
    with pytest.raises(ProgramError, match="core 0, neuron 5: has a destination already"):
        build.add_output(0, 5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda b: b.set_neuron(0, 5, strengths=(256, 0, 0, 0)), r"core 0, neuron 5: strength 256; -255 .. 255"),
        (lambda b: b.set_neuron(0, 5, leak=-70_000), r"leak -70000; -255 .. 255"),
        (lambda b: b.set_neuron(0, 5, threshold=2**18), r"threshold 262144; 0 .. 262143"),
        (lambda b: b.set_neuron(0, 5, negative_threshold=-1), r"negative threshold -1; 0 .. 262143"),
        (lambda b: b.set_neuron(0, 5, mask_bits=19), r"mask bits 19; 0 .. 18"),
        (lambda b: b.set_neuron(0, 5, reset_mode=3), r"reset mode 3; 0 .. 2"),
        (lambda b: b.set_neuron(0, 5, reset=4), r"reset 4; \+-\(2\^VR - 1\)"),
        (lambda b: b.set_neuron(0, 5, potential=2**19), r"potential 524288; -524288 .. 524287"),
        (lambda b: b.route(0, 6, 0, 1, delay=16), r"core 0, neuron 6: route: delay 16; 1 .. 15"),
        (lambda b: b.route(0, 6, 0, 1, delay=256), r"delay 256; 1 .. 15"),
        (lambda b: b.add_core(axon_types=[4] * 256), r"core 1, axon 0: axon type 4; 0 .. 3"),
        (lambda b: b.add_core(axon_types=[0] * 3), r"core 1: axon types: \[0, 0, 0\] was given; 256 whole numbers"),
    ],
)
def test_what_breaks_a_limit_is_refused_by_part_and_number(change, message):
    build = chain()
    with pytest.raises(ProgramError, match=message):
        change(build)
        build.build()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda b: b.set_neuron(3, 0), "core 3: there is no such core; 1 exist"),
        (lambda b: b.connect(0, 256, 0), "axon 256: there is no such axon; 256 exist"),
        (lambda b: b.set_neuron(0, -1), "neuron -1: there is no such neuron"),
        (lambda b: b.route(0, 6, 1, 0), "core 1: there is no such core"),
        (lambda b: b.set_neuron(0, 0, speed=3), "no parameter speed; there are strengths"),
        (lambda b: b.set_neuron(0, 0, strengths=(1, 2)), r"strengths: \(1, 2\) was given; 4 whole numbers"),
        (lambda b: b.set_neuron(0, 0, leak=0.5), "leak: 0.5 was given; a whole number"),
        (lambda b: b.set_neuron(0, 0, potential=0.7), "potentials: 0.7 was given"),
        (lambda b: b.route(0, 6, 0, 0, delay=2.9), "core 0, neuron 6: delay: 2.9 was given"),
        (lambda b: b.connect(0, 0.5, 0), "axon: 0.5 was given"),
    ],
)
def test_what_does_not_exist_is_refused_at_once(change, message):
    with pytest.raises(ProgramError, match=message):
        change(chain())


def test_setting_one_parameter_leaves_the_others_as_they_were():
    build = chain()
    build.set_neuron(0, 5, potential=9, leak=3)
    build.set_neuron(0, 5, threshold=100)
    program = build.build()
    assert (program.potentials[0, 5], program.neurons.leak[0, 5], program.neurons.threshold[0, 5]) == (9, 3, 100)


def test_a_program_without_cores_is_refused():
    with pytest.raises(ProgramError, match="no core"):
        ProgramBuilder().build()


def test_slices_beyond_a_core_are_refused_and_not_cut():
    build = ProgramBuilder()
    core = build.add_core()
    with pytest.raises(ProgramError, match="axons 0 to 300: 256 exist"):
        build.connect(core, slice(0, 300), 3)


@pytest.mark.parametrize(
    ("part", "values", "message"),
    [
        ("seeds", [2**32 + 3, 0], "core 0: seed 4294967299; 0 .. 4294967295 is allowed"),
        ("seeds", [-1, 0], "core 0: seed -1"),
        ("core_members", [2**32 + 3, 0], "core 0: member 4294967299"),
        ("potentials", np.full((2, 256), 0.5), "potentials is of float64; whole numbers are needed"),
    ],
)
def test_what_would_wrap_or_be_cut_into_its_range_is_refused(part, values, message):
    program = chain(1).build()
    parts = {field: getattr(program, field) for field in program.__dataclass_fields__}
    with pytest.raises(ProgramError, match=message):
        assemble(**{**parts, part: np.array(values)})
