"""The chip in the page against the reference back end: every spike, every potential, every vote, in Chromium."""

import base64

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs import stripes, tiny_network
from spikeloom.data import mnist
from spikeloom.deployment.deploy import deploy, show_frames, show_moved
from spikeloom.measure.votes import count_votes
from spikeloom.network.quantise import quantise
from spikeloom.simulation import run
from spikeloom.simulation.base import CROSSINGS
from spikeloom.web.payload import payload
from spikeloom.zoo import load, load_network
from strategies import N_LINES, any_programs, memoryless_programs

RUN = """async ([packed, lines]) => {
  const file = await engine.unpack(Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0)));
  const chip = new engine.Chip(engine.programOf(file));
  const ticks = lines.map((spiking) => {
    chip.step(spiking);
    const counts = ["spikes", "events", "hops"].map((name) => chip.counts[name]);
    return [chip.spikes, chip.potentials, chip.outputs, ...counts].map((array) => Array.from(array));
  });
  return ticks[0].map((_, part) => ticks.map((tick) => tick[part]));
}"""
CLASSIFY = """async ([packed, images, seed, members]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const program = engine.programOf(await engine.unpack(bytes(packed)), seed, members);
  const chip = new engine.Chip(program), values = new Float32Array(bytes(images).buffer);
  const size = values.length / EXAMPLES, answers = [];
  for (let at = 0; at < EXAMPLES; at++) {
    const found = engine.traceImage(chip, values.subarray(at * size, (at + 1) * size), seed, at);
    const { spikes, events, hops } = found.counts;
    answers.push([Array.from(found.votes), found.label, found.tied, [spikes, events, hops]]);
  }
  return answers;
}"""


def text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def in_the_page(engine, program, inputs):
    lines = [np.flatnonzero(tick).tolist() for tick in inputs]
    found = engine.evaluate(RUN, [text(payload(program, {}, {})), lines])
    return [np.array(part) for part in found]


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(any_programs(), memoryless_programs()), st.sampled_from([0, 0.05, 0.5]))
def test_any_program_equals_the_reference_in_every_tick(engine, program, activity):
    inputs = np.random.default_rng(0).random((20, N_LINES)) < activity
    words, potentials, outputs, *counts = in_the_page(engine, program, inputs)
    expected = run(program, inputs, range(program.n_cores), backend="reference")
    spikes = np.unpackbits(words.astype("<u4").view(np.uint8), axis=-1, bitorder="little")
    assert np.array_equal(spikes.reshape(expected.rasters.shape), expected.rasters)
    assert np.array_equal(potentials.reshape(expected.potentials.shape), expected.potentials)
    assert np.array_equal(outputs, expected.outputs)
    for count, name in zip(counts, ("spikes", "events", "hops"), strict=True):
        assert np.array_equal(count.sum(0), getattr(expected, name)), name


def compared(engine, model, dataset, program, seed, members=1, backend="fast"):
    """Give what the page and a back end make of the same images."""
    values = dataset.values.astype("<f4")
    code = CLASSIFY.replace("EXAMPLES", str(len(dataset)))
    found = engine.evaluate(code, [text(payload(model, {}, {}, seed)), text(values.tobytes()), seed, members])
    votes, labels, tied, counts = (np.array(part) for part in zip(*found, strict=True))
    expected = count_votes(program, dataset.values, seed, backend=backend, each=True)
    assert np.array_equal(votes, expected.votes)
    assert np.array_equal(labels, expected.decisions.classes)
    assert np.array_equal(tied, expected.decisions.tied)
    assert np.array_equal(counts, expected.by_example[:, :CROSSINGS])  # which the page does not count


@pytest.mark.parametrize(
    ("name", "images", "members", "ticks"),
    [
        ("mnist-5", 600, 4, 1),
        ("mnist-5-frugal", 400, 1, 1),
        ("mnist-30", 60, 2, 1),
        ("mnist-29-bent", 60, 1, 5),
    ],
)
def test_members_are_sampled_and_images_decided_as_deployed(engine, name, images, members, ticks):
    network, test = load_network(f"zoo:{name}"), mnist(train=False).take(slice(images))
    if ticks == 1:
        compared(engine, network, test, deploy(network, members, seed=3), 3, members)
    program = show_moved(deploy(network, members, seed=3), ticks)
    compared(engine, program, test.take(slice(60)), program, 3)


def test_a_shipped_ensemble_is_decided_as_by_the_reference(engine):
    program = load("zoo:mnist-29-bent-x2")
    compared(engine, program, mnist(train=False).take(slice(20)), program, 0, backend="reference")


@pytest.mark.parametrize(
    "presentation",
    [
        {},
        {"coding": {"name": "threshold", "at": 0.3}},
        {"coding": {"name": "dithered", "thresholds": [[0.1, 0.6, 0.4], [0.85, 0.35, 0.7]]}},
        {"frames": {"name": "still", "ticks": 4}, "readout": {"skip": 2}},
        {"frames": {"name": "moved", "shifts": [(1, -2), (0, 0), (-3, 9)]}},
    ],
)
def test_every_way_to_show_an_image_is_drawn_alike(engine, presentation):
    network = quantise(tiny_network(**presentation))
    compared(engine, network, stripes(30), deploy(network, 2, seed=5), 5, 2)


def test_frames_and_grey_levels_are_shown_alike(engine):
    program = show_frames(deploy(tiny_network(coding="threshold"), seed=1), 3)
    clips = stripes(9)
    from spikeloom.data import from_arrays

    examples = from_arrays(clips.images.reshape(3, 3, 8, 8, 1), np.arange(3))
    compared(engine, program, examples, program, 1)
    from spikeloom.network.topology import Topology, Windows

    delays = {"delays": (0, 2), "frames": {"name": "stream", "frames": 3}}
    seen_twice = Topology((8, 8, 2), 3, (Windows((8, 8), (1, 1)),))
    for coding in ("threshold", "bernoulli"):
        network = quantise(tiny_network(topology=seen_twice, coding=coding, **delays))
        compared(engine, network, examples, deploy(network, 2), 0, 2, backend="reference")
    topology = Topology((8, 8, 3), 3, (Windows((4, 4), (4, 4)), Windows((2, 2), (1, 1), 64)))
    grey = quantise(tiny_network(topology=topology, coding={"name": "thermometer", "levels": 3}))
    compared(engine, grey, stripes(20), deploy(grey), 0)
