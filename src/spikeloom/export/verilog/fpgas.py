"""FPGAs that open tools place: how many block memories they have, and how many a memory takes.

Sources: Lattice FPGA-DS-02012 (ECP5) and FPGA-DS-02008 (iCE40 UltraPlus).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_ECP5_SHAPES = ((512, 36), (1024, 18), (2048, 9), (4096, 4), (8192, 2), (16384, 1))
_ICE40_SHAPES = ((256, 16), (512, 8), (1024, 4), (2048, 2))


@dataclass(frozen=True)
class Part:
    """An FPGA: block memories, the rows and bits that one can be, look-up tables and flip-flops."""

    name: str
    title: str
    block_memories: int
    shapes: tuple[tuple[int, int], ...]
    luts: int

    def blocks(self, depth: int, word_bits: int) -> int:
        """Give the block memories that a memory of so many rows takes, in the shape that needs fewest."""
        return min(-(-depth // rows) * -(-word_bits // bits) for rows, bits in self.shapes)


PARTS = {
    part.name: part
    for part in (
        Part("up5k", "iCE40UP5K", 30, _ICE40_SHAPES, 5_280),
        Part("ecp5-12k", "ECP5-12k", 32, _ECP5_SHAPES, 12_096),
        Part("ecp5-25k", "ECP5-25k", 56, _ECP5_SHAPES, 24_288),
        Part("ecp5-45k", "ECP5-45k", 108, _ECP5_SHAPES, 43_848),
        Part("ecp5-85k", "ECP5-85k", 208, _ECP5_SHAPES, 83_640),
    )
}


def first_that_holds(lanes: int, depth: int, word_bits: int, flip_flops: int) -> str:
    """Say which part is the smallest that has the block memories and flip-flops."""
    fitting: Iterable[str] = (
        part.title
        for part in PARTS.values()
        if lanes * part.blocks(depth, word_bits) <= part.block_memories and flip_flops <= part.luts
    )
    return next(iter(fitting), "none of " + ", ".join(part.title for part in PARTS.values()))
