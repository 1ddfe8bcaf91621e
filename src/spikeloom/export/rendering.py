"""Texts of an export from the templates that lie beside its format."""

from __future__ import annotations

import jinja2


def templates_of(package: str) -> jinja2.Environment:
    """Give the templates of a package; a name that a text uses and nobody gives is an error."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader(package),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
