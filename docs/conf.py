"""The site of the documentation: ``make docs`` builds it into build/site, with every warning an error.

Tutorials are notebooks written as Markdown; they are executed anew by every build, in an empty folder.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from spikeloom import __version__

project, author, copyright, release = "spikeloom", "The spikeloom authors", "The spikeloom authors", __version__
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
html_theme, html_title, html_use_index = "furo", f"spikeloom {release}", False
html_static_path, html_css_files = ["_static"], ["site.css"]

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
suppress_warnings = ["ref.python"]  # shapes in docstrings name attributes that several classes have

nb_merge_streams = True
nb_execution_mode, nb_execution_in_temp, nb_execution_timeout = "force", True, 300
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # spikeloom, in notebooks
os.environ["IPYTHONDIR"] = tempfile.mkdtemp()
shutil.copytree(Path(__file__).parent / "_ipython", os.environ["IPYTHONDIR"], dirs_exist_ok=True)
os.environ["PYTHONWARNINGS"] = "ignore:IProgress not found"  # a progress bar that a page cannot show

autodoc_class_signature = "separated"  # what values are made of stands in their attributes
autodoc_default_options = {"exclude-members": "__init__, __new__"}
autodoc_typehints, autodoc_member_order, autodoc_typehints_format = "signature", "bysource", "short"
napoleon_google_docstring, napoleon_use_rtype, napoleon_use_ivar = False, False, True

_FIELD = re.compile(r"\w[\w, ]* : \S")

# What lies beside the docs has a page of the site that includes it.
_BESIDE = {"../SECURITY.md": "security.md"}


def _link_within_site(app: Any, name: str, source: list[str]) -> None:
    for path, page in _BESIDE.items():
        source[0] = source[0].replace(f"]({path}", f"]({page}")


def _complete_docstring(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Tell napoleon what the house's docstrings leave out.

    Fields of a value, which they list without a heading, are attributes; a colon in a property's ends no type.
    """
    if what == "property" and lines:
        lines[0] = lines[0].replace(": ", " – ")
    first = next((number for number, line in enumerate(lines) if _FIELD.match(line)), None)
    if what == "class" and first is not None and "Parameters" not in lines:
        lines[first:first] = ["Attributes", "----------"]


def _copy_pictures(app: Any, error: Exception | None) -> None:
    """Copy the pictures that pages name in HTML, where a dark one stands beside a light one."""
    if error is None and app.builder.name == "html":
        for path in Path(app.srcdir).rglob("*.png"):
            target = Path(app.outdir) / path.relative_to(app.srcdir)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def setup(app: Any) -> None:
    """Let Sphinx call what stands above."""
    app.connect("source-read", _link_within_site)
    app.connect("autodoc-process-docstring", _complete_docstring, priority=400)  # before napoleon
    app.connect("build-finished", _copy_pictures)
