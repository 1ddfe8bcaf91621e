"""A near miss is told what is near, and nothing else is."""

import pytest

from spikeloom.hints import did_you_mean


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("epoch", "; did you mean 'epochs'?"),
        ("btch", "; did you mean 'batch'?"),
        ("EPOCHS", "; did you mean 'epochs'?"),
        ("colour", ""),
        ("", ""),
    ],
)
def test_the_nearest_known_names_are_told(name, told):
    assert did_you_mean(name, ["epochs", "batch", "learning_rate"]) == told
