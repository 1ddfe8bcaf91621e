"""The page is one file whose policy lets it run its own script alone; a payload says what it holds."""

import json
import re
import zlib

import numpy as np
import pytest

from programs import one_neuron, stripes, tiny_network
from spikeloom.deployment.deploy import deploy
from spikeloom.measure.evaluation import simulate
from spikeloom.web import bundle
from spikeloom.web.facts import EXAMPLES, MISTAKES, SIZES, facts_of
from spikeloom.web.payload import payload


def unpacked(packed):
    content = zlib.decompress(packed)
    length = int.from_bytes(content[:4], "little")
    return json.loads(content[4 : 4 + length]), content[4 + length :]


def test_modules_are_joined_behind_those_they_import():
    code = bundle.script()
    assert "import " not in re.sub(r"//.*", "", code)
    assert "export " not in re.sub(r"//.*", "", code)
    assert (
        code.index("function mix") < code.index("class Generator") < code.index("class Chip") < code.index("class Page")
    )


def test_two_modules_with_one_name_are_refused(monkeypatch):
    texts = {"a.js": 'import { x } from "./b.js";\nconst y = 1;\n', "b.js": "export const x = 1;\nfunction y() {}\n"}
    monkeypatch.setattr(bundle, "_read", texts.__getitem__)
    bundle.script.cache_clear()
    with pytest.raises(ValueError, match="page: y stands in two modules"):
        bundle.script("a.js")


def test_members_that_share_arrays_bring_them_once_and_constants_not_at_all():
    program = deploy(tiny_network(), members=3)
    header, content = unpacked(payload(program, {"title": "x"}, {}))
    entries = {entry["name"]: entry for entry in header["arrays"]}
    assert entries["strengths"]["bytes"] == program.neurons.strengths.nbytes // 3
    assert entries["crossbars"]["bytes"] == program.crossbars.nbytes
    assert entries["threshold"]["value"] == 1
    assert len(content) == sum(entry.get("bytes", 0) for entry in entries.values())
    assert header["facts"]["nCores"] == 15
    assert "data" not in header["facts"]["interface"]  # the place of the user's own data is nobody else's


def test_facts_are_measured_of_the_very_model():
    network, images = tiny_network(), stripes(150)
    facts, arrays = facts_of(network, "t", images)
    assert [point["members"] for point in facts["curve"]][: len(SIZES)] == list(SIZES)
    assert len(facts["numbers"]) == len(arrays["images"]) >= EXAMPLES
    wrong = [facts["numbers"][at] for at in facts["mistakes"]]
    assert np.array_equal(images.images[facts["numbers"]], arrays["images"])
    from spikeloom.measure.votes import count_votes

    decided = count_votes(deploy(network), images.values).decisions.classes
    assert wrong == np.flatnonzero(decided != images.labels)[:MISTAKES].tolist()
    for point in facts["curve"][: len(SIZES)]:
        found = simulate(network, images, members=point["members"], draws=1)
        assert (point["accuracy"], point["cores"], point["images"]) == (found.accuracy, found.cores, 150)
        assert (point["events"], point["hops"]) == (found.events_per_image, found.hops_per_image)
    facts, arrays = facts_of(one_neuron(), "by hand", None)
    assert (facts["nImages"], arrays) == (0, {})
