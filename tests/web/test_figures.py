"""What the page tells of a model is what Python counts and measures: decisions, votes, energies, accuracies."""

import numpy as np

import spikeloom as sl
from pages import votes, written
from programs import stripes, tiny_network
from spikeloom.chip.faults import with_dead_cores
from spikeloom.data import mnist
from spikeloom.measure.energy import energy_per_image, named_profile
from spikeloom.measure.votes import count_votes
from spikeloom.network.quantise import quantise
from spikeloom.simulation.base import CROSSINGS


def test_an_image_is_decided_as_its_number_in_the_data_set_is_drawn(opened, digits):
    counted = count_votes(sl.deploy(sl.load_network("zoo:mnist-5")), mnist(train=False).values[:300])
    page = opened(digits)
    page.evaluate("page.set({ members: 1 }); page.rebuild()")
    decided = page.evaluate(
        "page.file.numbers.map((_, image) => { page.set({ image }); page.refresh(); return page.trace.label; })"
    )
    numbers = page.evaluate("page.file.numbers")
    assert decided == counted.decisions.classes[numbers].tolist()
    mistakes = page.evaluate("page.file.mistakes.map((at) => page.file.numbers[at])")
    assert mistakes == np.flatnonzero(counted.decisions.classes != mnist(train=False).labels[:300])[:60].tolist()


def test_a_dead_core_costs_and_votes_as_one_that_python_breaks(opened, digits):
    dead = int(np.random.default_rng(0).permutation(5)[0])
    program = with_dead_cores(sl.deploy(sl.load_network("zoo:mnist-5")), 0.2, np.random.default_rng(0))
    counted = count_votes(program, mnist(train=False).values[:40], each=True)
    page = opened(digits)
    page.evaluate(f"page.set({{ members: 1, killed: {dead} }}); page.rebuild()")
    for image in (0, 7, 39):
        page.evaluate(f"page.set({{ image: {image} }}); page.refresh()")
        assert votes(page) == counted.votes[image].tolist()
        found = page.evaluate("[page.trace.counts.events, page.trace.counts.hops]")
        assert found == counted.by_example[image, 1:CROSSINGS].tolist()


def test_the_energy_is_the_models(opened, digits):
    page = opened(digits)
    page.locator("#members").fill("0")
    program = sl.deploy(sl.load_network("zoo:mnist-5"))
    alone = sl.predict(program, mnist(train=False).images[:1])[0].activity
    joules = energy_per_image(named_profile("esser2015-calibrated"), 5, 1, alone.events, alone.hops).total
    assert page.inner_text("#joules") == f"{float(f'{joules * 1e6:.3g}'):g} µJ"
    page.select_option("#profile", "truenorth-0.8V")
    assert page.inner_text("#joules") != f"{float(f'{joules * 1e6:.3g}'):g} µJ"


def test_a_program_that_is_reset_costs_its_ticks_until_it_is_decided(opened, tmp_path):
    network, images = quantise(tiny_network(reset=True)), stripes(30)
    page = opened(written(tmp_path, network, dataset=images))
    page.evaluate("page.set({ members: 1, seed: 0 }); page.rebuild()")
    (found,) = sl.predict(sl.deploy(network), images.images[:1])
    joules = energy_per_image(named_profile("esser2015-calibrated"), 5, 2, found.activity.events, found.activity.hops)
    assert page.inner_text("#joules") == f"{float(f'{joules.total * 1e6:.3g}'):g} µJ"
    assert "not measured" not in page.inner_text("#measured")


def test_the_measured_curve_is_under_the_profile_that_is_chosen(opened, digits):
    page = opened(digits)
    page.locator("#members").fill("0")
    told = page.inner_text("#measured")
    page.select_option("#profile", "truenorth-0.8V")
    assert page.inner_text("#measured") != told
    page.locator("#noise").fill("10")
    assert "before it was broken" in page.inner_text("#measured")


def test_a_program_that_is_shown_for_several_ticks_has_a_page_too(opened, tmp_path):
    program = sl.show_moved(sl.deploy(tiny_network(coding="threshold")), 9)
    page = opened(written(tmp_path, program, dataset=stripes(30)))
    assert page.locator("#ticks").is_disabled()
    assert "Measured: " in page.inner_text("#measured")
