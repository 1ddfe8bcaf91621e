"""Delays: a value is seen now and some ticks ago, a line each, so that neurons without memory see motion.

On a chip a spike is sent once a delay, and delivered so many ticks later; what would arrive after the last tick of an
example is not sent, and nothing arrives before its first, so that an example in a stream is seen like one alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

DELAY_MAX = 14  # ticks: a packet is delivered up to 15 ticks later, and one passes on the way to a core

NOW = (0,)
"""Delays of an interface that sees every value in its own tick alone."""


def delayed(by_tick: Any, n_ticks: int, delays: tuple[int, ...]) -> Any:
    """Give every line as it was so many ticks ago, the delays of a line together.

    Parameters
    ----------
    by_tick : (n_examples * n_ticks, n_lines)
        NumPy's or torch's, a row a tick.
    n_ticks : int
        Of an example.
    delays : rising ticks

    Returns
    -------
    (n_examples * n_ticks, n_lines * n_delays) of the same type
    """
    if delays == NOW:
        return by_tick
    n_lines = by_tick.shape[1]
    seen = by_tick.reshape(-1, n_ticks, n_lines)
    shape = (len(seen), n_ticks, n_lines, len(delays))
    lines = np.zeros(shape, by_tick.dtype) if isinstance(by_tick, np.ndarray) else by_tick.new_zeros(shape)
    for place, ticks in enumerate(delays):
        lines[:, ticks:, :, place] = seen[:, : n_ticks - ticks]
    return lines.reshape(len(by_tick), -1)
