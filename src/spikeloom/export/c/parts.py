"""A program's tables as C lays them out in memory: what each array holds, and which form is the smallest or fastest."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np

from spikeloom.chip.limits import N_AXON_TYPES
from spikeloom.chip.neuron import Neurons
from spikeloom.chip.paths import memoryless_neurons
from spikeloom.export.c.numbers import Column, column, packed_words
from spikeloom.export.tables.layout import OUTPUTS, CoreTable, Tables
from spikeloom.value import Value

SKIP, JUMP = 254, 255
"""Bytes of the stream of taps: go on by so many lines, or to the position and line of the next four bytes."""

_WORDS_OF_SIZE = (32, 16, 8)  # the widest first, which is the fastest of those that take as little room
_WORD_OF_SPEED = 64
_LIST_MAX = 255  # synapses of one type that a list can count


@dataclass(frozen=True, eq=False, repr=False)
class Runs(Value):
    """Targets of all neurons: runs of neighbours, within which a neuron feeds the last one's target or the next.

    per_core : (n_cores,) int
        Runs of each core.
    firsts, neurons, delays : (n_runs,) int
        First target, over the axons of all cores and behind them the output lines; how many neurons; their delay.
    steps : (n_neurons,) bool
        Whether a neuron's target is the one after the last neuron's.
    """

    per_core: np.ndarray
    firsts: np.ndarray
    neurons: np.ndarray
    delays: np.ndarray
    steps: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class Parts(Value):
    """Everything that stands in the arrays.

    word_bits : int
        Of the words that axons and dense rows lie in.
    n_words : int
        Of all axons.
    listed : (n_cores,) bool
        Whose synapses are lists of positions, since few are on.
    rows : words of the dense rows, neuron after neuron
    lists : bytes of the lists: for each type a count and so many positions
    columns : by name, numbers of every neuron
    stateful, draws, stochastic_synapses : bool
        Whether potentials are kept, anything is drawn, synapses are.
    """

    word_bits: int
    n_words: int
    listed: np.ndarray
    rows: np.ndarray
    lists: np.ndarray
    runs: Runs
    columns: dict[str, Column]
    stateful: bool
    draws: bool
    stochastic_synapses: bool


def parts_of(tables: Tables, for_size: bool) -> Parts:
    """Choose the forms of a program's tables, by their size or for speed."""
    options = [_parts(tables, bits, for_size) for bits in (_WORDS_OF_SIZE if for_size else (_WORD_OF_SPEED,))]
    return min(options, key=lambda parts: parts.rows.nbytes + parts.lists.nbytes)


