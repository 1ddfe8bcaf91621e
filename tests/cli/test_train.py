import signal
import subprocess
import sys
import time
import tomllib

import pytest


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


def _hear_interrupts() -> None:
    """Take Ctrl-C as a terminal gives it, even where the tests run in the background and ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_leaves_a_run_that_resumes(spikeloom, own_work):
    command = [
        sys.executable,
        "-m",
        "spikeloom",
        "train",
        "stripes.toml",
        "--set",
        "train.epochs=150",
        "--out",
        "run",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=own_work, preexec_fn=_hear_interrupts)
    metrics = own_work / "run" / "metrics.jsonl"
    deadline = time.monotonic() + 60
    while not metrics.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "go on with: spikeloom train --resume run" in err
    assert "Traceback" not in err
    done = len(metrics.read_text().splitlines())
    assert 0 < done < 150
    outcome = spikeloom("--quiet", "train", "--resume", "run", "--json")
    assert (outcome.code, outcome.json["epoch"]) == (0, 150)


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
