import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from programs import stripes
from spikeloom.chip.storage import load_program
from spikeloom.data import named
from spikeloom.data.datasets import as_values
from spikeloom.measure.energy import shipped_profiles
from spikeloom.measure.prediction import predict


def test_deploy_writes_a_program_and_tells_its_fit(spikeloom, own_work):
    outcome = spikeloom("deploy", "learned.safetensors", "--members", 3, "--seed", 1, "-o", "p.safetensors", "--json")
    assert outcome.code == 0
    assert (outcome.json["cores"], outcome.json["chips"], outcome.json["members"]) == (15, 1, 3)
    text = spikeloom("deploy", "learned.safetensors", "-o", "p.safetensors").out
    assert "neurons switched off" in text


def test_simulate_gives_the_agreed_json_for_a_program_and_for_a_network(spikeloom, own_work):
    spikeloom("deploy", "learned.safetensors", "--members", 2, "-o", "p.safetensors")
    program = spikeloom("simulate", "p.safetensors", "--dataset", "stripes.npz", "--draws", 2, "--json").json
    network = spikeloom(
        "simulate", "learned.safetensors", "--members", 2, "--dataset", "stripes.npz", "--draws", 2, "--json"
    ).json
    agreed = {
        "accuracy_mean", "accuracy_std", "draws", "images", "cores", "spikes_per_image", "events_per_image",
        "hops_per_image", "energy_joules", "backend", "path", "images_per_second",
    }  # fmt: skip
    for row in (program, network):
        assert agreed <= set(row)
        assert (row["cores"], row["images"], row["draws"], row["path"]) == (10, 30, 2, "streaming")
        assert set(row["energy_joules"]) == set(shipped_profiles())
    assert program["accuracies"][0] == network["accuracies"][0]
    assert (program["redrawn"], network["redrawn"]) == ("inputs", "synapses and inputs")


def test_simulate_runs_on_both_back_ends_with_the_same_result(spikeloom, own_work):
    rows = [
        spikeloom("simulate", "learned.safetensors", "--dataset", "stripes.npz", "--backend", name, "--json").json
        for name in ("fast", "reference")
    ]
    assert [row.pop("path") for row in rows] == ["streaming", "general"]
    for row in rows:
        del row["backend"], row["images_per_second"]
    assert rows[0] == rows[1]


def test_simulate_prints_a_table_with_the_energys_parts_and_what_is_left_out(spikeloom, own_work):
    out = spikeloom("simulate", "learned.safetensors", "--dataset", "stripes.npz").out
    for words in ("accuracy", "95 % interval", "energy, truenorth-0.8V", "static", "Left out: "):
        assert words in out


def test_simulate_and_compare_show_what_training_held_out_to_choose_on(spikeloom, own_work):
    for seed in (0, 1):
        spikeloom("train", "stripes.toml", "--seed", seed, "--out", f"run-{seed}")
    first = "run-0/learned.safetensors"
    shown = spikeloom("simulate", first, "--split", "validation", "--json")
    assert (shown.json["split"], shown.json["images"]) == ("validation", 18)  # a fifth of 90
    assert "what the model's recipe held out of the training set" in shown.err
    assert spikeloom("simulate", first, "--json").json["images"] == 30
    compared = spikeloom("compare", "run-0", "run-1", "--split", "validation", "--json").json
    assert compared["split"] == "validation"
    assert compared["accuracies"][0] == shown.json["accuracy_mean"]
    (own_work / "more.toml").write_text('extends = "stripes.toml"\n[data]\nvalidation = 0.5\n')
    spikeloom("train", "more.toml", "--out", "run-2")
    refused = spikeloom("compare", "run-0", "run-2", "--split", "validation")
    assert refused.code == 2
    assert "the two held out different images" in refused.err
    spikeloom("deploy", first, "-o", "p.safetensors")
    refused = spikeloom("simulate", "p.safetensors", "--split", "validation")
    assert refused.code == 1
    assert "a program does not say what was held out" in refused.err


def test_a_program_has_its_own_members(spikeloom, own_work):
    spikeloom("deploy", "learned.safetensors", "-o", "p.safetensors")
    assert spikeloom("simulate", "p.safetensors", "--members", 4, "--dataset", "stripes.npz").code == 2


def test_quiet_leaves_stderr_empty(spikeloom, own_work):
    assert spikeloom("--quiet", "simulate", "learned.safetensors", "--dataset", "stripes.npz").err == ""


def test_predict_names_class_votes_and_energy_of_own_images(spikeloom, own_work):
    spikeloom("train", "stripes.toml", "--set", "train.epochs=8")
    for label, image in zip(("above", "below"), stripes(2, seed=5).images, strict=True):
        Image.fromarray(image[..., 0]).save(own_work / f"{label}.png")
    np.save(own_work / "above.npy", stripes(1, seed=5).images[0, ..., 0])
    rows = spikeloom(
        "predict", "runs/stripes/learned.safetensors", "above.png", "below.png", "above.npy", "--json"
    ).json["rows"]
    assert [row["class"] for row in rows] == ["above", "below", "above"]
    assert all(set(row["votes"]) == {"above", "below", "middle"} for row in rows)
    assert all(row["energy_joules"]["truenorth-0.8V"] > 0 for row in rows)
    assert "above.png" in spikeloom("predict", "runs/stripes/learned.safetensors", "above.png").out


