"""The page's modules as one script, and the page as one file that asks nothing of any network.

Modules are written so that joining them is enough: each imports named things of others and exports its own, and no two
have a top-level name in common.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment

_FOLDER = "spikeloom.web.page"
_FIRST = "app.js"
_NO_WAY_OUT = "base-uri 'none'; form-action 'none'"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.]+)";\n', re.MULTILINE)
_TOP_LEVEL = re.compile(r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Link:
    """A model that the page leads to."""

    title: str
    href: str


@cache
def script(first: str = _FIRST) -> str:
    """Give a module and all below it as one, each after those that it imports.

    Raises
    ------
    ValueError
        If two modules share a top-level name.
    """
    texts = {name: _read(name) for name in _ordered(first)}
    names = [name for text in texts.values() for name in _TOP_LEVEL.findall(text)]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"page: {', '.join(sorted(twice))} stands in two modules")
    joined = "\n".join(_IMPORT.sub("", text) for text in texts.values())
    return re.sub(r"^export ", "", joined, flags=re.MULTILINE).replace("</", "<\\/")


def page_html(title: str, packed: bytes, footer: str, links: Sequence[Link] = ()) -> str:
    """Give the page of a model as one HTML file.

    Its policy lets it run its own script and nothing else: no request leaves it.
    """
    model = base64.b64encode(packed).decode()
    styles = _read("style.css")
    return _filled(
        "index.html", title=title, policy=policy(), styles=styles, script=script(), model=model, models=links,
        footer=footer,
    )  # fmt: skip


def run_html(title: str, footer: str, links: Sequence[Link] = ()) -> str:
    """Give the page of a training as it goes."""
    styles, script = _read("style.css"), _read("run.js")
    return _filled("run.html", title=title, styles=styles, script=script, models=links, footer=footer)


def run_policy() -> str:
    """Give its content security policy: it may also ask its own server for metrics."""
    code, styles = (_hash(_read(name)) for name in ("run.js", "style.css"))
    return f"default-src 'none'; script-src {code}; style-src {styles}; connect-src 'self'; {_NO_WAY_OUT}"


def policy() -> str:
    """Give the content security policy: our script and our styles by their hashes, pictures of the user's own."""
    code, styles = (_hash(text) for text in (script(), _read("style.css")))
    return f"default-src 'none'; script-src {code}; style-src {styles}; img-src data: blob:; {_NO_WAY_OUT}"


def _filled(name: str, **values: object) -> str:
    text: str = Environment(autoescape=True).from_string(_read(name)).render(**values)
    return text


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _ordered(name: str) -> list[str]:
    """Give a module behind all that it imports, each once."""
    order: list[str] = []
    for _, below in _IMPORT.findall(_read(name)):
        order += [other for other in _ordered(below) if other not in order]
    return [*order, name]


@cache
def _read(name: str) -> str:
    return (resources.files(_FOLDER) / name).read_text("utf-8")
