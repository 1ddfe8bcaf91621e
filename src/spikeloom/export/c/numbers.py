"""Arrays of constants in C: packed into as few bits as their numbers need, or of the smallest type that holds them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

_ROW_CHARACTERS = 116
_SUFFIXES = {"u4": "u", "u8": "ull"}  # C99 takes a constant that is not marked as signed
_PAD = 3  # bytes behind packed numbers, so that four bytes can be read from the place of any


@dataclass(frozen=True)
class Column:
    """One number a neuron, or several: a constant, packed bits above a lowest value, or an array as it is.

    values : the numbers, None of a constant
    low : least of them
    bits : that hold what each is above the least; 0 of a constant
    packed : whether they are bits, one number after another
    """

    name: str
    values: np.ndarray | None
    low: int
    bits: int
    packed: bool

    @property
    def kind(self) -> str:
        """The type of its array in C."""
        return "uint8_t" if self.packed or self.values is None else c_type(self.values)

    @property
    def n_bytes(self) -> int:
        """Bytes of its array."""
        if self.values is None:
            return 0
        return len(self.numbers) * (1 if self.packed else self.values.itemsize)

    @property
    def numbers(self) -> np.ndarray:
        """What its array holds."""
        assert self.values is not None
        return packed_bits(self.values - self.low, self.bits) if self.packed else self.values


def column(name: str, values: np.ndarray, packed: bool) -> Column:
    """Give numbers as a column; those that are all the same take no array."""
    values = np.asarray(values, np.int64).ravel()
    low, high = int(values.min(initial=0)), int(values.max(initial=0))
    if len(values):
        low, high = int(values.min()), int(values.max())
    if low == high:
        return Column(name, None, low, 0, packed)
    if packed:
        return Column(name, values, low, (high - low).bit_length(), True)
    return Column(name, smallest(values), 0, 0, False)


def packed_bits(numbers: np.ndarray, bits: int) -> np.ndarray:
    """Pack numbers of so many bits one after another, lowest bit first, (n_bytes,) uint8."""
    each = (numbers[:, None] >> np.arange(bits)) & 1
    return np.append(np.packbits(each.astype(np.uint8).ravel(), bitorder="little"), np.zeros(_PAD, np.uint8))


def packed_words(rows: np.ndarray, word_bits: int) -> np.ndarray:
    """Pack (n, n_positions) bool into whole words a row, lowest bit first, (n * n_words,) of the word's type."""
    n_words = -(-rows.shape[1] // word_bits)
    padded = np.zeros((len(rows), n_words * word_bits), bool)
    padded[:, : rows.shape[1]] = rows
    packed = np.packbits(padded, axis=1, bitorder="little")
    return packed.view(f"<u{word_bits // 8}").ravel().astype(f"u{word_bits // 8}")


def smallest(numbers: np.ndarray) -> np.ndarray:
    """Give whole numbers in the smallest type that holds them all."""
    low, high = int(numbers.min(initial=0)), int(numbers.max(initial=0))
    kinds = ("u1", "u2", "u4") if low >= 0 else ("i1", "i2", "i4")
    for kind in kinds:
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return numbers.astype(kind)
    raise AssertionError(f"{low} .. {high} is beyond 32 bits")


def c_type(numbers: np.ndarray) -> str:
    """Give the C type of an array."""
    return f"{'u' if numbers.dtype.kind == 'u' else ''}int{8 * numbers.itemsize}_t"


def initialiser(numbers: np.ndarray) -> str:
    """Give numbers as the inside of an initialiser, in lines that an editor can show."""
    words = [f"{number}{_SUFFIXES.get(numbers.dtype.str[1:], '')}" for number in numbers.ravel().tolist()]
    return "\n".join(_lines(words)) if words else "    0"


def _lines(words: Sequence[str]) -> Iterable[str]:
    line = "   "
    for word in words:
        if len(line) + len(word) + 2 > _ROW_CHARACTERS:
            yield line
            line = "   "
        line += f" {word},"
    yield line
