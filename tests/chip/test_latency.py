"""The latency of an interface is when its outputs answer; another tick's votes would be another example's."""

import pytest

from programs import shown
from spikeloom.chip.builder import ProgramBuilder
from spikeloom.chip.validate import validate_program
from spikeloom.errors import ProgramError


def relayed(latency: int, delays: tuple[int, ...] = (2, 2), threshold: int = 1):
    """Give two cores that an input feeds, which feed a third after these delays; it answers."""
    build = ProgramBuilder()
    for core in (0, 1, 2):
        build.add_core()
        build.set_neuron(core, 0, strengths=(1, 0, 0, 0), threshold=threshold, saturate=True)
        build.connect(core, slice(0, 2), 0)
    for core in (0, 1):
        build.route(core, 0, 2, core, delays[core])
    build.add_input([(0, 0), (1, 0)])
    build.add_output(2, 0)
    return build.build(shown((1, 1, 1), 1, latency), [0])


@pytest.mark.parametrize(
    ("latency", "delays", "threshold", "allowed"),
    [
        (2, (2, 2), 1, "3 is allowed"),
        (4, (2, 2), 1, "3 is allowed"),
        (1, (2, 5), 1, "3 .. 6 is allowed"),
        (7, (2, 5), 1, "3 .. 6 is allowed"),
        (2, (2, 2), 9, "at least 3 is allowed"),  # its neurons wait for several spikes
    ],
)
def test_a_latency_at_which_others_votes_would_be_read_is_refused(latency, delays, threshold, allowed):
    with pytest.raises(ProgramError, match=f"interface: latency {latency}; {allowed}: so many ticks"):
        validate_program(relayed(latency, delays, threshold))


def test_latencies_at_which_outputs_answer_are_right():
    for latency, delays, threshold in ((3, (2, 2), 1), (3, (2, 5), 1), (6, (2, 5), 1), (30, (2, 2), 9)):
        validate_program(relayed(latency, delays, threshold))
