"""What shells and people expect of a command: help, quiet, codes, widths, hints, places checked before the work."""

import io
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from programs import stripes, tiny_network
from spikeloom.chip.storage import save_program, save_spikes
from spikeloom.deployment.deploy import deploy
from spikeloom.interface import DataOrigin
from spikeloom.measure.prediction import PREDICTING_MEMBERS
from spikeloom.network.storage import load_learned, save_learned
from spikeloom.report.tables import card_table, keys_text, zoo_table
from spikeloom.training.recipe_keys import recipe_keys
from spikeloom.zoo import zoo_card, zoo_names


def test_help_has_a_short_form_and_completion_can_be_installed(spikeloom):
    assert spikeloom("-h").out == spikeloom("--help").out
    assert spikeloom("simulate", "-h").out == spikeloom("simulate", "--help").out
    assert "--install-completion" in spikeloom("-h").out


def test_the_package_is_a_command_too():
    done = subprocess.run([sys.executable, "-m", "spikeloom", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("spikeloom 0.")


@pytest.mark.parametrize("place", [0, 1, -1])
def test_quiet_stands_before_or_after_the_command(spikeloom, own_work, place):
    words = ["simulate", "learned.safetensors", "--dataset", "stripes.npz", "--json"]
    assert "data: the test set of" in spikeloom(*words).err
    words.insert(len(words) if place < 0 else place, "-q")
    done = spikeloom(*words)
    assert (done.code, done.err) == (0, "")


def test_a_difference_that_drift_finds_has_a_code_of_its_own(spikeloom, own_work, monkeypatch):
    from spikeloom.drift.ledger import Stage

    monkeypatch.setattr("spikeloom.drift.ledger.drift_ledger", lambda *_, **__: iter([Stage("a", 1.0, 1, 0)]))
    assert spikeloom("drift", "learned.safetensors", "--dataset", "stripes.npz").code == 3
    assert "exit code 3" in " ".join(spikeloom("drift", "-h").out.split())


@pytest.mark.parametrize(
    "table",
    [
        lambda: zoo_table([zoo_card(name) for name in zoo_names()], dict.fromkeys(zoo_names(), 1)),
        lambda: card_table(zoo_card("mnist-30")),
        lambda: card_table(zoo_card("mnist-29-bent-x3-copies5")),
    ],
)
def test_tables_of_figures_fit_eighty_columns_unbroken(table):
    wide, narrow = (_printed(table(), width) for width in (300, 80))
    assert len(wide) > 1
    assert [line.rstrip() for line in narrow] == [line.rstrip() for line in wide]


def test_a_key_is_found_by_its_line_and_no_line_is_wider_than_a_terminal(spikeloom):
    lines = keys_text(recipe_keys()).splitlines()
    for key in recipe_keys():
        assert any(line.startswith(f"{key.key} = ") for line in lines), key
    assert max(map(len, lines)) <= 80


def _printed(table, width):
    text = io.StringIO()
    Console(width=width, file=text).print(table)
    return text.getvalue().splitlines()[1:]  # below the title, which is a sentence


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("simulate", "mnist-5"), "mnist-5: there is no such file; did you mean 'zoo:mnist-5'?"),
        (("simulate", "runs/x"), "runs/x: is a folder; did you mean 'runs/x/learned.safetensors'?"),
        (("zoo", "mnist-6"), "zoo:mnist-6: the zoo has no such network; did you mean 'mnist-5'"),
        (("train", "mnist5"), "a shipped recipe; did you mean 'mnist-5'"),
        (
            ("train", "stripes.toml", "--set", "train.epoch=3"),
            "train.epoch: there is no such key; did you mean 'epochs'?",
        ),
        (("train", "stripes"), "a shipped recipe; did you mean 'stripes.toml'"),
        (("train", "stripes.toml", "--set", "epochs=3"), "there is no such key; did you mean 'train.epochs'"),
        (("train", "two.toml"), "is not TOML: Cannot declare ('layers',) twice"),
        (("train", "two.toml"), "write [[layers]], in two brackets, for each layer"),
        (("zoo", "MNIST-5"), "did you mean 'mnist-5'"),
        (("frontier", "--search", "space.toml"), 'write keys of a recipe in quotes: "train.epochs"'),
        (("train", "one.toml"), "layers: is one table; write [[layers]], in two brackets, for each layer"),
        (("train", "stripes.toml", "--data", "objects.npz"), "array 'x_train' holds Python objects"),
        (("predict", "learned.safetensors", "wide.png"), "resize it, or pass --resize"),
        (("predict", "two.safetensors", "wide.png", "--resize"), "pass a .npy array of that shape"),
    ],
)
def test_near_misses_are_told_what_was_meant(spikeloom, own_work, words, hint):
    from PIL import Image

    from spikeloom.network.topology import Topology, Windows

    (own_work / "runs/x").mkdir(parents=True)
    save_learned(tiny_network(), own_work / "runs/x/learned.safetensors")
    save_learned(
        tiny_network(topology=Topology((8, 8, 2), 3, (Windows((4, 4), (4, 4)),))), own_work / "two.safetensors"
    )
    (own_work / "one.toml").write_text(
        'extends = "quick"\nname = "one"\n[data]\npath = "stripes.npz"\n[layers]\nwindow = 8'
    )
    (own_work / "two.toml").write_text('name = "x"\n[layers]\nwindow = 8\n[layers]\nwindow = 2\n')
    (own_work / "space.toml").write_text('recipe = "quick"\n[space]\ntrain.epochs = { choices = [1] }\n')
    np.savez(own_work / "objects.npz", x_train=np.array([print], object), y_train=[0])
    Image.fromarray(np.zeros((16, 16), np.uint8)).save(own_work / "wide.png")
    done = spikeloom(*words)
    assert done.code == 1
    assert hint in done.err


