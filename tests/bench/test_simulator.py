"""The bench on small works: every row is there and compared with what is there to compare."""

import numpy as np
import pytest

from programs import stripes, tiny_network
from spikeloom.bench.limit import bytes_per_second, popcount_core_ticks_per_second
from spikeloom.bench.simulator import Setting, bench_rows, bytes_of_tick
from spikeloom.bench.workloads import recurrent_chip
from spikeloom.chip.trains import silence
from spikeloom.simulation import backend_named, run


def test_a_recurrent_chip_is_as_active_as_asked_for():
    for activity in (0.01, 0.1, 0.5):
        program = recurrent_chip(16, activity)
        simulation = backend_named("fast").start(program)
        simulation.advance(silence(0, 100))
        record = simulation.advance(silence(0, 100))
        assert record.spikes.sum() / (100 * 16 * 256) == pytest.approx(activity, rel=0.05)
        half = record.spikes.sum() * 128  # every spike meets a row of which half is on
        assert record.events.sum() == pytest.approx(half, rel=0.05)


def test_both_back_ends_run_the_recurrent_chip_alike():
    program, inputs = recurrent_chip(4, 0.1), np.zeros((30, 0), bool)
    fast, reference = (run(program, inputs, range(4), backend=backend) for backend in ("fast", "reference"))
    assert np.array_equal(fast.rasters, reference.rasters)
    assert np.array_equal(fast.potentials, reference.potentials)


def test_a_tick_touches_the_bytes_worked_out_by_hand():
    # 20 planes of 32 bytes read and written, a quarter of 256 rows of 32 bytes and targets of 6, 64 bytes of arrivals
    assert bytes_of_tick(1, 0.25) == 1280 + 64 * 38 + 64


def test_limits_are_rates():
    assert popcount_core_ticks_per_second(4, 1, rounds=1) > 1e5
    assert bytes_per_second(2**20, 1, rounds=1) > 1e8


def test_the_bench_compares_every_work_with_all_that_is_installed():
    setting = Setting(tiny_network(), stripes(60), threads=2, members=2, cores=32)
    said = []
    rows = list(bench_rows(setting, said.append))
    assert all(row.rate > 0 for row in rows)
    streaming = [row for row in rows if row.work.startswith("streaming: 10 cores, 60 images")][-1]
    general = [row for row in rows if row.work.startswith("general") and row.what == "fast, 2 threads"]
    assert {"real_time", "one_thread", "reference", "torch", "limit"} <= set(streaming.ratio_to)
    assert [set(row.ratio_to) >= {"real_time", "one_thread", "reference", "limit"} for row in general] == [True] * 3
    assert "streaming" in said
