"""An ensemble that would fill the machine as dense layers is refused before any is made."""

import numpy as np
import pytest

from programs import tiny_network
from spikeloom.deployment.deploy import deploy
from spikeloom.errors import ExportError
from spikeloom.export.format import Exported
from spikeloom.export.nir import NIR


def test_an_ensemble_that_grows_beyond_memory_is_refused_with_a_way_out(tmp_path, monkeypatch):
    program = deploy(tiny_network(), members=4)
    exported = Exported(program, np.zeros((1, len(program.inputs)), bool))
    assert NIR.write(exported, tmp_path, NIR.options())
    monkeypatch.setattr("spikeloom.export.nir.writer.memory_bytes", lambda: 2**24)
    with pytest.raises(ExportError, match="GiB as dense layers; .*export the members one by one, --member 0"):
        NIR.write(exported, tmp_path, NIR.options())
