"""The streaming path: 512 ticks of a neuron at once, for memoryless programs without circles."""
