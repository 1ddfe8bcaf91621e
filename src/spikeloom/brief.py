"""Values that hold arrays, on one line: their types and shapes, since the numbers themselves fill screens."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np


class Brief:
    """A dataclass that shows its arrays by type and shape; declare it with ``repr=False``."""

    def __repr__(self) -> str:
        shown = (f"{part.name}={_shown(getattr(self, part.name))}" for part in fields(self))  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(shown)})"


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    return repr(value)
