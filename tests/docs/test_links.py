"""Every link of the docs leads somewhere, offline; every public name is on the reference page."""

import re

import pytest

import spikeloom as sl
from docs.pages import PAGES, ROOT, anchors, links, name_of


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_file_and_a_heading(page):
    broken = []
    for link in links(page):
        target, _, anchor = link.partition("#")
        if re.match(r"https?://", link):
            broken += [] if re.fullmatch(r"https?://[\w.:-]+(/\S*)?", link) else [link]
            continue
        path = (page.parent / target).resolve() if target else page
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(link)
    assert broken == []


def test_the_links_of_a_page_are_found():
    assert "docs/chip.md" in links(ROOT / "README.md")
    assert "docs/see/page.png" in links(ROOT / "README.md")
    assert "fashion-mnist" in anchors(ROOT / "docs" / "frontier.md")
    assert "what-is-promised" in anchors(ROOT / "docs" / "versions.md")


def test_every_public_name_is_on_the_reference_page():
    text = (ROOT / "docs" / "api.md").read_text("utf-8")
    named = set(re.findall(r"auto(?:function|class|exception):: (\w+)", text))
    constants = set(re.findall(r"`([A-Z]\w+)`", text)) - named
    assert {*sl.__all__, *sl.data.__all__, *sl.plot.__all__} - {"data", "plot"} == named | constants
