"""Save a network and a program, and have equal ones back."""

import pickle
import tempfile
from pathlib import Path

import spikeloom as sl

network = sl.load_network("zoo:mnist-5")
program = sl.deploy(network, members=2, seed=7)
with tempfile.TemporaryDirectory() as folder:
    sl.save_learned(network, Path(folder) / "network.safetensors")
    sl.save_program(program, f"{folder}/program.safetensors")
    assert sl.load_network(Path(folder) / "network.safetensors") == network
    assert sl.load_program(Path(folder) / "program.safetensors") == program
assert pickle.loads(pickle.dumps(program)) == program == sl.deploy(network, members=2, seed=7)
print(program)
