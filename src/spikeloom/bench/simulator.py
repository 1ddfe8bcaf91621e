"""The rows of ``spikeloom bench``: the fast back end beside everything that could do the same work.

Rates are compared by core-tick: one core through one tick. Every row is measured in the same run on the same machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import numpy as np

from spikeloom.bench.limit import adder_ticks_per_second, bytes_per_second, popcount_core_ticks_per_second
from spikeloom.bench.peers import products_rate, ranc_rate, sana_fe_rate
from spikeloom.bench.workloads import recurrent_chip
from spikeloom.chip.limits import CORES_PER_CHIP, N_NEURONS, TICK_SECONDS
from spikeloom.chip.program import ChipProgram
from spikeloom.chip.trains import SpikeTrains, silence, unpack
from spikeloom.data.datasets import Dataset
from spikeloom.deployment.deploy import BYTES_PER_CORE, deploy
from spikeloom.machine import check_memory
from spikeloom.measure.votes import count_votes
from spikeloom.network.learned import LearnedNetwork
from spikeloom.optional import installed
from spikeloom.simulation import Simulation, backend_named, run

REAL_TIME = 1 / TICK_SECONDS
ACTIVITIES = (0.01, 0.1, 0.5)

_PROBE_IMAGES, _PRODUCT_IMAGES = 100, 1000  # for simulators that are too slow for more
_PRODUCT_MEMBERS = 2
_REFERENCE_TICKS, _REFERENCE_CORES = 20, 32
_ROUNDS, _GENERAL_TICKS = 4, 200
_LINE_PARTS, _LINE_TICKS = (16, 4, 1), (100, 400)
_BYTES_BEYOND_CACHES = 2**28

Note = Callable[[str], None]
"""Hears what is measured next."""


@dataclass(frozen=True)
class Row:
    """One figure: what was done, how fast, and that rate over others of the same run."""

    work: str
    what: str
    rate: float
    unit: str
    ratio_to: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Setting:
    """What is measured and with what: a network whose members stream, images, threads, and RANC's binary."""

    network: LearnedNetwork
    test_set: Dataset
    threads: int
    ranc: Path | None = None
    members: int = 64
    cores: int = CORES_PER_CHIP


def bench_rows(setting: Setting, note: Note) -> Iterator[Row]:
    """Give every row as soon as it is measured; SizeError where the general work has more cores than fit."""
    check_memory("bench", setting.cores, "cores", BYTES_PER_CORE)
    others = _other_simulators(setting, note)
    yield from (
        Row(_one_member(setting), name, rate, "core-ticks/s") for name, rate in others.items() if name != "limit"
    )
    yield from _streaming_rows(setting, others, note)
    yield from _general_rows(setting, others, note)
    yield from _line_rows(setting, note)


def _other_simulators(setting: Setting, note: Note) -> dict[str, float]:
    """Give the core-ticks a second of everything else on one member, and of the machine's popcounts."""
    program = deploy(setting.network)
    inputs = _input_spikes(program, setting.test_set.values[:_PROBE_IMAGES])
    note("reference")
    rates = {"reference": _reference_rate(program, inputs)}
    if installed("torch"):
        note("matrix products in torch")
        pair = deploy(setting.network, _PRODUCT_MEMBERS)
        many = _input_spikes(pair, setting.test_set.values[:_PRODUCT_IMAGES])
        rates["torch"] = products_rate(pair, many, setting.threads)
    if installed("sanafe"):
        note("SANA-FE")
        rates["sana-fe"] = sana_fe_rate(program, inputs)
    if setting.ranc is not None:
        note("RANC")
        rates["ranc"] = ranc_rate(setting.ranc, program, inputs)
    note("popcounts alone")
    n_cores = setting.network.n_cores * setting.members
    rates["limit"] = popcount_core_ticks_per_second(n_cores, setting.threads)
    return rates


def _streaming_rows(setting: Setting, others: dict[str, float], note: Note) -> Iterator[Row]:
    """Time images to votes: encoding, simulation and counting of votes."""
    note("streaming")
    program = deploy(setting.network, setting.members)
    values = setting.test_set.values
    work = f"streaming: {program.n_cores:,} cores, {len(values):,} images, spikes drawn and votes counted"
    count_votes(program, values[:1000], threads=setting.threads)  # compiled and warm
    by_threads = _best_rates(setting.threads, lambda threads: _images_rate(program, values, threads))
    yield from _rows(work, "images/s", program.n_cores, by_threads, others)
    work = f"streaming: {program.n_cores:,} cores, spikes in and out as they are packed"
    inputs = _packed_inputs(program, values[: backend_named("fast").start(program).ticks_at_once])
    by_threads = _best_rates(setting.threads, lambda threads: _stream_rate(program, inputs, threads))
    yield from _rows(work, "images/s", program.n_cores, by_threads, others)
    yield Row(work, "popcounts alone, as a limit", others["limit"] / program.n_cores, "images/s")


