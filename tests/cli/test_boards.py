"""Every command and block of docs/boards.md runs, but for what needs a board; the training in a short form."""

import re
import shlex
import subprocess
from pathlib import Path

import numpy as np

from export.c.built import STRICT
from export.installed import needs
from spikeloom.data import load_dataset

PAGE = (Path(__file__).parents[2] / "docs/boards.md").read_text()
ELSEWHERE = ("openFPGALoader", "ulx3s.bit")  # a board's own, and minutes of placing


def test_every_command_of_the_page_runs_in_its_order(tmp_path, spikeloom, monkeypatch):
    needs("make", "gcc", "verilator")
    monkeypatch.chdir(tmp_path)
    lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.S) for line in block.splitlines()]
    assert len(lines) >= 8
    for line in lines:
        words = shlex.split(line, comments=True)
        if any(name in words for name in ELSEWHERE):
            continue
        if words[0] == "spikeloom":
            outcome = spikeloom(*words[1:], *(["--epochs", "1"] if words[1] == "train" else []))
            assert outcome.code == 0, (words, outcome.err)
        else:
            subprocess.run(words, check=True, capture_output=True, timeout=300)
    images = load_dataset("mnist", "test").images[:20]
    said = subprocess.run(["board/classify"], input=images.tobytes(), capture_output=True, check=True).stdout
    assert len(said.splitlines()) == 20
    (firmware,) = re.findall(r"```c\n(.*?)```", PAGE, re.S)
    Path("board/firmware.c").write_text(firmware)
    subprocess.run(["gcc", *STRICT, "-c", "-o", "board/firmware.o", "board/firmware.c"], check=True)
    assert np.loadtxt(said.decode().splitlines()).shape == (20, 11)
