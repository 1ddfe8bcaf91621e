"""The page as people use it: step, resample, open cores, break things, follow links; and nothing bars anyone."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from pages import HOSTILE, SEVEN, until, votes
from tools.chromium import draw_on_pad


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


def test_a_changed_link_changes_all_that_is_shown(opened, digits):
    page = opened(digits)
    before = page.evaluate("page.pad.canvas.toDataURL()")
    page.evaluate("location.hash = 'image=5&profile=truenorth-0.8V'")
    until(page, "page.state.image === 5")
    assert page.evaluate("page.pad.canvas.toDataURL()") != before
    assert page.input_value("#profile") == "truenorth-0.8V"


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
