import pytest

from programs import one_neuron
from spikeloom.chip.builder import ProgramBuilder
from spikeloom.chip.paths import core_levels, why_not_streaming
from spikeloom.simulation import backend_named


@pytest.mark.parametrize(
    "parameters",
    [
        {"threshold": 2},
        {"threshold": 1, "reset_mode": 1},
        {"threshold": 1, "reset_mode": 2},
        {"threshold": 1, "reset": 1},
        {"threshold": 1, "negative_threshold": 1},
        {"threshold": 1, "mask_bits": 1},
        {"threshold": 1, "stochastic_leak": True},
        {"threshold": 1, "leak_reversal": True},
        {"threshold": 1, "stochastic_synapse": (False, False, True, False)},
        {"threshold": 1, "potential": -3},
    ],
)
def test_what_may_keep_state_or_draw_is_not_streamed(parameters):
    program = one_neuron(**parameters)
    assert why_not_streaming(program) == "core 0, neuron 0 keeps a potential from tick to tick or draws at random"
    assert backend_named("fast").start(program).path == "general"


def test_a_circle_is_not_streamed():
    build = ProgramBuilder()
    first, second = build.add_core(), build.add_core()
    build.route(first, 0, second, 0)
    build.route(second, 0, first, 0)
    assert "form a circle" in why_not_streaming(build.build())
    assert backend_named("fast").start(build.build()).path == "general"


def test_a_core_is_a_level_above_the_highest_that_feeds_it():
    build = ProgramBuilder()
    for _ in range(4):
        build.add_core()
    for neuron, (source, target) in enumerate([(3, 1), (1, 0), (3, 0)]):
        build.route(source, neuron, target, 0)
    assert core_levels(build.build()).tolist() == [2, 1, 0, 0]


def test_the_papers_neuron_is_streamed_with_either_way_down():
    for saturate in (True, False):
        assert backend_named("fast").start(one_neuron(threshold=1, saturate=saturate)).path == "streaming"
