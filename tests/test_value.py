"""Values that hold arrays are equal where they hold the same, and only there."""

import pickle
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from programs import stripes, tiny_network
from spikeloom.chip.storage import load_program, save_program
from spikeloom.deployment.deploy import deploy
from spikeloom.network.storage import load_learned, save_learned
from spikeloom.value import Value


@dataclass(frozen=True, eq=False, repr=False)
class Pair(Value):
    array: np.ndarray
    other: object = None
    aside: object = field(default=None, compare=False)


ONE = np.arange(3, dtype=np.int32)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Pair(ONE.copy()), True),
        (Pair(ONE, aside="not compared"), True),
        (Pair(ONE.astype(np.int64)), False),
        (Pair(ONE + 1), False),
        (Pair(ONE[None]), False),
        (Pair(ONE, {"deep": [ONE]}), False),
        ("another type", False),
    ],
)
def test_arrays_are_compared_by_value_type_and_shape(other, same):
    assert (Pair(ONE) == other) is same
    assert Pair(ONE, {"deep": [ONE]}) == Pair(ONE, {"deep": (ONE.copy(),)})


def test_what_can_change_has_no_hash():
    with pytest.raises(TypeError, match="unhashable"):
        hash(Pair(ONE))


def test_networks_programs_and_data_are_equal_after_files_pickling_and_the_same_seed(tmp_path):
    network = tiny_network()
    program = deploy(network, members=2, seed=5)
    save_learned(network, tmp_path / "n.safetensors")
    save_program(program, tmp_path / "p.safetensors")
    assert load_learned(tmp_path / "n.safetensors") == network
    assert load_program(tmp_path / "p.safetensors") == program == deploy(network, members=2, seed=5)
    for value in (network, program, stripes(9)):
        assert pickle.loads(pickle.dumps(value)) == value
    assert program != deploy(network, members=2, seed=6)
    assert stripes(9) == stripes(9) != replace(stripes(9), class_names=("a", "b", "c"))
