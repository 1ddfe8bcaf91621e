"""The page as people use it: draw, step, resample, open cores, break things, follow links; and nothing leaves it."""

import re
import time

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import spikeloom as sl
from programs import stripes, tiny_network
from spikeloom.chip.faults import with_dead_cores
from spikeloom.data import mnist
from spikeloom.measure.energy import energy_per_image, named_profile
from spikeloom.measure.votes import count_votes
from spikeloom.network.quantise import quantise
from spikeloom.simulation.base import CROSSINGS
from spikeloom.web.bundle import page_html
from spikeloom.web.facts import facts_of
from spikeloom.web.payload import payload
from tools.chromium import draw_on_pad

HOSTILE = "<img src=x onerror=alert(1)>&\"'"


def written(folder, model, title="a page", dataset=None):
    file = folder / "page.html"
    file.write_text(page_html(title, payload(model, *facts_of(model, title, dataset)), "made in a test"))
    return file


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    return written(
        tmp_path_factory.mktemp("digits"), sl.load("zoo:mnist-5"), HOSTILE, mnist(train=False).take(slice(300))
    )


@pytest.fixture(scope="module")
def oscillators(tmp_path_factory):
    build = sl.ProgramBuilder()
    cores = build.add_core(), build.add_core()
    for neuron in range(8):
        build.set_neuron(cores[0], neuron, strengths=(3, 0, 0, 0), leak=1, threshold=4 + neuron, saturate=True)
        build.connect(cores[0], neuron, neuron)
        build.route(cores[0], neuron, cores[1], neuron, 2)
        build.set_neuron(cores[1], neuron, strengths=(1, 0, 0, 0), threshold=1, saturate=True)
        build.connect(cores[1], neuron, neuron)
        build.add_output(cores[1], neuron)
    build.add_input([(cores[0], 0)])
    return written(tmp_path_factory.mktemp("hand"), build.build(), "oscillators")


def until(page, holds):
    """Wait for an expression; Playwright's own way asks for a policy that the page does not have."""
    end = time.monotonic() + 60  # a busy machine is no fault of the page
    while not page.evaluate(holds):
        assert time.monotonic() < end, holds
        page.wait_for_timeout(20)


def votes(page):
    return page.evaluate("Array.from(page.trace.votes)")


SEVEN = [(0.2, 0.2), (0.8, 0.2), (0.4, 0.9)]


