"""Measure on arrays of one's own, and on what the network was trained on."""

import numpy as np

import spikeloom as sl

program = sl.deploy(sl.load_network("zoo:mnist-5-frugal"))
images, labels = np.zeros((5, 28, 28)), np.zeros(5, int)
blank: sl.Measurement = sl.simulate(program, (images, labels))
own: sl.Measurement = sl.simulate(program)
print(blank.images, own.images, own.tie_rate)
