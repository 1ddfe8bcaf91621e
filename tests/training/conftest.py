"""Training in tests is small work: one thread does it fastest, and every worker has its own."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    """Keep torch to one thread."""
    torch.set_num_threads(1)
