"""Several processes train as one does by a batch as many times as large; one that dies leaves a run to go on with."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from programs import stripes
from spikeloom.errors import TrainingError
from spikeloom.network.storage import load_learned
from spikeloom.training.augment import drawn, moved
from spikeloom.training.files import CHECKPOINT_FILE, LEARNED_FILE, METRIC, METRICS_FILE
from spikeloom.training.fit import train
from spikeloom.training.processes import Processes, _wait_until_released
from spikeloom.training.recipe import Augmentation
from spikeloom.training.recipe_files import load_recipe
from spikeloom.training.reporter import Silent

RECIPE = """
name = "x"
method = "{method}"
[data]
path = "x.npz"
[interface]
coding = "threshold"
[[layers]]
window = 4
stride = 4
[[layers]]
window = 2
features = 64
[train]
epochs = {epochs}
batch = 10
learning_rate = 0.01
[augment]
rotation = 9
shift = 1.0
elastic = 0.5
"""


@pytest.fixture
def own(tmp_path):
    data = stripes(240)
    images, labels = data.images[..., 0], data.labels
    np.savez(tmp_path / "x.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    return tmp_path


def together(folder: Path, *words: str, count: int = 2, device: str = "cpu") -> subprocess.Popen[str]:
    """Start a training of several processes."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={count}"]
    command += ["-m", "spikeloom", "-q", "train", *words, "--device", device]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def losses(run: Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (run / METRICS_FILE).read_text().splitlines()]


@pytest.mark.parametrize("method", ["probabilities", "deployed"])
def test_two_processes_have_the_loss_of_one_with_twice_the_batch(own, method):
    (own / "x.toml").write_text(RECIPE.format(method=method, epochs=3))
    process = together(own, "x.toml", "--out", "two")
    _, said = process.communicate(timeout=180)
    assert process.returncode == 0, said
    single = load_recipe(str(own / "x.toml"), ["train.batch=20", f'data.path="{own / "x.npz"}"'])
    log = train(single, run=own / "one", threads=1, reporter=Silent()).training["log"]
    assert losses(own / "two") == pytest.approx([metrics["loss"] for metrics in log], rel=1e-3)
    two = load_learned(own / "two" / LEARNED_FILE).training["log"]
    for name in ("training_accuracy", METRIC):
        assert [metrics[name] for metrics in two] == pytest.approx([metrics[name] for metrics in log], abs=0.02)
    there = [path.name for path in (own / "two").iterdir()]
    assert sorted(there) == ["checkpoint.safetensors", "learned.safetensors", "metrics.jsonl", "run.toml"]


def test_a_process_that_dies_ends_the_training_which_goes_on_to_the_same_bytes(own):
    (own / "x.toml").write_text(RECIPE.format(method="deployed", epochs=40))
    process = together(own, "x.toml", "--out", "killed")
    while not (own / "killed" / CHECKPOINT_FILE).exists() or len(losses_so_far(own / "killed")) < 2:
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    told = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True)
    os.kill(int(told.stdout.split()[-1]), signal.SIGKILL)
    process.communicate(timeout=120)
    assert process.returncode != 0
    assert not (own / "killed" / LEARNED_FILE).exists()

    with pytest.raises(TrainingError, match="was begun by 2 processes, and goes on by as many: torchrun --nproc_per"):
        recipe = load_recipe(str(own / "x.toml"), [f'data.path="{own / "x.npz"}"'])
        train(recipe, run=own / "killed", reporter=Silent())
    for words in (["--resume", "killed"], ["x.toml", "--out", "whole"]):
        process = together(own, *words)
        _, said = process.communicate(timeout=180)
        assert process.returncode == 0, said
    killed, whole = (hashlib.sha256((own / run / LEARNED_FILE).read_bytes()) for run in ("killed", "whole"))
    assert killed.hexdigest() == whole.hexdigest()


def losses_so_far(run: Path) -> list[str]:
    file = run / METRICS_FILE
    return file.read_text().splitlines() if file.exists() else []


def test_the_parts_of_a_batch_are_moved_as_the_whole_is():
    amounts = Augmentation(rotation=10, shift=1, scale=0.1, elastic=1)
    images = torch.rand(6, 1, 8, 8)
    movements = drawn(6, (8, 8), amounts, torch.Generator().manual_seed(0))
    whole = moved(images, amounts, movements)
    parts = [Processes(rank, 3).part for rank in range(3)]
    split = [moved(part(images), amounts, movements.of(part)) for part in parts]
    assert torch.allclose(torch.cat(split), whole, atol=1e-6)


class Held:
    """A value that a thread lets go of after so many looks."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def _use_count(self) -> int:
        self.looks -= 1
        return 2 if self.looks > 0 else 1


def test_a_value_is_waited_for_until_no_thread_holds_it(monkeypatch, caplog):
    value = Held(3)
    _wait_until_released(value)
    assert value.looks == 0
    assert not caplog.text
    monkeypatch.setattr("spikeloom.training.processes._RELEASE_SECONDS", 0.01)
    _wait_until_released(Held(10**6))
    assert "may abort when it ends" in caplog.text


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="needs two GPUs")
def test_on_a_gpu_processes_talk_by_nccl(own):
    (own / "x.toml").write_text(RECIPE.format(method="deployed", epochs=2))
    process = together(own, "x.toml", "--out", "cuda", count=torch.cuda.device_count(), device="cuda")
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert len(losses(own / "cuda")) == 2
