"""The hardware on paper: limits, neuron, core, program, validation. NumPy only."""
