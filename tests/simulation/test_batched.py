import numpy as np
import pytest

from programs import one_neuron, stripes, tiny_network
from spikeloom.chip.builder import ProgramBuilder
from spikeloom.chip.neuron import memoryless
from spikeloom.data.encode import encode
from spikeloom.deployment.deploy import deploy
from spikeloom.errors import ProgramError
from spikeloom.simulation import batched, reference
from spikeloom.simulation.paths import why_not_streaming

RECORDED = ("outputs", "spikes", "events", "hops", "rasters", "potentials")


def random_memoryless_program(seed: int, n_cores: int = 6):
    """Give cores in a random acyclic order, random delays, shared axons, partly used cores."""
    rng = np.random.default_rng(seed)
    build = ProgramBuilder(seed)
    for _ in range(n_cores):
        build.add_core(axon_types=rng.integers(0, 4, 256).tolist())
    order = rng.permutation(n_cores)
    for place, core in enumerate(order.tolist()):
        for neuron in rng.choice(256, 60, replace=False).tolist():
            kind = memoryless(rng.integers(-255, 256, (1, 4)), rng.integers(-20, 20, 1))
            build.set_neuron(core, neuron, **{name: array[0] for name, array in kind.items()})
            for axon in rng.integers(0, 256, 30).tolist():
                build.connect(core, axon, neuron)
            if place + 1 < n_cores and rng.random() < 0.8:
                target = int(rng.choice(order[place + 1 :]))
                build.route(core, neuron, target, int(rng.integers(0, 64)), delay=int(rng.integers(1, 16)))
            else:
                build.add_output(core, neuron)
    for _ in range(40):
        build.add_input([(int(rng.integers(n_cores)), int(rng.integers(256))) for _ in range(4)])
    return build.build()


def assert_equal_runs(program, inputs):
    one, other = (backend.run(program, inputs, record=range(program.n_cores)) for backend in (batched, reference))
    for name in RECORDED:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert one.outputs.any()


@pytest.mark.parametrize("seed", range(4))
def test_random_memoryless_programs_equal_the_reference_in_every_tick(seed):
    inputs = np.random.default_rng(seed).random((40, 40)) < 0.3
    assert_equal_runs(random_memoryless_program(seed), inputs)


def test_a_deployed_network_equals_the_reference_in_every_tick():
    program = deploy(tiny_network(), members=2)
    assert program.interface is not None
    spikes = encode(program.interface, program.inputs, stripes(30).values, np.arange(30), seed=0)
    assert_equal_runs(program, spikes)


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
    with pytest.raises(ProgramError, match="core 0, neuron 0 keeps a potential.*use reference"):
        batched.run(program, np.zeros((1, 1), bool))


def test_a_circle_is_not_streamed():
    build = ProgramBuilder()
    first, second = build.add_core(), build.add_core()
    build.route(first, 0, second, 0)
    build.route(second, 0, first, 0)
    assert "form a circle" in why_not_streaming(build.build())


def test_the_papers_neuron_is_streamed_with_either_way_down():
    for saturate in (True, False):
        assert why_not_streaming(one_neuron(threshold=1, saturate=saturate)) is None
