"""A report says all that is known of a model in one file that asks nothing of any network."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from matplotlib.image import imread

import spikeloom as sl
from programs import one_neuron, stripes, tiny_network
from spikeloom.measure.energy import LEFT_OUT, shipped_profiles
from spikeloom.plot.theme import LIGHT
from spikeloom.report.page import write_report
from spikeloom.report.sections import Subject, sections_by_hand, sections_of
from spikeloom.training.recipe_files import load_recipe

HOSTILE = "<script>alert(1)</script>&\"' $x_{$"
IMAGES = replace(stripes(90), class_names=(HOSTILE, "$x_{$ \\frac", "_none"))  # formulas that cannot be set


class Read(HTMLParser):
    """The elements, identities and headings of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.headings, self._inside = set(), [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        self._inside = tag

    def handle_data(self, data):
        if self._inside == "h2" and data.strip():
            self.headings.append(data.strip())


@pytest.fixture(scope="module")
def trained():
    recipe = load_recipe("quick", ["name=s", "layers=[{window=8}]", "train.epochs=2", "train.batch=20"])
    return sl.train(recipe, IMAGES, reporter=sl.Silent())


@pytest.fixture(scope="module")
def report(trained, tmp_path_factory):
    """A learned network and a program of another side by side, both by a hostile name, and the files written."""
    folder = tmp_path_factory.mktemp("report")
    program = sl.deploy(tiny_network(), members=2)
    paths = write_report(
        [
            (HOSTILE, sections_of(Subject(HOSTILE, trained, IMAGES.take(slice(40))))),
            (HOSTILE, sections_of(Subject(HOSTILE, program, stripes(40)))),
        ],
        folder / "it.html",
    )
    return paths[0].read_text("utf-8"), paths


def test_a_learned_network_has_every_section_and_a_program_those_that_need_no_training(report):
    text, _ = report
    assert Read(text).headings == [
        "Summary", "Recipe and provenance", "Learning curves", "Probabilities of synapses", "Receptive fields",
        "Floor plan", "The first image through the layers", "Decisions", "Spread over draws, and ensemble size",
        "Energy of an image", "On the frontier", "Drift ledger",
    ]  # fmt: skip
    assert text.count("Not known of this one.") == 5


def test_the_file_stands_alone_and_hostile_names_stay_text(report):
    text, _ = report
    read = Read(text)
    assert not read.tags & {"script", "link", "iframe", "object", "form", "img"}
    assert "default-src 'none'" in text
    for name, value in read.attributes:
        assert not name.startswith("on")
        if name in ("href", "xlink:href", "src"):
            assert value.startswith(("#", "data:image/png;base64,"))
    assert "&lt;script&gt;alert(1)" in text


def test_identities_are_those_of_one_element_and_every_reference_has_its_own(report):
    attributes = Read(report[0]).attributes
    own = [value for name, value in attributes if name == "id"]
    assert len(own) == len(set(own))
    used = {value[1:] for name, value in attributes if name in ("href", "xlink:href") and value.startswith("#")}
    used |= set(re.findall(r"url\(#([^)]+)\)", report[0]))
    assert used <= set(own)


def test_figures_lie_beside_it_as_pictures_and_drawings_for_either_ground(report):
    _, (page, *figures) = report
    names = {path.name for path in figures}
    assert {f"0-confusion{theme}.{kind}" for theme in ("", "-dark") for kind in ("png", "svg")} <= names
    assert {path.parent for path in figures} == {page.with_name("it-figures")}
    for path in figures:
        if path.suffix == ".png":
            assert imread(path).std() > 0
        else:
            ElementTree.parse(path)


def test_figures_of_the_page_are_the_same_for_the_same_model(report, trained, tmp_path):
    again = write_report(
        [(HOSTILE, sections_of(Subject(HOSTILE, trained, IMAGES.take(slice(40)))))], tmp_path / "it.html"
    )
    for path in again[1:]:
        assert path.read_bytes() == report[1][0].with_name("it-figures").joinpath(path.name).read_bytes(), path.name


def test_the_sections_say_what_was_measured(trained):
    images = IMAGES.take(slice(40))
    sections = {section.title: section for section in sections_of(Subject("it", trained, images, seed=3))}
    measured = sl.simulate(trained, images, draws=5, seed=3)
    assert dict(sections["Summary"].rows)["accuracy"].startswith(f"{measured.accuracy * 100:.2f} %")
    assert sections["Spread over draws, and ensemble size"].rows[1][3] == f"{measured.accuracy * 100:.2f} %"
    energy = sections["Energy of an image"]
    assert [row[0] for row in energy.rows[1:]] == list(shipped_profiles())
    assert LEFT_OUT in energy.text
    assert energy.rows[0] == ["profile", "kind", "static", "events", "hops", "total"]
    for _, _, *shares, _total in energy.rows[1:]:
        assert sum(float(share.split()[0]) for share in shares) == pytest.approx(100, abs=0.15)
    assert {row[2] for row in sections["Drift ledger"].rows[2:]} <= {"0", ""}


def test_a_program_that_is_fed_by_hand_is_reported_as_far_as_it_goes():
    summary, plan = sections_by_hand(one_neuron())
    assert dict(summary.rows)["synapses on"] == "1 of 65,536"
    assert "no accuracy" in summary.text
    assert set(plan.figures) == {"plan"}


def test_a_point_far_below_the_frontier_is_on_its_figure_too(trained):
    noise = replace(IMAGES.take(slice(30)), labels=(IMAGES.labels[:30] + 1) % 3)
    section = {section.title: section for section in sections_of(Subject("it", trained, noise))}["On the frontier"]
    (axes,) = section.figures["frontier"](LIGHT).axes
    (ring,) = (line for line in axes.lines if line.get_label() == "it")
    low, high = axes.get_ylim()
    assert low <= ring.get_ydata()[0] <= high
    assert "other data" in section.text
