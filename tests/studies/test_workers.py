"""Whoever does the jobs, in whatever order, killed or not: the results are the same, and none is done twice."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from programs import stripes
from spikeloom.errors import StudyError
from spikeloom.studies import workers
from spikeloom.studies.keep import PIECES_FOLDER
from spikeloom.studies.study import Study, run

DRAWS = 6


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Study:
    """A recipe trained by two seeds, its networks in ensembles of two sizes, whole and broken."""
    folder = tmp_path_factory.mktemp("study")
    data = stripes(60)
    images, labels = data.images[..., 0], data.labels
    np.savez(folder / "x.npz", x_train=images, y_train=labels, x_test=images[:20], y_test=labels[:20])
    (folder / "x.toml").write_text(
        f'name = "x"\n[data]\npath = "{folder / "x.npz"}"\nvalidation = 0.2\n[[layers]]\nwindow = 4\nstride = 4\n'
        "[[layers]]\nwindow = 2\nfeatures = 64\n[train]\nepochs = 2\nbatch = 10\n"
    )
    return Study(
        name="x", recipes=(str(folder / "x.toml"),), seeds=(0, 1), members=(1, 3), draws=DRAWS,
        faults={"dead cores": (0.25,)},
    )  # fmt: skip


@pytest.fixture(scope="module")
def alone(study, tmp_path_factory):
    """What one process finds."""
    folder = tmp_path_factory.mktemp("alone")
    return folder, run(study, folder, lambda *_: None)


def pieces(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / PIECES_FOLDER).glob("*.safetensors")}


def decided(found):
    return [(line.model, line.way, line.measurement) for line in found.lines]


def test_two_processes_find_the_same_bit_for_bit(study, alone, tmp_path):
    folder, expected = alone
    found = run(study, tmp_path, lambda *_: None, workers=2)
    assert decided(found) == decided(expected)
    votes = {name for name, content in pieces(folder).items() if b'"votes of a job' in content.replace(b"\\", b"")}
    assert len(votes) == 2 * (3 + 2) * DRAWS  # networks; members of whole ones, sizes of broken ones; draws
    # a network carries where it was trained, which is the same machine and one thread
    assert pieces(tmp_path) == pieces(folder)


def test_what_is_done_is_not_done_again_and_what_is_damaged_is(study, alone, tmp_path, monkeypatch, caplog):
    folder, expected = alone
    heard = []
    found = run(study, folder, lambda *told: heard.append(told))
    assert (decided(found), heard) == (decided(expected), [])
    damaged = sorted((folder / PIECES_FOLDER).glob("*"))[:2]
    for place in damaged:
        place.write_bytes(place.read_bytes()[:-9])
    with caplog.at_level(logging.WARNING):
        assert decided(run(study, folder, lambda *told: heard.append(told))) == decided(expected)
    assert len(heard) == caplog.text.count("it is done again") == 2
    one, other = sorted((folder / PIECES_FOLDER).glob("*"))[-2:]
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())  # another job's result under this one's name
    assert decided(run(study, folder, lambda *_: None)) == decided(expected)
    assert one.read_bytes() == content


CODE = """
import signal, sys
from pathlib import Path
from spikeloom.cli import _stop
from spikeloom.studies.study import Study, run
if __name__ == "__main__":
    study = Study.model_validate_json(Path(sys.argv[1]).read_text())
    signal.signal(signal.SIGTERM, _stop)
    hear = lambda what, n, total: print(what, n, flush=True)
    run(study, Path(sys.argv[2]), hear, workers=int(sys.argv[3]), dask=(sys.argv[4:] or [None])[0])
"""


def started(study: Study, folder: Path, out: Path, workers: int = 2, *dask: str) -> subprocess.Popen[str]:
    (folder / "study.json").write_text(study.model_dump_json())
    (folder / "code.py").write_text(CODE)
    command = [sys.executable, str(folder / "code.py"), str(folder / "study.json"), str(out), str(workers), *dask]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(process: subprocess.Popen[str], what: str) -> None:
    line = ""
    while not line.startswith(what):
        line = process.stdout.readline()
        assert line, process.stderr.read()


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """Give the processes that do jobs for another."""
    told = subprocess.run(["pgrep", "-P", str(process.pid), "-f", "popen_loky"], capture_output=True, text=True)
    return [int(word) for word in told.stdout.split()]


def test_processes_that_are_killed_cost_only_what_they_were_at(study, alone, tmp_path):
    folder, _ = alone
    process = started(study, tmp_path, tmp_path / "out")
    for _ in range(2):
        wait_for(process, "measuring")
        worker, *_ = workers_of(process)
        os.kill(worker, signal.SIGKILL)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert pieces(tmp_path / "out") == pieces(folder)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_study_that_is_killed_goes_on_where_it_was(study, alone, tmp_path, number):
    folder, expected = alone
    process = started(study, tmp_path, tmp_path / "out")
    wait_for(process, "measuring")
    process.send_signal(number)
    assert process.wait(60) != 0
    process.communicate(timeout=20)  # its workers hold the other end until they find that nobody asks them any more
    kept = pieces(tmp_path / "out")
    assert 0 < len(kept) < len(pieces(folder))
    assert kept.items() <= pieces(folder).items()
    assert decided(run(study, tmp_path / "out", lambda *_: None)) == decided(expected)


def test_workers_of_a_cluster_may_be_killed_too(study, alone, tmp_path):
    distributed = pytest.importorskip("distributed")
    folder, _ = alone
    quiet = {"dashboard_address": None, "silence_logs": logging.CRITICAL}
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, **quiet) as cluster:
        process = started(study, tmp_path, tmp_path / "out", 0, cluster.scheduler_address)
        for number in range(2):
            wait_for(process, "measuring")
            os.kill(list(cluster.workers.values())[number].pid, signal.SIGKILL)
        _, said = process.communicate(timeout=180)
    assert process.returncode == 0, said
    assert pieces(tmp_path / "out") == pieces(folder)


def test_a_scheduler_that_is_not_there_is_told(study, tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "_WAIT_SECONDS", 0.5)
    with pytest.raises(StudyError, match="--dask tcp://127.0.0.1:9: no scheduler answers there"):
        run(study, tmp_path, lambda *_: None, dask="tcp://127.0.0.1:9")