def test_a_drawn_seven_is_seen_as_the_data_set_looks_and_decided(opened, digits):
    page = opened(digits)
    page.click("#clear")
    assert page.evaluate("Math.max(...page.values)") == 0
    draw_on_pad(page, SEVEN)
    assert page.inner_text("#decision").startswith("7")
    # scaled into 20 x 20 and centred by its mass, as MNIST is
    image = np.array(page.evaluate("Array.from(page.values)")).reshape(28, 28)
    rows, columns = (np.flatnonzero(image.any(axis)) for axis in (1, 0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20, 21)
    centre = [(image.sum(axis) @ np.arange(28)) / image.sum() for axis in (1, 0)]
    assert np.allclose(centre, 13.5, atol=0.75)


def test_the_keyboard_draws_too_and_delete_clears(opened, digits):
    page = opened(digits)
    page.focus("#pad")
    page.keyboard.press("Delete")
    page.keyboard.press("Space")
    for key in ("ArrowUp", "ArrowRight", "ArrowDown"):
        for _ in range(4):
            page.keyboard.press(key)
    assert page.evaluate("page.values.some((value) => value > 0)")
    page.keyboard.press("Delete")
    assert not page.evaluate("page.values.some((value) => value > 0)")


def test_a_picture_that_is_opened_is_decided(opened, digits, tmp_path):
    from PIL import Image

    image = mnist(train=False).images[0, :, :, 0]
    Image.fromarray(255 - image).resize((200, 200)).save(tmp_path / "seven.png")  # dark on light
    page = opened(digits)
    page.set_input_files("#picture", tmp_path / "seven.png")
    expect(page.locator("#example")).to_have_text("-")
    expect(page.locator("#decision")).to_have_text(re.compile("^7"))
    dark = "page.values.filter((value) => value === 0).length"
    for size in ((200, 300), (400, 600), (500, 800), (300, 200)):  # margins that end within a pixel
        paper = Image.new("L", size, 255)
        paper.paste(0, (size[0] * 3 // 8, size[1] // 5, size[0] // 2, size[1] * 4 // 5))
        paper.save(tmp_path / "bar.png")
        page.click("#clear")
        page.set_input_files("#picture", tmp_path / "bar.png")
        until(page, "page.values.some((value) => value > 0)")
        assert page.evaluate(dark) > 28 * 28 / 2


def test_a_picture_in_colour_keeps_its_colours(opened, tmp_path):
    from PIL import Image

    from spikeloom.network.topology import Topology, Windows

    topology = Topology((8, 8, 3), 3, (Windows((4, 4), (4, 4)), Windows((2, 2), (1, 1), 64)))
    page = opened(written(tmp_path, tiny_network(topology=topology), dataset=stripes(20, shape=(8, 8, 3))))
    Image.new("RGB", (80, 80), (255, 200, 255)).save(tmp_path / "pale.png")
    page.set_input_files("#picture", tmp_path / "pale.png")
    until(page, "page.state.drawing !== ''")
    assert page.evaluate("Array.from(page.values.slice(0, 3), (value) => Math.round(value * 255))") == [255, 200, 255]


def test_a_program_that_is_shown_for_several_ticks_has_a_page_too(opened, tmp_path):
    program = sl.show_moved(sl.deploy(tiny_network(coding="threshold")), 9)
    page = opened(written(tmp_path, program, dataset=stripes(30)))
    assert page.locator("#ticks").is_disabled()
    assert "Measured: " in page.inner_text("#measured")


def test_ticks_are_stepped_and_played(opened, digits):
    page = opened(digits)
    assert page.inner_text("#tick") == "1"
    page.click("#back")
    assert page.inner_text("#tick") == "0"
    page.click("#step")
    assert page.inner_text("#tick") == "1"
    page.locator("#speed").fill("20")
    page.click("#play")
    expect(page.locator("#tick")).to_have_text("0")
    page.click("#play")
    assert page.inner_text("#play") == "Play"


def test_a_seed_samples_one_member_anew_and_sliders_set_members_and_ticks(opened, digits):
    page = opened(digits)
    page.locator("#members").fill("0")
    before = votes(page)
    page.click("#resample")
    assert page.inner_text("#seed") == "1"
    assert votes(page) != before
    page.locator("#members").fill("4")
    assert page.inner_text("#members-out") == "16"
    assert page.evaluate("page.chip.program.nCores") == 80
    assert len(page.locator("#members-votes span").all()) == 16
    static = page.evaluate("page.trace.ticks.length")
    page.locator("#members").fill("0")
    page.locator("#ticks").fill("2")
    assert page.inner_text("#ticks-out") == "9"
    assert page.evaluate("page.trace.ticks.length") == static + 8
    assert "Measured with seed 0: " in page.inner_text("#measured")


def test_the_energy_is_the_models(opened, digits):
    page = opened(digits)
    page.locator("#members").fill("0")
    program = sl.deploy(sl.load_network("zoo:mnist-5"))
    alone = sl.predict(program, mnist(train=False).images[:1])[0].activity
    joules = energy_per_image(named_profile("esser2015-calibrated"), 5, 1, alone.events, alone.hops).total
    assert page.inner_text("#joules") == f"{float(f'{joules * 1e6:.3g}'):g} µJ"
    page.select_option("#profile", "truenorth-0.8V")
    assert page.inner_text("#joules") != f"{float(f'{joules * 1e6:.3g}'):g} µJ"


def test_a_core_and_a_neuron_are_opened_and_a_spike_is_followed(opened, digits):
    page = opened(digits)
    page.evaluate("document.getElementById('plan').scrollIntoView()")
    x, y = page.evaluate("page.plan._corner(1)")
    page.click("#plan", position={"x": x + 4, "y": y + 4})
    assert page.inner_text("#core-name") == "1"
    box = page.locator("#crossbar").bounding_box()
    page.click("#crossbar", position={"x": (100.5 / 256) * box["width"], "y": 20})
    assert page.input_value("#neuron-number") == "100"
    page.focus("#crossbar")
    page.keyboard.press("ArrowRight")
    assert page.input_value("#neuron-number") == "101"
    page.evaluate("page.open(1)")  # at a neuron that goes somewhere
    assert page.locator("#field-figure").is_visible()
    target = re.search(r"core (\d+), axon", page.inner_text("#neuron-facts"))[1]
    page.click("#follow")
    assert page.inner_text("#core-name") == target
    assert not page.locator("#field-figure").is_visible()


def test_what_is_broken_votes_no_more_and_is_mended(opened, digits):
    page = opened(digits)
    whole = votes(page)
    page.evaluate("page.open(4)")
    page.click("#kill")
    assert sum(votes(page)) < sum(whole)
    page.locator("#stuck").fill("20")
    page.locator("#noise").fill("20")
    page.locator("#dead").fill("50")
    assert votes(page) != whole
    page.click("#mend")
    assert votes(page) == whole


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


def test_the_first_stroke_over_an_example_begins_on_an_empty_pad(opened, digits):
    page = opened(digits)
    draw_on_pad(page, SEVEN)
    over = page.evaluate("Array.from(page.values)")
    page.click("#clear")
    draw_on_pad(page, SEVEN)
    assert page.evaluate("Array.from(page.values)") == over


def test_a_changed_link_changes_all_that_is_shown(opened, digits):
    page = opened(digits)
    before = page.evaluate("page.pad.canvas.toDataURL()")
    page.evaluate("location.hash = 'image=5&profile=truenorth-0.8V'")
    until(page, "page.state.image === 5")
    assert page.evaluate("page.pad.canvas.toDataURL()") != before
    assert page.input_value("#profile") == "truenorth-0.8V"


def test_the_measured_curve_is_under_the_profile_that_is_chosen(opened, digits):
    page = opened(digits)
    page.locator("#members").fill("0")
    told = page.inner_text("#measured")
    page.select_option("#profile", "truenorth-0.8V")
    assert page.inner_text("#measured") != told
    page.locator("#noise").fill("10")
    assert "before it was broken" in page.inner_text("#measured")


def test_a_program_that_is_reset_costs_its_ticks_until_it_is_decided(opened, tmp_path):
    network, images = quantise(tiny_network(reset=True)), stripes(30)
    page = opened(written(tmp_path, network, dataset=images))
    page.evaluate("page.set({ members: 1, seed: 0 }); page.rebuild()")
    (found,) = sl.predict(sl.deploy(network), images.images[:1])
    joules = energy_per_image(named_profile("esser2015-calibrated"), 5, 2, found.activity.events, found.activity.hops)
    assert page.inner_text("#joules") == f"{float(f'{joules.total * 1e6:.3g}'):g} µJ"
    assert "not measured" not in page.inner_text("#measured")


def test_its_own_mistakes_are_clicked_through(opened, digits):
    page = opened(digits)
    page.locator("#members").fill("0")
    page.check("#mistakes")
    assert "it is " in page.inner_text("#decision")
    first = page.inner_text("#example")
    page.click("#next")
    assert page.inner_text("#example") != first


def test_the_whole_state_is_in_the_link(opened, digits):
    page = opened(digits)
    page.click("#clear")
    draw_on_pad(page, SEVEN)
    page.locator("#members").fill("1")
    page.click("#resample")
    page.locator("#noise").fill("7")
    page.evaluate("page.open(3)")
    page.click("#back")
    again = opened(page.url)
    told = "[page.state, Array.from(page.trace.votes), Array.from(page.values)]"
    assert again.evaluate(told) == page.evaluate(told)
    assert again.inner_text("#decision") == page.inner_text("#decision")


@pytest.mark.parametrize("text", ["members=1e9", "drawing=%%%", "core=-7&neuron=999", "ticks=3&seed=x", "image=77777"])
def test_a_link_that_makes_no_sense_still_opens(opened, digits, text):
    page = opened(f"{digits.as_uri()}#{text}")
    assert page.inner_text("#decision")


def test_names_from_outside_are_text(opened, digits):
    page = opened(digits)
    assert page.inner_text("#name") == HOSTILE
    assert page.locator("img").count() == 0


def test_a_program_that_is_fed_by_hand_has_lines_to_switch_and_rasters(opened, oscillators):
    page = opened(oscillators)
    assert not page.locator("#pad").is_visible()
    page.evaluate("page.open(0)")
    for _ in range(12):
        page.click("#step")
    assert page.inner_text("#tick") == "12"
    free = page.evaluate("page.trace.ticks.map((tick) => tick.spikes[0] & 1)")
    page.click("#lines button")
    for _ in range(12):
        page.click("#step")
    fed = page.evaluate("page.trace.ticks.slice(13).map((tick) => tick.spikes[0] & 1)")
    assert sum(fed) > sum(free) > 0  # a line that is on drives its oscillator faster
    page.click("#back")
    assert page.inner_text("#tick") == "23"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1300, 390])
def test_nothing_bars_anyone(opened, digits, scheme, width):
    page = opened(digits, width=width, scheme=scheme)
    page.evaluate("page.open(0)")
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found] == []
    # nothing is wider than the screen
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_finger_draws_without_scrolling_the_page(opened, digits):
    page = opened(digits, width=390)
    page.evaluate("document.getElementById('pad').scrollIntoView()")
    page.tap("#clear")
    box = page.locator("#pad").bounding_box()
    before = page.evaluate("scrollY")
    page.touchscreen.tap(box["x"] + 90, box["y"] + 90)
    assert page.evaluate("page.values.some((value) => value > 0)")
    assert page.evaluate("scrollY") == before
    assert page.evaluate("getComputedStyle(document.getElementById('pad')).touchAction") == "none"
