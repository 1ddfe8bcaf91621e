"""NeuroBench's standard metrics of a program, and two of ours: the chip's bits, and energy.

The program is mirrored as one dense linear layer a core, whose inputs are zeros and ones and whose weights are zero
where a synapse is off, so that NeuroBench's effective accumulates are our synaptic events. Its own footprint counts the
mirror's floating-point weights, which no chip holds; ours counts the bits of the cores' memories.
Source: J. Yik et al., "NeuroBench", Nature Communications 2025; NeuroBench 2.3.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spikeloom.chip.limits import MEMORY_ROW_BITS, N_AXONS, N_NEURONS
from spikeloom.chip.paths import memoryless_neurons
from spikeloom.chip.program import NOWHERE, ChipProgram, route_hops
from spikeloom.export.features import even_levels, refuse_neurons
from spikeloom.optional import needed

_INSTALL = "snntorch and, without its dependencies, neurobench tqdm"


@dataclass(frozen=True)
class Costs:
    """Joules of a core and tick, of a synaptic event, and of a spike's hop; programs of one chip have no others."""

    static: float
    event: float
    hop: float


def run_neurobench(
    program: ChipProgram, spikes: np.ndarray, labels: np.ndarray, costs: Costs, batch: int = 250
) -> dict[str, Any]:
    """Give NeuroBench's table of a memoryless program.

    Parameters
    ----------
    program : ChipProgram
        With an image a tick.
    spikes : (n_images, n_input_lines) bool
        Input spikes of each image.
    labels : (n_images,) int
    costs : Costs

    Raises
    ------
    PeerError
        If NeuroBench is missing.
    ExportError
        If the program keeps potentials, or paths of different length meet.
    """
    torch: Any = needed("torch", "torch")
    benchmarks = needed("neurobench.benchmarks", _INSTALL)
    static, workload = needed("neurobench.metrics.static", _INSTALL), needed("neurobench.metrics.workload", _INSTALL)
    model = _model(program, torch, costs)
    examples = torch.utils.data.TensorDataset(
        torch.from_numpy(spikes.astype(np.float32)).unsqueeze(1), torch.from_numpy(labels.astype(np.int64))
    )
    loader = torch.utils.data.DataLoader(examples, batch_size=batch)
    metrics = [
        [static.Footprint, static.ConnectionSparsity, _chip_bits(program)],
        [workload.ClassificationAccuracy, workload.ActivationSparsity, workload.SynapticOperations, _energy()],
    ]
    bench = benchmarks.Benchmark(model, loader, [], [lambda votes: votes.argmax(1)], metrics)
    return dict(bench.run(quiet=True))


def _model(program: ChipProgram, torch: Any, costs: Costs) -> Any:
    """Give the program as a NeuroBench model."""
    models: Any = needed("neurobench.models", _INSTALL)
    refuse_neurons(~memoryless_neurons(program), "keeps a potential; NeuroBench is shown memoryless programs")
    levels = even_levels(program, "NeuroBench")

    class Spike(torch.nn.Module):
        """Spikes where input and leak pass zero."""

        def __init__(self, leak: Any) -> None:
            super().__init__()
            self.leak = leak  # no parameter, so that no footprint counts it

        def forward(self, sums: Any) -> Any:
            return (sums + self.leak >= 1).to(sums.dtype)

    class Core(torch.nn.Module):
        """A core: dense synapses, then spikes."""

        def __init__(self, core: int) -> None:
            super().__init__()
            connected = program.routes.cores[core] != NOWHERE
            weights = program.core(core).weights * connected
            on = program.core(core).crossbar & connected
            self.synapses = torch.nn.Linear(N_AXONS, N_NEURONS, bias=False)
            self.synapses.weight = torch.nn.Parameter(torch.from_numpy(weights.T.astype(np.float32).copy()), False)
            leak = np.where(program.routes.cores[core] == NOWHERE, 0, program.neurons.leak[core])
            self.spike = Spike(torch.from_numpy(leak.astype(np.float32)))
            self.synapses_on = torch.from_numpy(on.sum(1).astype(np.float64))

        def forward(self, axons: Any) -> Any:
            return self.spike(self.synapses(axons))

    class Mirror(torch.nn.Module):
        """All cores, level by level, and the votes."""

        def __init__(self) -> None:
            super().__init__()
            self.cores = torch.nn.ModuleList(Core(core) for core in range(program.n_cores))
            self.hops = torch.from_numpy(route_hops(program).astype(np.float64))
            self.joules = 0.0

        def forward(self, batch: Any) -> Any:
            lines = batch.flatten(1)  # an image a tick
            axons = lines.new_zeros(program.n_cores, N_AXONS, len(lines))
            taps = program.inputs
            _put(axons, taps.tap_cores, taps.tap_axons, lines.mT[taps.tap_lines])
            votes = lines.new_zeros(len(lines), len(program.outputs))
            events = hops = 0.0
            for core in np.argsort(levels, kind="stable").tolist():
                arrived = axons[core].clamp(max=1)
                events += float(arrived.sum(1).double() @ self.cores[core].synapses_on)
                spikes = self.cores[core](arrived.mT)
                hops += float(spikes.sum(0).double() @ self.hops[core])
                routed, voting = program.routes.to_cores[core], program.routes.to_outputs[core]
                _put(axons, program.routes.cores[core][routed], program.routes.axons[core][routed], spikes.mT[routed])
                votes.index_add_(1, torch.from_numpy(program.routes.axons[core][voting]).long(), spikes[:, voting])
            self.joules = program.n_cores * costs.static * len(lines) + events * costs.event + hops * costs.hop
            return votes.clamp(max=1) @ _classes()  # spikes that meet on a line are one

    def _put(axons: Any, cores: np.ndarray, places: np.ndarray, values: Any) -> None:
        index = tuple(torch.from_numpy(part.astype(np.int64)) for part in (cores, places))
        axons.index_put_(index, values, accumulate=True)

    def _classes() -> Any:
        classes = program.outputs.classes
        voters = np.bincount(classes)
        return torch.from_numpy(((classes[:, None] == np.arange(len(voters))) / voters).astype(np.float32))

    class Model(models.NeuroBenchModel):
        """The mirror as NeuroBench wants it."""

        def __init__(self) -> None:
            super().__init__()
            self.net = Mirror().eval()
            self.add_activation_module(Spike)

        def __call__(self, batch: Any) -> Any:
            with torch.no_grad():
                return self.net(batch)

        def __net__(self) -> Any:
            return self.net

    return Model()


def _chip_bits(program: ChipProgram) -> type:
    """Give a static metric: the bits of the memories of all cores."""
    abstract: Any = needed("neurobench.metrics.abstract", _INSTALL)

    class ChipBits(abstract.StaticMetric):
        """Bits of the cores' memories."""

        def __call__(self, model: Any) -> float:
            return float(program.n_cores * N_NEURONS * MEMORY_ROW_BITS)

    return ChipBits


def _energy() -> type:
    """Give an accumulated metric: joules an image, from counted events and hops."""
    abstract: Any = needed("neurobench.metrics.abstract", _INSTALL)

    class EnergyPerImage(abstract.AccumulatedMetric):
        """Joules an image."""

        def __init__(self) -> None:
            super().__init__(requires_hooks=True)
            self.reset()

        def reset(self) -> None:
            self.joules, self.images = 0.0, 0

        def __call__(self, model: Any, predictions: Any, data: Any) -> float:
            self.joules += model.net.joules
            self.images += len(data[0])
            return self.compute()

        def compute(self) -> float:
            return self.joules / max(self.images, 1)

    return EnergyPerImage
