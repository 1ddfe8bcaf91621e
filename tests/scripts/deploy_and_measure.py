"""Deploy a shipped network as an ensemble and report accuracy against energy."""

import spikeloom as sl

program = sl.deploy(sl.load("zoo:mnist-5"), members=16, seed=1)
result = sl.simulate(program, sl.data.mnist(train=False))
accuracy: float = result.accuracy
joules: float = result.energy("esser2015-calibrated").total
low, high = result.interval
print(f"{accuracy:.2%} ({low:.2%} to {high:.2%}) at {joules * 1e6:.3g} uJ")
