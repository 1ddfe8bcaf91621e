"""Values show themselves in a notebook: facts as text, whatever stands in them, and a drawing of their cores."""

from dataclasses import replace

import pytest

from programs import one_neuron, stripes, tiny_network
from spikeloom.deployment.deploy import deploy
from spikeloom.measure.evaluation import simulate

HOSTILE = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    "value",
    [tiny_network(), deploy(tiny_network(), 2), one_neuron(), simulate(tiny_network(), stripes(9))],
    ids=["network", "program", "by hand", "measurement"],
)
def test_a_value_shows_itself_on_one_line_and_as_a_table(value):
    assert "\n" not in repr(value)
    shown = value._repr_html_()
    assert shown.startswith("<div><b>")
    assert shown.count("<td") >= 6


def test_a_program_is_drawn_core_by_core():
    assert deploy(tiny_network(), 3)._repr_html_().count("<rect") == 15


def test_names_from_outside_are_escaped():
    network = tiny_network()
    interface = network.interface.model_copy(update={"class_names": (HOSTILE, "b", "c")})
    hostile = replace(network, interface=interface, training={"recipe": {"name": HOSTILE}})
    for value in (hostile, deploy(hostile)):
        assert HOSTILE not in value._repr_html_()
        assert "&lt;script&gt;" in value._repr_html_()