def test_boolean_arrays_are_zero_and_one(spikeloom, own_work):
    train = stripes(60)
    bright = train.images[..., 0] > 100
    np.savez(own_work / "b.npz", x_train=bright, y_train=train.labels, x_test=bright, y_test=train.labels)
    assert spikeloom("train", "stripes.toml", "--data", "b.npz", "--out", "b").code == 0


def test_every_key_and_a_whole_recipe_can_be_looked_up(spikeloom):
    keys = spikeloom("recipe", "keys", "--json").json["keys"]
    assert {"key": "train.epochs", "kind": "", "type": "whole number from 1", "default": "12"}.items() <= keys[
        [key["key"] for key in keys].index("train.epochs")
    ].items()
    assert "mnist-5" in spikeloom("recipe", "list").out.split()
    assert "epochs = 3\n" in spikeloom("recipe", "show", "mnist-5", "--set", "train.epochs=3").out


@pytest.mark.parametrize(
    ("line", "edited", "told"),
    [("epochs = 2", "epochs = 9", "train.epochs=9"), ("path = ", "# ", 'without data.path="')],
)
def test_an_edited_recipe_of_a_run_is_not_passed_over(spikeloom, own_work, line, edited, told):
    assert spikeloom("train", "stripes.toml", "--out", "run").code == 0
    file = own_work / "run/run.toml"
    file.write_text(file.read_text().replace(line, edited))
    done = spikeloom("train", "--resume", "run")
    assert done.code == 1
    assert f"run/run.toml: was edited ({told}" in done.err
    assert "but a training goes on as it was begun; undo that" in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("deploy", "learned.safetensors", "-o", "file/p.safetensors"),
        ("export", "learned.safetensors", "--to", "ranc", "--dataset", "stripes.npz", "-o", "file/out"),
        ("robust", "learned.safetensors", "--dataset", "stripes.npz", "-o", "file"),
        ("drift", "learned.safetensors", "--dataset", "stripes.npz", "-o", "file/ledger.json"),
        ("train", "stripes.toml", "--out", "file/run"),
        ("frontier", "-o", "file"),
        ("pack", "network", "x", "runs/x", "-o", "file"),
        ("import", "nir", "graph.nir", "-o", "file/p.safetensors"),
        ("reproduce", "--out", "file"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_the_work(spikeloom, own_work, words, monkeypatch):
    (own_work / "file").write_text("")
    for work in (
        "deployment.deploy.deploy",
        "drift.ledger.drift_ledger",
        "training.fit.train",
        "reproduction.reproduce",
    ):
        monkeypatch.setattr(f"spikeloom.{work}", lambda *_, **__: pytest.fail("the work began"))
    done = spikeloom(*words)
    assert done.code == 1
    assert "cannot be written: " in done.err
    assert "file is a file; choose a place that you may write to" in done.err


MANY = str(10**9)


@pytest.mark.parametrize(
    "words",
    [
        ("simulate", "zoo:mnist-5", "--members", MANY),
        ("simulate", "zoo:mnist-5", "--draws", MANY),
        ("deploy", "zoo:mnist-5", "--members", MANY),
        ("deploy", "zoo:mnist-5", "--members", MANY, "--copies", "5"),
        ("predict", "zoo:mnist-5", "x.npy", "--members", MANY),
        ("drift", "zoo:mnist-5", "--members", MANY),
        ("reproduce", "--members", MANY),
        ("reproduce", "--draws", MANY),
        ("bench", "--cores", MANY),
        ("simulate", "p.safetensors", "--spikes", "s.safetensors", "--ticks", str(10**12)),
    ],
)
def test_ten_to_the_nine_of_anything_are_refused_before_the_work(spikeloom, own_work, monkeypatch, words):
    program = deploy(tiny_network())
    save_program(program, own_work / "p.safetensors")
    save_spikes(np.zeros((3, len(program.inputs)), bool), own_work / "s.safetensors")
    for work in ("deployment.deploy.deploy_members", "measure.votes.count_votes", "training.fit.train"):
        monkeypatch.setattr(f"spikeloom.{work}", lambda *_, **__: pytest.fail("the work began"))
    done = spikeloom(*words)
    assert done.code == 1
    assert "may be taken here; at most" in done.err
    assert " fit" in done.err


@pytest.mark.parametrize("limit", [2**27, 2**28, 2**29])
@pytest.mark.parametrize("words", [["zoo"], ["predict", "zoo:mnist-5", "none.png"], ["train", "mnist-5"]])
def test_too_little_address_space_is_told_at_once(limit, words):
    done = subprocess.run(
        [sys.executable, "-m", "spikeloom", *words], capture_output=True, text=True, timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )  # fmt: skip
    assert done.returncode == 1
    told = (
        rf"spikeloom: system: {limit / 2**20:.1f} MiB of address space may be taken \(ulimit -v\); .* raise that limit"
    )
    assert re.fullmatch(told, done.stderr.strip())


def test_the_millionth_member_is_exported_without_those_before_it(spikeloom, own_work):
    done = spikeloom("export", "learned.safetensors", "--to", "nir", "--member", 10**6, "--images", 0)
    assert done.code == 0, done.err


def test_predict_says_how_many_members_voted(spikeloom, own_work):
    np.save(own_work / "i.npy", stripes(1).images[0])
    done = spikeloom("predict", "learned.safetensors", "i.npy")
    assert f"{PREDICTING_MEMBERS} members, {5 * PREDICTING_MEMBERS} cores: votes and energy are of all" in done.out
    told = spikeloom("predict", "learned.safetensors", "i.npy", "--members", "3", "--json").json
    assert (told["members"], told["cores"]) == (3, 15)


def test_commands_use_the_data_that_a_network_was_trained_on(spikeloom, own_work):
    assert spikeloom("train", "stripes.toml", "--out", "run").code == 0
    learned = "run/learned.safetensors"
    source = str((own_work / "stripes.npz").resolve())
    assert load_learned(own_work / learned).interface.data.source == source
    own = spikeloom("simulate", learned, "--json")
    assert own.json["dataset"] == source
    assert f"data: the test set of {source}, on whose training set the model was trained" in own.err
    assert own.json["accuracies"] == spikeloom("simulate", learned, "--dataset", source, "--json").json["accuracies"]
    spikeloom("deploy", learned, "-o", "p.safetensors")
    robust = "robust", "p.safetensors", "--draws", "1", "--images", "9"
    for words in (("drift", learned, "--images", "3", "-o", "ledger.json"), (*robust, "-o", "out")):
        assert spikeloom(*words).code == 0, words
    assert spikeloom("export", "p.safetensors", "--to", "nir").code == 0


def test_other_data_than_a_network_was_trained_on_are_told(spikeloom, own_work):
    other = stripes(60, seed=9)
    np.savez(own_work / "o.npz", x_train=other.images, y_train=other.labels, x_test=other.images, y_test=other.labels)
    network = tiny_network()
    data = DataOrigin(source=str(own_work / "stripes.npz"), fingerprint="of others")
    interface = network.interface.model_copy(update={"data": data})
    from dataclasses import replace

    save_learned(replace(network, interface=interface), own_work / "n.safetensors")
    done = spikeloom("-q", "simulate", "n.safetensors", "--dataset", "o.npz", "--json")
    assert done.code == 0
    assert f"data: the network was trained on {data.source}; {Path('o.npz').resolve()} holds other data" in done.err


def test_where_the_folder_is_gone_it_says_so(tmp_path):
    gone = tmp_path / "gone"
    code = (
        "import os, sys; os.rmdir(os.getcwd()); sys.argv = ['spikeloom', 'zoo']; from spikeloom.cli import main; main()"
    )
    gone.mkdir()
    done = subprocess.run([sys.executable, "-c", code], cwd=gone, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (
        1, "spikeloom: folder: the one that this is run in is gone; change into another\n",
    )  # fmt: skip


def test_an_empty_host_is_not_every_address(spikeloom, own_work):
    done = spikeloom("serve", "zoo:mnist-5", "--host", "")
    assert done.code == 2
    assert "every address of this machine" in done.err


def test_a_second_ctrl_c_ends_it_at_once_in_a_line():
    code = (
        "import signal, time; from spikeloom.cli import _stop\n"
        "signal.signal(signal.SIGINT, _stop)\n"
        "def wait():\n    for _ in range(600): time.sleep(0.1)\n"  # a signal just before a long sleep waits it out
        "try:\n    print('ready', flush=True); wait()\n"
        "finally:\n    print('stopping', flush=True); wait()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as one:
        for line in ("ready\n", "stopping\n"):
            assert one.stdout.readline() == line
            one.send_signal(signal.SIGINT)
        assert (one.wait(10), one.stderr.read()) == (130, "spikeloom: stopped\n")
