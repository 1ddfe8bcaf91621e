"""A run folder belongs to one training at a time, and to none once it was deleted."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys

import pytest

from programs import stripes
from spikeloom.errors import ArtefactError, TrainingError
from spikeloom.training.files import LEARNED_FILE, LOCK_FILE
from spikeloom.training.fit import train
from spikeloom.training.hold import held
from spikeloom.training.recipe_files import check_recipe
from spikeloom.training.reporter import Silent


def recipe(epochs: int = 3):
    layers = [{"window": 4, "stride": 4}, {"window": 2, "features": 64}]
    data = {"path": "unused", "validation": 0.2}
    settings = {"epochs": epochs, "batch": 20}
    return check_recipe({"name": "stripes", "data": data, "layers": layers, "train": settings}, "of the test")


def test_a_second_training_in_a_folder_is_refused_and_the_first_goes_on(tmp_path):
    class Second(Silent):
        def epoch(self, metrics):
            with pytest.raises(TrainingError, match=r"run: is in use by process \d+; wait until"):
                train(recipe(), stripes(), tmp_path / "run", reporter=Silent())

    assert len(train(recipe(), stripes(), tmp_path / "run", reporter=Second()).training["log"]) == 3
    assert not (tmp_path / "run" / LOCK_FILE).exists()


def test_another_process_is_told_apart_and_a_killed_one_holds_nothing(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from spikeloom.training.hold import held\n"
        "with held(Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(TrainingError, match=f"by process {process.pid}"), held(tmp_path):
            pass
        process.kill()
    with held(tmp_path):
        assert (tmp_path / LOCK_FILE).exists()
    assert list(tmp_path.iterdir()) == []


def test_a_holder_that_has_not_yet_written_its_number_is_told_without_it(tmp_path):
    with (tmp_path / LOCK_FILE).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # as between the lock and the number
        with pytest.raises(TrainingError, match="is in use; wait until that is done"), held(tmp_path):
            pass


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_a_folder_deleted_under_a_training_is_not_made_again(tmp_path, epoch):
    class Deletes(Silent):
        def epoch(self, metrics):
            if metrics["epoch"] == epoch:
                shutil.rmtree(tmp_path / "run")

    with pytest.raises(TrainingError, match="run: was deleted or moved under its training"):
        train(recipe(), stripes(), tmp_path / "run", reporter=Deletes())
    assert list(tmp_path.iterdir()) == []


def test_what_has_the_locks_name_and_is_none_is_refused_and_stays(tmp_path):
    (tmp_path / "thesis").write_text("mine")
    lock = tmp_path / LOCK_FILE
    for make in (
        lambda: lock.write_text("my own"),
        lambda: lock.symlink_to(tmp_path / "thesis"),
        lock.mkdir,
        lambda: os.mkfifo(lock),
    ):
        make()
        with pytest.raises(ArtefactError, match="lock: cannot be written: "), held(tmp_path):
            pass
        assert (tmp_path / "thesis").read_text() == "mine"
        lock.rmdir() if lock.is_dir() else lock.unlink()


def test_a_lock_that_a_killed_process_left_is_taken_over_again_and_again(tmp_path):
    (tmp_path / LOCK_FILE).write_text("4194304999")
    for _ in range(3):
        with held(tmp_path):
            left = (tmp_path / LOCK_FILE).read_bytes()
            assert left == str(os.getpid()).encode()
        (tmp_path / LOCK_FILE).write_bytes(left)  # as after a kill


def test_a_disk_without_room_for_the_lock_is_told_and_nothing_stays_open(tmp_path, monkeypatch):
    def full(descriptor, content, at):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(ArtefactError, match="No space left on device; free space"), held(tmp_path):
        pass
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_is_refused_leaves_no_folder(tmp_path):
    with pytest.raises(RuntimeError, match="no"), held(tmp_path / "run"):
        raise RuntimeError("no")
    assert list(tmp_path.iterdir()) == []


def test_the_same_seed_gives_the_same_bytes_also_after_an_interrupt(tmp_path):
    class Stops(Silent):
        def epoch(self, metrics):
            raise KeyboardInterrupt

    train(recipe(), stripes(), tmp_path / "whole", reporter=Silent())
    with pytest.raises(KeyboardInterrupt):
        train(recipe(), stripes(), tmp_path / "parts", reporter=Stops())
    train(recipe(), stripes(), tmp_path / "parts", reporter=Silent())
    whole, parts = (hashlib.sha256((tmp_path / run / LEARNED_FILE).read_bytes()) for run in ("whole", "parts"))
    assert whole.hexdigest() == parts.hexdigest()
    lines = [(tmp_path / run / "metrics.jsonl").read_text().count('"seconds"') for run in ("whole", "parts")]
    assert lines == [3, 3]


def test_without_locks_nothing_is_held_and_nothing_is_taken_away(tmp_path, monkeypatch):
    def without(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    (tmp_path / LOCK_FILE).write_text("a list of locks to pick")
    monkeypatch.setattr(fcntl, "flock", without)
    with held(tmp_path) as hold:
        assert hold is None
    assert (tmp_path / LOCK_FILE).read_text() == "a list of locks to pick"
