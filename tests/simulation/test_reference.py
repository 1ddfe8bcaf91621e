"""The whole neuron model against a second, scalar transcription of the equations."""

from functools import partial

import numpy as np

from programs import one_neuron
from spikeloom import simulation
from spikeloom.chip.builder import ProgramBuilder
from spikeloom.chip.program import ChipProgram
from spikeloom.randomness.draws import draw

run = partial(simulation.run, backend="reference")


def random_program(seed: int, n_cores: int = 3) -> ChipProgram:
    """Give cores of random neurons in every mode, routed at random, circles and shared axons included."""
    rng = np.random.default_rng(seed)
    build = ProgramBuilder(seed)
    for _ in range(n_cores):
        build.add_core(axon_types=rng.integers(0, 4, 256).tolist())
    for core in range(n_cores):
        for neuron in range(0, 256, 5):
            build.set_neuron(
                core,
                neuron,
                potential=int(rng.integers(-50, 50)),
                strengths=rng.integers(-30, 60, 4),
                stochastic_synapse=rng.random(4) < 0.3,
                leak=int(rng.integers(-40, 40)),
                stochastic_leak=bool(rng.random() < 0.3),
                leak_reversal=bool(rng.random() < 0.3),
                threshold=int(rng.integers(0, 200)),
                negative_threshold=int(rng.integers(0, 200)),
                mask_bits=int(rng.integers(0, 8)) if rng.random() < 0.4 else 0,
                reset_mode=int(rng.integers(0, 3)),
                saturate=bool(rng.random() < 0.5),
                reset=int(rng.choice([0, 1, 3, 7, -15, 31])),
            )
            for axon in rng.integers(0, 256, 40):
                build.connect(core, int(axon), neuron)
            target = (int(rng.integers(n_cores)), int(rng.integers(256)))
            if rng.random() < 0.8:
                build.route(core, neuron, *target, delay=int(rng.integers(1, 16)))
            else:
                build.add_output(core, neuron)
    for _ in range(50):
        build.add_input([(int(rng.integers(n_cores)), int(rng.integers(256))) for _ in range(3)])
    return build.build()


def sign(value: int) -> int:
    return (value > 0) - (value < 0)


def saturated(value: int) -> int:
    return min(max(value, -(2**19)), 2**19 - 1)


def scalar_tick(core, seed: int, tick: int, neuron: int, potential: int, active: list[int]) -> tuple[bool, int]:
    """One neuron, one tick, in whole numbers, straight from the equations."""
    p = {name: array[neuron] for name, array in core.neurons.items()}
    v = potential
    for axon in active:
        if core.crossbar[axon, neuron]:
            kind = core.axon_types[axon]
            s = int(p["strengths"][kind])
            rho = int(draw(seed, tick, neuron, axon)) & 255
            v += (sign(s) if abs(s) >= rho else 0) if p["stochastic_synapse"][kind] else s
    v = saturated(v)
    leak = int(p["leak"])
    if p["stochastic_leak"]:
        leak = sign(leak) if abs(leak) >= int(draw(seed, tick, neuron, 256)) & 255 else 0
    v = saturated(v + (sign(v) * leak if p["leak_reversal"] else leak))
    eta = int(draw(seed, tick, neuron, 257)) & ((1 << int(p["mask_bits"])) - 1)
    alpha, beta, reset, gamma = (int(p[name]) for name in ("threshold", "negative_threshold", "reset", "reset_mode"))
    if v >= alpha + eta:
        return True, saturated([reset, v - (alpha + eta), v][gamma])
    if p["saturate"]:
        return False, saturated(-beta if v < -beta else v)
    if v < -(beta + eta):
        return False, saturated([-reset, v + beta + eta, v][gamma])
    return False, v


def test_every_mode_agrees_with_a_scalar_transcription_in_every_tick():
    for seed in range(3):
        program = random_program(seed)
        n_ticks = 20
        inputs = np.random.default_rng(seed + 100).random((n_ticks, 50)) < 0.3
        record = run(program, inputs, record=range(program.n_cores))
        assert record.rasters.any(axis=(0, 2)).all()

        cores = [program.core(index) for index in range(program.n_cores)]
        potentials = program.potentials.astype(int).tolist()
        arriving: dict[tuple[int, int], set[int]] = {}
        for tick in range(n_ticks):
            for line in np.flatnonzero(inputs[tick]):
                for tap in np.flatnonzero(program.inputs.tap_lines == line):
                    key = (tick, int(program.inputs.tap_cores[tap]))
                    arriving.setdefault(key, set()).add(int(program.inputs.tap_axons[tap]))
            for index, core in enumerate(cores):
                active = sorted(arriving.get((tick, index), ()))
                for neuron in range(0, 256, 5):
                    spike, potentials[index][neuron] = scalar_tick(
                        core, core.seed, tick, neuron, potentials[index][neuron], active
                    )
                    assert spike == record.rasters[tick, index, neuron]
                    assert potentials[index][neuron] == record.potentials[tick, index, neuron]
                    target = int(program.routes.cores[index, neuron])
                    if spike and target >= 0:
                        when = tick + int(program.routes.delays[index, neuron])
                        arriving.setdefault((when, target), set()).add(int(program.routes.axons[index, neuron]))


def test_a_loop_keeps_a_spike_alive():
    build = ProgramBuilder()
    core = build.add_core()
    build.set_neuron(core, 0, strengths=(1, 0, 0, 0), threshold=1)
    build.connect(core, 0, 0)
    build.route(core, 0, core, 0, delay=3)
    build.add_input([(core, 0)])
    record = run(build.build(), np.array([[True]] + [[False]] * 9), record=[core])
    assert np.flatnonzero(record.rasters[:, 0, 0]).tolist() == [0, 3, 6, 9]


def test_the_same_seed_gives_the_same_spikes_and_another_seed_others():
    parameters = {"leak": 100, "stochastic_leak": True, "threshold": 3}
    inputs = np.zeros((200, 1), bool)
    first, second = (run(one_neuron(**parameters), inputs).outputs for _ in range(2))
    assert np.array_equal(first, second)
    other = ProgramBuilder(seed=2)
    core = other.add_core()
    other.set_neuron(core, 0, **parameters)
    other.add_input([(core, 0)])
    other.add_output(core, 0)
    assert not np.array_equal(run(other.build(), inputs).outputs, first)
