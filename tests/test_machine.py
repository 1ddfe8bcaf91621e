"""What the machine lends is told from affinity, quota, neighbours and memory; what is too large is refused at once."""

import os

import pytest

from spikeloom import machine
from spikeloom.errors import SizeError


@pytest.fixture
def group(tmp_path, monkeypatch):
    """A control group whose settings tests write, on a machine with eight processors."""
    monkeypatch.setattr(machine, "_CGROUP", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("quota", "wished", "expected"),
    [(None, None, 8), ("max 100000", None, 8), ("150000 100000", None, 2), ("50000 100000", None, 1), (None, "3", 3)],
)
def test_processors_are_those_of_affinity_quota_and_wish(group, monkeypatch, quota, wished, expected):
    if quota:
        (group / "cpu.max").write_text(f"{quota}\n")
    if wished:
        monkeypatch.setenv("OMP_NUM_THREADS", wished)
    assert machine.processors() == expected
    assert machine.threads_for(0) == expected
    assert machine.threads_for(1) == 1
    assert machine.threads_for(10**9) == expected


@pytest.mark.parametrize(("busy", "own", "free"), [(8.0, 8.0, 8), (3.1, 0.0, 5), (11.0, 8.0, 5), (20.0, 0.0, 1)])
def test_what_other_programs_do_is_not_free(group, monkeypatch, busy, own, free):
    times = iter([(0.0, 0.0, 0.0), (1.0, busy, own), (1.01, busy + 8, own)])
    monkeypatch.setattr(machine, "_now", lambda: next(times))
    neighbours = machine.Neighbours()
    assert neighbours.free() == free
    assert neighbours.free() == free  # in a hundredth of a second nothing can be told, so what was seen stays


def test_busy_time_is_that_of_our_processors_alone(tmp_path, monkeypatch):
    stat = tmp_path / "stat"
    monkeypatch.setattr(machine, "_STAT", stat)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {1}, raising=False)
    stat.write_text("cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 500 0 0 1 1 1 1 0 0 0\ncpu1 100 20 3 4 5 6 7 50 0 0\n")
    assert machine._busy_seconds() == (100 + 20 + 3 + 50) / os.sysconf("SC_CLK_TCK")
    stat.unlink()
    assert machine._busy_seconds() == 0  # a system that does not tell


def test_memory_is_within_the_limit_of_the_control_group(group):
    (group / "memory.max").write_text("1000000\n")
    assert machine.memory_bytes() == 750_000
    machine.check_memory("work", 10, "pieces", 75_000)
    with pytest.raises(SizeError, match="work: 11 pieces take about .*; at most 10 pieces fit"):
        machine.check_memory("work", 11, "pieces", 75_000)
