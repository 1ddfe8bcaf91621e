import json
import subprocess
import sys
import tomllib

import pytest

from spikeloom.data import load_dataset
from spikeloom.training.recipe_files import load_recipe
from spikeloom.training.resume import extend


def test_own_data_by_a_recipe_of_ten_lines_become_a_run_folder(spikeloom, own_work):
    outcome = spikeloom("train", "stripes.toml", "--json")
    assert outcome.code == 0
    assert outcome.json["run"] == "runs/stripes"
    assert set(outcome.json["validation_accuracy_deployed"]) == {"1", "16"}
    files = {path.name for path in (own_work / "runs/stripes").iterdir()}
    assert files == {"run.toml", "metrics.jsonl", "checkpoint.safetensors", "learned.safetensors"}
    recipe = tomllib.loads((own_work / "runs/stripes/run.toml").read_text())
    assert (recipe["train"]["epochs"], recipe["layers"][1]["window"]) == (2, 2)


def test_the_written_recipe_trains_the_same_network_again(spikeloom, own_work):
    spikeloom("train", "stripes.toml")
    spikeloom("train", "runs/stripes/run.toml", "--out", "again")
    one, other = (own_work / run / "learned.safetensors" for run in ("runs/stripes", "again"))
    from spikeloom.network.storage import load_learned

    for a, b in zip(load_learned(one).layers, load_learned(other).layers, strict=True):
        assert (a.probabilities == b.probabilities).all()


def test_a_used_folder_is_left_alone(spikeloom, own_work):
    spikeloom("train", "stripes.toml")
    outcome = spikeloom("train", "stripes.toml")
    assert outcome.code == 1
    assert "runs/stripes: holds a training already; go on with --resume runs/stripes" in outcome.err


def test_the_seed_and_the_data_may_be_given_on_the_command_line(spikeloom, own_work):
    (own_work / "stripes.npz").rename(own_work / "moved.npz")
    outcome = spikeloom("train", "stripes.toml", "--data", "moved.npz", "--seed", "7", "--out", "run")
    assert outcome.code == 0
    recipe = tomllib.loads((own_work / "run/run.toml").read_text())
    assert recipe["seed"] == 7
    assert recipe["data"]["path"] == str(own_work / "moved.npz")


# Ctrl-C after the third of 6 epochs, as a terminal gives it: heard even where tests run in the background and ignore it
INTERRUPTED = """
import signal
from spikeloom.cli import main
from spikeloom.training import run_folder

save = run_folder.save_checkpoint

def save_and_interrupt(checkpoint, path):
    save(checkpoint, path)
    if len(checkpoint.log) == 3:
        signal.raise_signal(signal.{signal})

run_folder.save_checkpoint = save_and_interrupt
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


def test_a_refused_device_leaves_a_run_that_was_to_have_more_epochs_as_it_was(spikeloom, own_work, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    spikeloom("train", "stripes.toml", "--out", "run")
    files = {path: path.read_bytes() for path in (own_work / "run").iterdir()}
    refused = spikeloom("train", "--resume", "run", "--epochs", 5, "--device", "cuda")
    assert refused.code == 1
    assert "device 'cuda': torch finds none" in refused.err
    assert {path: path.read_bytes() for path in (own_work / "run").iterdir()} == files
    assert spikeloom("train", "--resume", "run", "--epochs", 3).code == 0


def test_a_kill_while_epochs_are_added_leaves_a_run_that_resumes(spikeloom, own_work):
    spikeloom("train", "stripes.toml", "--out", "run")
    run, data = own_work / "run", load_dataset(str(own_work / "stripes.npz"), "train")
    extend(run, load_recipe(run / "run.toml"), 5000, data)
    mistaken = (run / "run.toml").read_bytes()
    extend(run, load_recipe(run / "run.toml"), 3, data)
    (run / "run.toml").write_bytes(mistaken)  # the checkpoint is written first
    assert spikeloom("train", "--resume", "run").code == 0
    assert len((run / "metrics.jsonl").read_text().splitlines()) == 3


@pytest.mark.parametrize("signal", ["SIGINT", "SIGTERM"])
def test_ctrl_c_and_its_like_leave_a_run_that_resumes(spikeloom, own_work, signal):
    words = ["train", "stripes.toml", "--set", "train.epochs=6", "--out", "run"]
    command = [sys.executable, "-c", INTERRUPTED.format(signal=signal), *words]
    stopped = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert stopped.returncode == 130
    assert "go on with: spikeloom train --resume run" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    outcome = spikeloom("--quiet", "train", "--resume", "run", "--json")
    assert (outcome.code, outcome.json["epoch"]) == (0, 6)
    lines = (own_work / "run" / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2, 3, 4, 5, 6]


def test_a_training_without_chance_is_judged_once_and_without_advice(spikeloom, own_work):
    certain = ("--set", "method=deployed", "--set", "interface.coding=threshold")
    outcome = spikeloom("train", "stripes.toml", *certain)
    assert "with 1 member" in outcome.out
    assert "16 members" not in outcome.out
    assert "nothing is drawn" not in outcome.err


def test_a_used_folder_is_refused_only_after_what_does_not_fit(spikeloom, own_work):
    spikeloom("train", "stripes.toml")
    assert "nofolder" in spikeloom("train", "stripes.toml", "--data", "nofolder").err
    assert "device 'tpu': is not known" in spikeloom("train", "stripes.toml", "--device", "tpu").err
    assert "holds a training already" in spikeloom("train", "stripes.toml").err
    assert "nofolder: holds no training to go on with" in spikeloom("train", "--resume", "nofolder").err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("stripes.toml", "--size", "4x4"), "go with --cores; a recipe says it itself"),
        (("--resume", "runs/stripes", "--colours", "grey"), "go with --cores"),
        (("stripes.npz", "--cores", "5", "--set", "data.size=[4,4]"), "use --size, --colours, --frames"),
        (("stripes.npz", "--cores", "5", "--data", "mnist"), "the data stand in place of the recipe"),
        (("--resume", "runs/stripes", "--patience", "0"), "a resumed run keeps its recipe"),
        (("mnist",), "is a data set; say for how many cores, with --cores N"),
        (("stripes.npz", "--cores", "5", "--size", "x"), "rows and columns such as 32x32 are needed"),
        (("stripes.npz", "--cores", "5", "--colours", "blue"), "input should be 'kept', 'grey' or 'rgb'"),
    ],
)
def test_options_that_would_be_passed_over_are_refused(spikeloom, own_work, words, told):
    outcome = spikeloom("train", *words)
    assert outcome.code == 2
    assert told.lower() in " ".join(outcome.err.lower().replace("│", " ").split())