def _general_rows(setting: Setting, others: dict[str, float], note: Note) -> Iterator[Row]:
    """Time a chip of recurrent cores at several activities."""
    note("memory alone")
    bandwidth = bytes_per_second(_BYTES_BEYOND_CACHES, setting.threads)
    for activity in ACTIVITIES:
        note(f"general, {activity:.0%} of the axons active")
        program = recurrent_chip(setting.cores, activity)
        work = f"general: {setting.cores:,} recurrent cores, {activity:.0%} of the axons active"
        reference = _reference_rate(recurrent_chip(_REFERENCE_CORES, activity), np.zeros((_REFERENCE_TICKS, 0), bool))
        limit = bandwidth / bytes_of_tick(setting.cores, activity)
        known: dict[str, float] = {name: others[name] for name in ("sana-fe", "ranc") if name in others}
        known |= {"reference": reference, "limit": limit * setting.cores}
        by_threads = _best_rates(setting.threads, _tick_rates(program, _GENERAL_TICKS))
        yield from _rows(work, "ticks/s", setting.cores, by_threads, known)
        yield Row(work, "its bytes read once, as a limit", limit, "ticks/s")
        adders = adder_ticks_per_second(setting.cores, activity, setting.threads)
        yield Row(work, "its rows counted alone, as a limit", adders, "ticks/s")


def _line_rows(setting: Setting, note: Note) -> Iterator[Row]:
    """Show that the cost is linear in cores and in ticks."""
    note("cores and ticks in a line")
    for part in _LINE_PARTS:
        cores = max(setting.cores // part, 1)
        program = recurrent_chip(cores, 0.1)
        for ticks in _LINE_TICKS:
            rate = _best_rates(setting.threads, _tick_rates(program, ticks))[setting.threads]
            yield Row(f"line: {cores:,} cores, {ticks} ticks", "general", rate * cores, "core-ticks/s")


def bytes_of_tick(n_cores: int, activity: float) -> float:
    """Give the bytes that a tick of the general work must touch.

    Of a core: potentials of 20 bits read and written; an axon's row of the crossbar where it is active; the target of a
    neuron, 4 bytes and 2 of its hops and crossings, where it spikes; and 32 bytes of spikes on their way.
    """
    row = N_NEURONS / 8
    return n_cores * (2 * 20 * row + activity * N_NEURONS * (row + 6) + 2 * row)


def _one_member(setting: Setting) -> str:
    return f"one member: {setting.network.n_cores} cores, {_PROBE_IMAGES} images"


def _best_rates(threads: int, rate: Callable[[int], float]) -> dict[int, float]:
    """Give the best rate with one thread and with all, measured in turn, so that a drift meets both alike."""
    counts = sorted({1, threads})
    rounds = [[rate(count) for count in counts] for _ in range(_ROUNDS)]
    return {count: max(found) for count, found in zip(counts, zip(*rounds, strict=True), strict=True)}


def _rows(work: str, unit: str, n_cores: int, by_threads: dict[int, float], others: dict[str, float]) -> Iterator[Row]:
    """Give rates over the chip's and over one thread's and, with all threads, over the core-ticks of others."""
    for threads, rate in by_threads.items():
        ratios = {"real_time": rate / REAL_TIME, "one_thread": rate / by_threads[1]}
        if threads == max(by_threads):
            ratios |= {name: rate * n_cores / other for name, other in others.items()}
        yield Row(work, "fast, 1 thread" if threads == 1 else f"fast, {threads} threads", rate, unit, ratios)


def _stream_rate(program: ChipProgram, inputs: SpikeTrains, threads: int) -> float:
    simulation = backend_named("fast").start(program, threads=threads)
    simulation.advance(inputs)  # its memory is there now
    started = perf_counter()
    simulation.advance(inputs)
    return inputs.n_ticks / (perf_counter() - started)


def _images_rate(program: ChipProgram, values: np.ndarray, threads: int) -> float:
    started = perf_counter()
    count_votes(program, values, threads=threads)
    return len(values) / (perf_counter() - started)


def _tick_rates(program: ChipProgram, n_ticks: int) -> Callable[[int], float]:
    """Give the function that times so many ticks of the general work with some threads."""
    simulations: dict[int, Simulation] = {}

    def rate(threads: int) -> float:
        if threads not in simulations:
            simulations[threads] = backend_named("fast").start(program, threads=threads)
            simulations[threads].advance(silence(0, 20))  # compiled and warm
        started = perf_counter()
        simulations[threads].advance(silence(0, n_ticks))
        return n_ticks / (perf_counter() - started)

    return rate


def _reference_rate(program: ChipProgram, inputs: np.ndarray) -> float:
    started = perf_counter()
    run(program, inputs, backend="reference")
    return program.n_cores * len(inputs) / (perf_counter() - started)


def _input_spikes(program: ChipProgram, values: np.ndarray) -> np.ndarray:
    return unpack(_packed_inputs(program, values))


def _packed_inputs(program: ChipProgram, values: np.ndarray) -> SpikeTrains:
    assert program.interface is not None
    return backend_named("fast").encode(program.interface, program.inputs, values, np.arange(len(values)), 0)