def _parts(tables: Tables, word_bits: int, for_size: bool) -> Parts:
    cores = tables.cores
    words = [-(-len(core.axons) // word_bits) for core in cores]
    listed = np.array(
        [_is_listed(core, n_words * word_bits // 8, for_size) for core, n_words in zip(cores, words, strict=True)], bool
    )
    dense = [packed_words(core.synapses, word_bits) for core, by_list in zip(cores, listed, strict=True) if not by_list]
    lists = [_lists(core) for core, by_list in zip(cores, listed, strict=True) if by_list]
    stateful, draws = _keeps(tables)
    starts = np.cumsum([0, *words]) * word_bits
    return Parts(
        word_bits=word_bits,
        n_words=sum(words),
        listed=listed,
        rows=_joined(dense, np.uint8),
        lists=_joined(lists, np.uint8).astype(np.uint8),
        runs=_runs(tables, starts),
        columns=_columns(tables, stateful, draws, packed=for_size),
        stateful=stateful,
        draws=draws,
        stochastic_synapses=any(core.parameters.stochastic_synapse.any() for core in cores),
    )


def _is_listed(core: CoreTable, row_bytes: int, for_size: bool) -> bool:
    """Choose lists where they take less room than rows or, for speed, less than a step for every two words."""
    by_type = _counts(core)
    if by_type.max(initial=0) > _LIST_MAX:
        return False
    if for_size:
        return int(core.synapses.sum()) + by_type.size < row_bytes * len(core.neurons)
    return 2 * int(core.synapses.sum()) < row_bytes * 8 // _WORD_OF_SPEED * len(core.neurons)


def _counts(core: CoreTable) -> np.ndarray:
    """Give how many synapses each neuron has on axons of each type, (n, n_axon_types)."""
    starts = core.type_starts
    return np.stack([core.synapses[:, a:b].sum(1) for a, b in pairwise(starts)], 1)


def _lists(core: CoreTable) -> np.ndarray:
    counts = _counts(core)
    parts: list[np.ndarray] = []
    for neuron, synapses in enumerate(core.synapses):
        positions = np.flatnonzero(synapses)
        ends = counts[neuron].cumsum()
        for axon_type in range(N_AXON_TYPES):
            of_type = positions[ends[axon_type] - counts[neuron, axon_type] : ends[axon_type]]
            parts += [counts[neuron, axon_type, None], of_type]
    return np.concatenate(parts)


def _keeps(tables: Tables) -> tuple[bool, bool]:
    """Tell whether any live neuron keeps a potential or is drawn, and whether anything is drawn."""
    program = tables.program
    memoryless = memoryless_neurons(program)
    stateful = any(not memoryless[core.number, core.neurons].all() for core in tables.cores)
    draws = any(
        core.parameters.stochastic_synapse.any()
        or core.parameters.stochastic_leak.any()
        or core.parameters.mask_bits.any()
        for core in tables.cores
    )
    return stateful, draws


def _columns(tables: Tables, stateful: bool, draws: bool, packed: bool) -> dict[str, Column]:
    names = [part.name for part in fields(Neurons)] if stateful else ["strengths", "leak"]
    unused = {"stochastic_synapse", "stochastic_leak", "leak_reversal", "mask_bits"}
    columns = {}
    for name in names:
        joined = _joined([getattr(core.parameters, name) for core in tables.cores], np.int64)
        if name in unused and not joined.any():
            continue
        columns[name] = column({"strengths": "strength"}.get(name, name), joined, packed)
    if stateful:
        columns["start_potential"] = column(
            "start_potential", _joined([core.potentials for core in tables.cores], np.int64), packed
        )
    return columns


def _runs(tables: Tables, starts: np.ndarray) -> Runs:
    per_core, firsts, lengths, delays, steps = [], [], [], [], []
    for core in tables.cores:
        target = np.where(core.targets == OUTPUTS, starts[-1], starts[core.targets]) + core.positions
        by = np.diff(target)
        # a run ends where the target leaps, or another core's or delay's begins
        leaps = (by < 0) | (by > 1) | (np.diff(core.targets) != 0) | (np.diff(core.delays) != 0)
        begins = np.append(0, np.flatnonzero(leaps) + 1)
        per_core.append(len(begins))
        firsts.append(target[begins])
        lengths.append(np.diff(np.append(begins, len(target))))
        delays.append(core.delays[begins])
        steps.append(np.append(False, by == 1))
    return Runs(
        np.array(per_core, np.int64),
        _joined(firsts, np.int64),
        _joined(lengths, np.int64),
        _joined(delays, np.int64),
        _joined(steps, np.bool_),
    )


def _joined(parts: list[np.ndarray], kind: type) -> np.ndarray:
    return np.concatenate(parts) if parts else np.zeros(0, kind)


def tap_stream(taps: np.ndarray) -> np.ndarray:
    """Give a core's taps as bytes: the next position and some lines further, or a leap to both."""
    stream: list[int] = []
    position = line = 0
    for next_position, next_line in taps.tolist():
        leap = next_line - line
        skips, rest = divmod(leap, SKIP)
        # a leap to a line further back, to no neighbour, or too far for skips to be shorter
        if next_position != position + 1 or leap < 0 or skips > 3:
            stream += [JUMP, next_position, *next_line.to_bytes(3, "little")]
        else:
            stream += [SKIP] * skips + [rest]
        position, line = next_position, next_line
    return np.array(stream, np.uint8)


def shape_of(core: CoreTable, word_bits: int) -> tuple[tuple[int, ...], ...]:
    """Give the words in which each type's axons lie."""
    starts = core.type_starts
    return tuple(
        tuple(at for at in range(int(a) // word_bits, -(-int(b) // word_bits)) if b > a or at * word_bits < b)
        for a, b in pairwise(starts)
    )
