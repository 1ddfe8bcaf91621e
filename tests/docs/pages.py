"""README and docs as they are read: blocks of code, commands, links, headings."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_FENCED = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^    [^\n]*\n|^\n)+", re.MULTILINE)
_PROGRAMS = ("spikeloom", "make", "python", "torchrun", "dask", "openFPGALoader")


@dataclass(frozen=True)
class Command:
    """A command as it stands on a page."""

    page: str
    text: str

    @property
    def words(self) -> list[str]:
        """The command without its comment, as a shell splits it."""
        return shlex.split(self.text, comments=True)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(text: str, language: str) -> list[str]:
    """Give the fenced blocks of a language."""
    return [code for name, code in _FENCED.findall(text) if name == language]


def blocks_of_shell(text: str) -> list[str]:
    """Give the lines of all blocks of shell."""
    return [line for code in blocks(text, "sh") for line in code.splitlines()]


def commands(page: Path) -> list[Command]:
    """Give every command that stands in a block of its own."""
    text = page.read_text("utf-8")
    shell = blocks_of_shell(text)
    prose = _FENCED.sub("", text)
    shell = shell + [line.strip() for block in _INDENTED.findall(prose) for line in block.splitlines()]
    lines = [line for line in shell if re.match(r"[a-zA-Z]+ ", line)]
    unknown = [line for line in blocks_of_shell(text) if line.split(" ")[0] not in _PROGRAMS]
    if unknown:
        raise ValueError(f"{name_of(page)}: '{unknown[0]}' is of no program that is known here; name it in _PROGRAMS")
    return [Command(name_of(page), line) for line in lines if line.split(" ")[0] in _PROGRAMS]


def spans(page: Path) -> list[str]:
    """Give what stands in running text as code."""
    return re.findall(r"`([^`\n]+)`", _FENCED.sub("", page.read_text("utf-8")))


def links(page: Path) -> list[str]:
    """Give the targets of links and pictures."""
    prose = re.sub(r"`[^`\n]*`", "", _FENCED.sub("", page.read_text("utf-8")))
    return re.findall(r"\]\(([^)\s]+)\)", prose) + re.findall(r"(?:src|srcset|href)=\"([^\"]+)\"", prose)


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as GitHub and the site make them."""
    prose = _FENCED.sub("", page.read_text("utf-8"))
    return {_anchor(title) for title in re.findall(r"^#+ (.*)$", prose, re.MULTILINE)}


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", title).lower()).strip().replace(" ", "-")
