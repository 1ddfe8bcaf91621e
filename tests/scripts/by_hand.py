"""Build an oscillator by hand and run it tick by tick."""

import numpy as np

import spikeloom as sl

build = sl.ProgramBuilder()
core = build.add_core()
build.set_neuron(core, 0, leak=1, threshold=4, saturate=True)
build.add_output(core, 0)
program: sl.ChipProgram = build.build()
record: sl.SpikeRecord = sl.run(program, np.zeros((12, 0), bool), record=[core])
spikes: np.ndarray = record.outputs[:, 0]
print(np.flatnonzero(spikes), record.potentials.shape)
