"""FPGAs that open tools place: how many block memories they have, and how many a memory takes.

Sources: Lattice FPGA-DS-02012 (ECP5) and FPGA-DS-02008 (iCE40 UltraPlus).
"""

from __future__ import annotations

from dataclasses import dataclass

from spikeloom.errors import ExportError

_ECP5_SHAPES = ((512, 36), (1024, 18), (2048, 9), (4096, 4), (8192, 2), (16384, 1))
_ICE40_SHAPES = ((256, 16), (512, 8), (1024, 4), (2048, 2))


@dataclass(frozen=True)
class Need:
    """What an engine needs at the least: a memory of so many rows and bits for every lane, and registers."""

    lanes: int
    depth: int
    word_bits: int
    flip_flops: int


@dataclass(frozen=True)
class Part:
    """An FPGA: its block memories, the rows and bits that one can be, and its cells, each a table and a flip-flop."""

    name: str
    title: str
    block_memories: int
    shapes: tuple[tuple[int, int], ...]
    cells: int

    def blocks(self, need: Need) -> int:
        """Give about how many block memories an engine takes, in the shape that needs fewest; tools find others."""
        return need.lanes * min(-(-need.depth // rows) * -(-need.word_bits // bits) for rows, bits in self.shapes)

    def holds(self, need: Need) -> bool:
        """Whether it has the memories and registers; whether it has the look-up tables, too, is told by placing."""
        return self.blocks(need) <= self.block_memories and need.flip_flops <= self.cells


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


def check_part(need: Need, name: str) -> None:
    """Refuse a part that cannot hold an engine; ExportError with the numbers, and the smallest part that can."""
    part = PARTS[name]
    if part.holds(need):
        return
    held = next((other.title for other in PARTS.values() if other.holds(need)), "none that is known")
    raise ExportError(
        f"part {part.title}: {part.blocks(need)} block memories or so and {need.flip_flops:,} flip-flops are "
        f"needed, it has {part.block_memories} and {part.cells:,}; the smallest that holds them: {held}"
    )
