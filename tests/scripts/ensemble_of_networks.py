"""Let several networks vote together in shifted copies."""

import spikeloom as sl
from spikeloom.measure.energy import shipped_profiles

networks: list[sl.LearnedNetwork] = [sl.load_network(f"zoo:mnist-5-deployed{seed}") for seed in ("", "-1")]
program = sl.deploy_together(networks, copies=5)
result = sl.simulate(program, threads=1)
energies: dict[str, float] = {name: result.energy(profile).total for name, profile in shipped_profiles().items()}
print(result.accuracy, energies)
