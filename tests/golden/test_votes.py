"""A change that is meant to change nothing changes no vote and no count of any shipped network."""

import json
from pathlib import Path

import pytest

from golden.votes import FILE, answer
from spikeloom.zoo import zoo_names

EXPECTED = json.loads(Path(FILE).read_text())


@pytest.mark.parametrize("name", zoo_names())
def test_a_shipped_network_answers_as_it_always_did(name):
    assert answer(name) == EXPECTED[name]
