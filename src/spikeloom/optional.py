"""Libraries and tools that need not be installed: imported where they are used, and named where they are missing."""

from __future__ import annotations

import importlib.util
from importlib import import_module
from typing import Any

from spikeloom.errors import PeerError


def installed(module: str) -> bool:
    """Tell whether a module is there, without importing it."""
    return importlib.util.find_spec(module) is not None


def needed(module: str, install: str) -> Any:
    """Import a module; PeerError says how to install it where it is missing."""
    try:
        return import_module(module)
    except ImportError as error:
        raise PeerError(f"{module}: is not installed; pip install '{install}'") from error
