"""A process that is forked after a simulation is told so; one that is spawned simulates."""

import os
import subprocess
import sys
from pathlib import Path

FORKED = """
import os, sys, warnings
import numpy as np
from programs import one_neuron
from spikeloom.errors import ProgramError
from spikeloom.simulation import run

warnings.simplefilter("ignore")
program = one_neuron(threshold=1, saturate=True, strengths=(1, 0, 0, 0))
run(program, np.ones((3, 1), bool))
if os.fork() == 0:
    try:
        run(program, np.ones((3, 1), bool))
    except ProgramError as error:
        print(error, flush=True)
        os._exit(7)
    os._exit(0)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_a_fork_after_a_simulation_is_refused_with_a_way_out():
    done = subprocess.run(
        [sys.executable, "-c", FORKED], cwd=Path(__file__).parents[1], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 7, done.stderr
    assert "get_context('spawn')" in done.stdout


SPAWNED = """
import multiprocessing
import numpy as np
from programs import one_neuron
from spikeloom.simulation import run

def outputs(n_ticks):
    program = one_neuron(threshold=1, saturate=True, strengths=(1, 0, 0, 0))
    return int(run(program, np.ones((n_ticks, 1), bool)).outputs.sum())

if __name__ == "__main__":
    assert outputs(3) == 3
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.apply(outputs, (4,)))
"""


def test_a_spawned_process_simulates_after_its_parent_did(tmp_path):
    (tmp_path / "spawned.py").write_text(SPAWNED)
    paths = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, str(tmp_path / "spawned.py")]
    done = subprocess.run(command, env=paths, capture_output=True, text=True, timeout=300)
    assert done.stdout == "4\n", done.stderr
