import errno
import os

import pytest


def test_version_and_help(spikeloom):
    assert spikeloom("--version").out.startswith("spikeloom 0.")
    for command in ("train", "deploy", "simulate", "predict", "reproduce", "info", "data"):
        assert command in spikeloom("--help").out
        assert spikeloom(command, "--help").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("deploy",),
        ("train",),
        ("train", "mnist-5", "--resume", "runs/x"),
        ("train", "--resume", "runs/x", "--seed", "3"),
        ("deploy", "x", "--members", "0"),
        ("simulate", "zoo:mnist-5", "--backend", "quantum"),
        ("simulate", "zoo:mnist-5", "--split", "half"),
        ("reproduce", "--members", "1,two"),
        ("reproduce", "--quick", "--train"),
        ("robust", "zoo:mnist-5", "--draws", 10**9),
        ("robust", "zoo:mnist-5", "--workers", 2, "--dask", "tcp://127.0.0.1:1"),
        ("data", "fetch", "imagenet"),
    ],
)
def test_wrong_usage_ends_with_two_and_a_message(spikeloom, arguments):
    outcome = spikeloom(*arguments)
    assert outcome.code == 2
    assert outcome.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("info", "nothing"), "spikeloom: nothing: there is no such file"),
        (
            ("simulate", "zoo:nothing"),
            "spikeloom: zoo:nothing: the zoo has no such network; 'spikeloom zoo' lists",
        ),
        (("deploy", "stripes.npz"), "stripes.npz: cannot be read as a safetensors file"),
        (
            ("train", "nothing.toml"),
            "recipe nothing.toml: No such file or directory; give a TOML file or a shipped",
        ),
        (("train", "stripes.toml", "--set", "train.epoch=1"), "train.epoch: there is no such key"),
        (("train", "stripes.toml", "--set", "layers=[{window=3,stride=3}]"), "leave 2 of 8 rows uncovered"),
        (("train", "stripes.toml", "--data", "gone"), "gone: is neither a known name nor a folder or file"),
        (("train", "--resume", "gone"), "holds no training to go on with"),
        (("predict", "learned.safetensors", "gone.png"), "gone.png: there is no such file"),
        (
            ("simulate", "learned.safetensors"),
            "data: the model does not say what it was trained on",
        ),
    ],
)
def test_work_that_fails_ends_with_one_and_a_message(spikeloom, own_work, arguments, message):
    outcome = spikeloom(*arguments)
    assert outcome.code == 1
    assert message in outcome.err
    assert outcome.out == ""


def test_a_full_disk_is_told_and_leaves_nothing_behind(spikeloom, own_work, monkeypatch):
    def no_space(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    outcome = spikeloom("deploy", "learned.safetensors", "-o", "p.safetensors")
    assert outcome.code == 1
    assert "p.safetensors: cannot be written: No space left on device" in outcome.err
    assert not list(own_work.glob("*p.safetensors*"))
