"""What the machine lends is told from affinity, quota, neighbours and memory; what is too large is refused at once."""

import os

import pytest

from spikeloom import machine
from spikeloom.errors import SizeError


@pytest.fixture
def group(tmp_path, monkeypatch):
    """A control group whose settings tests write, on a machine with eight processors."""
    monkeypatch.setattr(machine, "_CGROUP", tmp_path)
    (tmp_path / "own").write_text("0::/\n")
    monkeypatch.setattr(machine, "_OWN_GROUPS", tmp_path / "own")
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
    # a thread more than that only waits; what is asked for outdoes the wish, but not what is allowed
    assert machine.threads_for(10**9) == (8 if wished else expected)


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        ("0::/a/b", {"a/b/cpu.max": "max 100000", "a/cpu.max": "300000 100000", "cpu.max": "700000 100000"}, 3),
        ("4:cpu,cpuacct:/a", {"cpu/a/cpu.cfs_quota_us": "200000", "cpu/a/cpu.cfs_period_us": "100000"}, 2),
        ("4:cpu,cpuacct:/a", {"cpu/a/cpu.cfs_quota_us": "-1", "cpu/a/cpu.cfs_period_us": "100000"}, 8),
    ],
)
def test_quotas_of_groups_around_our_own_count_in_both_versions(group, own, files, expected):
    (group / "own").write_text(f"{own}\n")
    for name, text in files.items():
        (group / name).parent.mkdir(parents=True, exist_ok=True)
        (group / name).write_text(f"{text}\n")
    assert machine.processors() == expected


def test_free_processors_are_looked_at_for_a_while(group, monkeypatch):
    times = iter([(0.0, 0.0, 0.0), (0.5, 1.5, 0.0)])
    monkeypatch.setattr(machine, "_now", lambda: next(times))
    monkeypatch.setattr(machine.time, "sleep", lambda seconds: None)
    assert machine.free_processors() == 5


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
    with pytest.raises(SizeError, match="take about 0.8 MiB; 0.7 MiB may be taken here; at most 10 pieces fit"):
        machine.check_memory("work", 11, "pieces", 75_000)


def test_endless_numbers_of_anything_are_refused_too():
    with pytest.raises(SizeError, match="take about more than any machine has"):
        machine.check_memory("simulation", 10**400, "draws", 8)
