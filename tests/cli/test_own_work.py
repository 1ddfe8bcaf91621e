"""Every command and block of docs/own-work.md runs, in its order, on small data; trainings in a short form."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import spikeloom as sl

PAGE = (Path(__file__).parents[2] / "docs/own-work.md").read_text()


def commands() -> list[list[str]]:
    lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.S) for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line]


def shortened(words: list[str]) -> list[str]:
    """Give a command with two epochs where it trains, and one more where it goes on for more."""
    if words[1] != "train" or ("--resume" in words and "--epochs" not in words):
        return words
    if "--epochs" in words:
        return [*words[:-1], "3"]
    return [*words, "--epochs", "2"]  # wins over --set


@pytest.fixture
def leaves(tmp_path):
    rng = np.random.default_rng(0)
    for split, n in (("train", 30), ("test", 6)):
        for label, name in enumerate(("birch", "oak")):
            folder = tmp_path / "leaves" / split / name
            folder.mkdir(parents=True)
            (tmp_path / "clips" / split / name).mkdir(parents=True)
            for number in range(n):
                picture = rng.integers(0, 80, (16, 16, 3), dtype=np.uint8)
                picture[:, 8 * label : 8 * label + 8] += 150
                Image.fromarray(picture).save(folder / f"{number}.png")
                column = np.arange(12) if label else np.arange(12)[::-1]
                np.savez(tmp_path / f"clips/{split}/{name}/{number}.npz", t=np.arange(12), x=column,
                         y=np.full(12, number % 12), p=np.ones(12, bool))  # fmt: skip
    (tmp_path / "more").mkdir()
    Image.fromarray(picture).save(tmp_path / "more/1.jpg")
    (tmp_path / "more/broken.jpg").write_bytes(b"no picture")


def test_every_command_of_the_page_runs_in_its_order(leaves, spikeloom, monkeypatch):
    # trials of codings would take most of the time; they have a test of their own
    monkeypatch.setattr("spikeloom.design.choice.TRIAL_EPOCHS", 0.0)
    for words in commands():
        outcome = spikeloom(*shortened(words)[1:])
        assert outcome.code == 0, (words, outcome.err)
        if words[1] == "predict":
            assert "1 of 14 files were not read:" in outcome.err
            assert "broken.jpg: is no picture that can be read" in outcome.err
    assert Path("leaves.safetensors").exists()


def test_the_recipe_and_the_python_of_the_page_work(leaves, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (recipe,) = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
    Path("leaves.toml").write_text(recipe)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    names: dict = {}
    exec(code, names)
    assert names["result"].accuracy > 0.9
    network = sl.train(sl.load_recipe("leaves.toml", ["train.epochs=2"]), reporter=sl.Silent())
    assert network.interface.value_shape == (16, 16, 3)
