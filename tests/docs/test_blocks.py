"""Every block of Python, TOML and C in the docs holds, as it stands; those of see.md are run by test_gallery.py."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from types import SimpleNamespace

import pytest

from docs.pages import PAGES, ROOT, blocks, name_of
from export.installed import needs
from spikeloom.cli import main
from spikeloom.interface.record import Presentation

WITH_PYTHON = [page for page in PAGES if blocks(page.read_text("utf-8"), "python") and page.name != "see.md"]
WITH_TOML = [page for page in PAGES if blocks(page.read_text("utf-8"), "toml")]


@pytest.mark.parametrize("page", WITH_PYTHON, ids=name_of)
def test_the_python_of_a_page_runs_from_top_to_bottom(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if page.name == "studies.md":
        slurm(monkeypatch)
    values: dict[str, object] = {}
    for code in blocks(page.read_text("utf-8"), "python"):
        exec(compile(code, name_of(page), "exec"), values)


def slurm(monkeypatch) -> None:
    """Stand in for a machine with Slurm: the options are dask-jobqueue's own, the jobs are not sent."""
    import dask_jobqueue

    class Cluster:
        scheduler_address = "tcp://login:8786"

        def __init__(self, **options):
            script = dask_jobqueue.slurm.SLURMJob("tcp://login:8786", "worker", **options).job_script()
            assert "--nthreads 1" in script
            assert "#SBATCH -t 04:00:00" in script

        def adapt(self, maximum_jobs):
            assert maximum_jobs > 0

    monkeypatch.setattr(dask_jobqueue, "SLURMCluster", Cluster)
    run = subprocess.run
    told = SimpleNamespace(returncode=0)
    monkeypatch.setattr(subprocess, "run", lambda words, **how: told if "--dask" in words else run(words, **how))


def test_every_block_of_toml_is_read_by_what_it_is_for():
    known = {"docs/own-work.md", "docs/frontier.md", "docs/studies.md", "docs/interface.md", "docs/recipes/search.md"}
    assert {name_of(page) for page in WITH_TOML} == known  # but for the interface run by test_commands.py
    (code,) = blocks((ROOT / "docs" / "interface.md").read_text("utf-8"), "toml")
    assert Presentation(**tomllib.loads(code)["interface"]).coding.name == "threshold"
    *others, frames, readout = (line.removeprefix("# ") for line in code.splitlines() if line.startswith("# "))
    for text in (*others, frames, f"{frames}\n{readout}"):
        assert Presentation(**tomllib.loads(text))


@pytest.mark.parametrize(
    ("page", "network"), [("boards", "small"), ("tutorials/to-a-microcontroller", "mnist-5-small")]
)
def test_the_c_of_a_page_compiles_against_what_export_writes(page, network, tmp_path, monkeypatch):
    needs("gcc")
    monkeypatch.chdir(tmp_path)
    for words in (
        ["deploy", "zoo:mnist-5-small", "-o", f"{network}.safetensors"],
        ["export", f"{network}.safetensors", "--to", "c", "-o", "."],
    ):
        monkeypatch.setattr(sys, "argv", ["spikeloom", "-q", *words])
        with pytest.raises(SystemExit) as stopped:
            main()
        assert not stopped.value.code
    (code,) = blocks((ROOT / "docs" / f"{page}.md").read_text("utf-8"), "c")
    (tmp_path / "firmware.c").write_text(code)
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-c"]
    subprocess.run(["gcc", *flags, "firmware.c", "network.c"], check=True, capture_output=True)
