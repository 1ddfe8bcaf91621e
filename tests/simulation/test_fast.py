"""The fast back end against the reference: every spike, every potential, every count."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs import stripes, tiny_network
from spikeloom.chip.trains import pack
from spikeloom.deployment.deploy import deploy, show_moved
from spikeloom.simulation import Recording, backend_named, run
from strategies import N_LINES, any_programs, memoryless_programs

RECORDED = ("outputs", "spikes", "events", "hops", "crossings", "rasters", "potentials", "by_tick")
SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}


def inputs_of(n_ticks: int, activity: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((n_ticks, N_LINES)) < activity


def assert_equal(one, other):
    for name in RECORDED:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    for column, name in enumerate(("spikes", "events", "hops", "crossings")):
        assert np.array_equal(one.by_tick[..., column].sum(0), getattr(one, name))


def recorded(program, inputs, backend, threads=1):
    """Give all that can be recorded, on as many threads as are asked for, whatever the machine has."""
    recording = Recording(range(program.n_cores), each_tick=True)
    return backend_named(backend).start(program, recording, threads).advance(pack(inputs))


@settings(max_examples=60, **SLOW)
@given(any_programs(), st.sampled_from([0, 0.05, 0.5]), st.integers(1, 3))
def test_any_program_equals_the_reference_in_every_tick(program, activity, threads):
    inputs = inputs_of(24, activity)
    assert_equal(recorded(program, inputs, "fast", threads), recorded(program, inputs, "reference"))


@settings(max_examples=40, **SLOW)
@given(memoryless_programs(), st.sampled_from([0.05, 0.5]), st.integers(1, 3))
def test_memoryless_programs_stream_and_equal_the_reference_in_every_tick(program, activity, threads):
    assert backend_named("fast").start(program).path == "streaming"
    inputs = inputs_of(70, activity)
    assert_equal(recorded(program, inputs, "fast", threads), recorded(program, inputs, "reference"))


@settings(max_examples=15, **SLOW)
@given(
    st.one_of(any_programs(), memoryless_programs()),
    st.lists(st.integers(0, 90), min_size=1, max_size=4),
    st.sampled_from(["fast", "reference"]),
)
def test_a_run_in_pieces_equals_the_run_in_one(program, lengths, backend):
    inputs = inputs_of(sum(lengths), 0.2)
    whole = run(program, inputs, [0], backend=backend)
    simulation = backend_named(backend).start(program, Recording([0]))
    pieces = [simulation.advance(pack(piece)) for piece in np.split(inputs, np.cumsum(lengths)[:-1])]
    for name in ("outputs", "rasters", "potentials"):
        assert np.array_equal(np.concatenate([getattr(piece, name) for piece in pieces]), getattr(whole, name)), name
    for name in ("spikes", "events", "hops", "crossings"):
        assert np.array_equal(sum(getattr(piece, name) for piece in pieces), getattr(whole, name)), name


@settings(max_examples=8, **SLOW)
@given(memoryless_programs())
def test_streaming_over_more_than_a_plane_of_ticks_equals_the_reference(program):
    inputs = inputs_of(1100, 0.1)
    assert_equal(recorded(program, inputs, "fast"), recorded(program, inputs, "reference"))
    some = [run(program, inputs, [0], range(500, 530), backend=backend) for backend in ("fast", "reference")]
    assert np.array_equal(some[0].rasters, some[1].rasters)


@pytest.mark.parametrize("ticks", [1, 5])
@pytest.mark.parametrize("coding", ["bernoulli", "threshold"])
def test_a_deployed_network_equals_the_reference_in_every_tick(coding, ticks):
    program = show_moved(deploy(tiny_network(coding=coding), members=2), ticks)
    images = stripes(70)
    spikes = [
        backend_named(backend).encode(program.interface, program.inputs, images.values, np.arange(70), seed=3)
        for backend in ("fast", "reference")
    ]
    assert np.array_equal(spikes[0].words, spikes[1].words)
    records = [
        backend_named(backend).start(program, Recording(range(program.n_cores), each_tick=True)).advance(spikes[0])
        for backend in ("fast", "reference")
    ]
    assert_equal(*records)
    assert records[0].outputs.any()
