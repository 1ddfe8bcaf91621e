import json
from dataclasses import fields, replace

import numpy as np
import pytest
from safetensors.numpy import save_file

from programs import one_neuron, tiny_network
from spikeloom.artefact import METADATA_KEY, read_artefact
from spikeloom.chip.program import ChipProgram
from spikeloom.chip.storage import PROGRAM, load_program, save_program
from spikeloom.deployment.deploy import deploy, show_moved
from spikeloom.errors import ArtefactError


def same(one: object, other: object) -> bool:
    """Compare nested dataclasses of arrays."""
    if hasattr(one, "__dataclass_fields__") and not isinstance(one, type):
        return all(same(getattr(one, part.name), getattr(other, part.name)) for part in fields(one))
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    return one == other


@pytest.fixture
def program() -> ChipProgram:
    return deploy(tiny_network(), members=2, seed=3)


def test_a_program_comes_back_as_it_was_saved(program, tmp_path):
    save_program(program, tmp_path / "p.safetensors")
    assert same(load_program(tmp_path / "p.safetensors"), program)


def test_a_program_that_is_shown_moved_images_comes_back_too(program, tmp_path):
    moved = show_moved(program, 5)
    save_program(moved, tmp_path / "p.safetensors")
    assert same(load_program(tmp_path / "p.safetensors"), moved)


def test_a_program_without_interface_comes_back_too(tmp_path):
    save_program(one_neuron(threshold=3), tmp_path / "p.safetensors")
    assert load_program(tmp_path / "p.safetensors").interface is None


def test_the_same_program_gives_the_same_bytes(program, tmp_path):
    save_program(program, tmp_path / "a")
    save_program(program, tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_every_truncation_is_refused_by_name(program, tmp_path):
    save_program(program, tmp_path / "p")
    content = (tmp_path / "p").read_bytes()
    for length in (0, 4, 100, len(content) // 2, len(content) - 1):
        (tmp_path / "cut").write_bytes(content[:length])
        with pytest.raises(ArtefactError, match="cut: cannot be read as a safetensors file"):
            load_program(tmp_path / "cut")


def rewrite(path, *, arrays=None, record=None):
    """Save the artefact again with some arrays or record entries changed."""
    old_arrays, old_record = read_artefact(path, PROGRAM)
    save_file(old_arrays | (arrays or {}), path, metadata={METADATA_KEY: json.dumps(old_record | (record or {}))})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"record": {"version": 5}}, "chip program version 5 is newer than version 4.*update spikeloom"),
        ({"record": {"format": "recording"}}, "holds a recording; a chip program is needed"),
        ({"record": {"interface": {"coding": "bernoulli"}}}, "interface: value_shape is missing; the file is damaged"),
        ({"arrays": {"seeds": np.zeros(3, np.uint32)}}, "'seeds' is uint32 of shape \\(3,\\); uint32 of 10 is needed"),
        ({"arrays": {"seeds": np.zeros(10, np.int64)}}, "'seeds' is int64"),
        (
            {"arrays": {"outputs.members": np.zeros(3, np.int32)}},
            "output lines: 510 classes, 3 members; as many",
        ),
        ({"arrays": {"axon_types": np.full((10, 256), 9, np.uint8)}}, "core 0, axon 0: axon type 9; 0 .. 3"),
        ({"arrays": {"placement": np.zeros((10, 3), np.int32)}}, "cores 0, 1, 2, 3 and 6 more: all placed on"),
        ({"arrays": {"inputs.values": np.full(128, 64, np.int32)}}, "input line 0: value 64; 0 .. 63 exist"),
        ({"arrays": {"inputs.tap_axons": np.full(128, 256, np.int32)}}, "input tap 0: axon 256; 0 .. 255 exist"),
    ],
)
def test_a_damaged_program_is_refused_by_part(program, tmp_path, changes, message):
    path = tmp_path / "p"
    save_program(program, path)
    rewrite(path, **changes)
    with pytest.raises(ArtefactError, match=message):
        load_program(path)


def test_a_missing_array_is_named(program, tmp_path):
    save_program(program, tmp_path / "p")
    arrays, record = read_artefact(tmp_path / "p", PROGRAM)
    del arrays["routes.delays"]
    save_file(arrays, tmp_path / "p", metadata={METADATA_KEY: json.dumps(record)})
    with pytest.raises(ArtefactError, match="'routes.delays' is missing"):
        load_program(tmp_path / "p")


def test_a_program_that_breaks_a_limit_is_not_loaded(program, tmp_path):
    leak = program.neurons.leak.copy()
    leak[1, 7] = 300
    save_program(replace(program, neurons=replace(program.neurons, leak=leak)), tmp_path / "p")
    with pytest.raises(ArtefactError, match="core 1, neuron 7: leak 300; -255 .. 255 is allowed"):
        load_program(tmp_path / "p")
