"""Every format says what becomes of every feature, and the docs name every format."""

from pathlib import Path

import pytest

from spikeloom.export.features import FEATURES
from spikeloom.export.formats import FORMATS

DOCS = Path(__file__).parents[2] / "docs" / "exchange.md"


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_says_of_every_feature_what_it_makes_of_it(name):
    assert list(FORMATS[name].support) == [feature.name for feature in FEATURES]
    assert all(how.note for how in FORMATS[name].support.values())
    assert f"`{name}`" in DOCS.read_text("utf-8")