def test_predict_decides_by_all_frames_of_an_example(spikeloom, own_work):
    assert spikeloom("deploy", "learned.safetensors", "--frames", 2, "-o", "clips.safetensors").code == 0
    images = stripes(2, seed=5).images
    np.save(own_work / "clip.npy", images)
    np.save(own_work / "one.npy", images[0])
    clip = spikeloom("predict", "clips.safetensors", "clip.npy", "--json").json["rows"][0]
    program = load_program(own_work / "clips.safetensors")
    expected = predict(program, [as_values(images)])[0]
    assert (clip["votes"], clip["class"]) == (expected.votes, expected.class_name)
    refused = spikeloom("predict", "clips.safetensors", "one.npy")
    assert refused.code == 1
    assert "one.npy: is 8 x 8 x 1; the network reads 2 x 8 x 8 x 1; pass a .npy array of that shape" in refused.err
    assert spikeloom("deploy", "learned.safetensors", "--frames", 2, "--ticks", 5).code == 2


def test_the_rate_is_of_draws_that_were_measured(spikeloom, own_work, monkeypatch):
    clock = iter(range(1000))
    monkeypatch.setattr("spikeloom.cli.simulate.perf_counter", lambda: next(clock))
    spikeloom("train", "stripes.toml", "--set", "method=deployed", "--set", "interface.coding=threshold")
    simulated = ("simulate", "runs/stripes/learned.safetensors", "--dataset", "stripes.npz", "--json")
    once, often = spikeloom(*simulated).json, spikeloom(*simulated, "--draws", 50).json
    assert often["draws"] == 1
    assert often["images_per_second"] == once["images_per_second"]


@pytest.mark.parametrize("size", [(8, 8), (20, 10)])
def test_predict_inverts_and_resizes_when_asked(spikeloom, own_work, size):
    Image.fromarray(np.full(size, 255, np.uint8)).save(own_work / "white.png")
    row = spikeloom("predict", "learned.safetensors", "white.png", "--resize", "--invert", "--json").json["rows"][0]
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(own_work / "black.png")
    assert row["votes"] == spikeloom("predict", "learned.safetensors", "black.png", "--json").json["rows"][0]["votes"]


def test_info_says_what_a_file_is(spikeloom, own_work):
    spikeloom("deploy", "learned.safetensors", "-o", "p.safetensors")
    spikeloom("train", "stripes.toml")
    assert spikeloom("info", "learned.safetensors", "--json").json["format"] == "learned network"
    program = spikeloom("info", "p.safetensors", "--json").json
    assert (program["format"], program["fit"]["cores"]) == ("chip program", 5)
    assert program["path"] == "streaming"
    checkpoint = spikeloom("info", "runs/stripes/checkpoint.safetensors", "--json").json
    assert (checkpoint["format"], checkpoint["epochs_done"]) == ("training checkpoint", 2)
    assert spikeloom("info", "zoo:mnist-5").code == 0


def test_data_fetch_says_where_the_files_are(spikeloom, own_work, monkeypatch):
    monkeypatch.setitem(named.KNOWN, "mnist", replace(named.KNOWN["mnist"], files=()))
    outcome = spikeloom("data", "fetch", "mnist", "--out", "here", "--json")
    assert outcome.json["folder"] == "here"


def test_reproduce_writes_results_and_figures_of_the_agreed_shape(spikeloom, own_work, monkeypatch):
    # the whole way on a small share of the images, with the shipped networks in place of a training
    from spikeloom.cli import reproduce
    from spikeloom.data import readers
    from spikeloom.zoo import load_network

    small = readers.load_dataset("mnist", "test").take(slice(0, 200))
    monkeypatch.setattr("spikeloom.data.load_dataset", lambda source, split="train": small)
    monkeypatch.setattr(
        reproduce, "_networks", lambda *_: {name: load_network(f"zoo:{name}") for name in ("mnist-5", "mnist-30")}
    )
    outcome = spikeloom("reproduce", "--members", "1,4", "--draws", 2, "--out", "out", "--json")
    rows = outcome.json["rows"]
    agreed = {
        "network", "recipe", "members", "cores", "ticks_per_image", "draws", "accuracy_mean", "accuracy_std",
        "energy_joules",
    }  # fmt: skip
    assert all(agreed <= set(row) for row in rows)
    assert [(row["network"], row["members"], row["cores"]) for row in rows] == [
        ("mnist-5", 1, 5), ("mnist-5", 4, 20), ("mnist-30", 1, 30), ("mnist-30", 4, 120),
    ]  # fmt: skip
    assert json.loads((own_work / "out/results.json").read_text())["rows"] == rows
    assert (own_work / "out/accuracy-energy.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in (own_work / "out/accuracy-energy.svg").read_bytes()
    table = spikeloom("reproduce", "--members", "1", "--draws", 1, "--out", "out").out
    assert "92.70 %, 0.268 uJ" in table
