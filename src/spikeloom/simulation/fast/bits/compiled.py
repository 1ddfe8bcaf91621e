"""How kernels are compiled: kept on disk, without the interpreter's lock, and without counting references.

Kernels make no arrays, so they need no counting; where they are given many arrays it would cost more than their work.
"""

from __future__ import annotations

from numba import njit

# _nrt=False: no reference counting, which with a dozen arrays an argument would cost more than a core's tick
kernel = njit(cache=True, nogil=True, _nrt=False)
"""Compiles a function."""

inlined = njit(cache=True, nogil=True, _nrt=False, forceinline=True)
"""Compiles a function into all that call it."""
