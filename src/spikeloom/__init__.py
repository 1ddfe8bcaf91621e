"""spikeloom weaves probabilities into crossbars: train, sample, run on TrueNorth's cores, measure.

import spikeloom as sl
learned = sl.load("zoo:mnist-5")
program = sl.deploy(learned, members=16, seed=1)
result = sl.simulate(program, sl.data.mnist(train=False))
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# Threads that wait for each other spin, and beside a busy program they spin away the time of those they wait for. This
# bounds it: a longer spin is slower beside others, a shorter one on an idle machine (docs/measurements.md). It must
# stand before torch or numba are loaded, and what the user chose stays.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")

# Where each public name lives; imported when first used, so that torch is there only for those who train.
_HOMES = {
    "ByImage": "spikeloom.measure.by_image",
    "ChipProgram": "spikeloom.chip.program",
    "Comparison": "spikeloom.measure.comparison",
    "Interface": "spikeloom.interface",
    "LearnedNetwork": "spikeloom.network.learned",
    "Measurement": "spikeloom.measure.measurement",
    "Prediction": "spikeloom.measure.prediction",
    "Preparation": "spikeloom.interface.preparation",
    "ProgramBuilder": "spikeloom.chip.builder",
    "Relays": "spikeloom.deployment.relay",
    "Reporter": "spikeloom.training.reporter",
    "Silent": "spikeloom.training.reporter",
    "SpikeRecord": "spikeloom.simulation.base",
    "SpikeloomError": "spikeloom.errors",
    "Watched": "spikeloom.measure.watching",
    "by_image": "spikeloom.measure.by_image",
    "compare_decisions": "spikeloom.measure.comparison",
    "deploy": "spikeloom.deployment.deploy",
    "deploy_together": "spikeloom.deployment.deploy",
    "design_recipe": "spikeloom.design",
    "fit_report": "spikeloom.chip.fit",
    "held_out": "spikeloom.measure.held_out",
    "load": "spikeloom.zoo",
    "load_network": "spikeloom.zoo",
    "load_program": "spikeloom.zoo",
    "load_recipe": "spikeloom.training.recipe_files",
    "predict": "spikeloom.measure.prediction",
    "run": "spikeloom.simulation",
    "save_learned": "spikeloom.network.storage",
    "save_program": "spikeloom.chip.storage",
    "show_frames": "spikeloom.deployment.deploy",
    "show_moved": "spikeloom.deployment.deploy",
    "simulate": "spikeloom.measure.evaluation",
    "train": "spikeloom.training.fit",
    "watch": "spikeloom.measure.watching",
}

_ROOMS = ("data", "plot")  # public as a whole

if TYPE_CHECKING:
    from spikeloom import data as data
    from spikeloom import plot as plot
    from spikeloom.chip.builder import ProgramBuilder as ProgramBuilder
    from spikeloom.chip.fit import fit_report as fit_report
    from spikeloom.chip.program import ChipProgram as ChipProgram
    from spikeloom.chip.storage import save_program as save_program
    from spikeloom.deployment.deploy import deploy as deploy
    from spikeloom.deployment.deploy import deploy_together as deploy_together
    from spikeloom.deployment.deploy import show_frames as show_frames
    from spikeloom.deployment.deploy import show_moved as show_moved
    from spikeloom.deployment.relay import Relays as Relays
    from spikeloom.design import design_recipe as design_recipe
    from spikeloom.errors import SpikeloomError as SpikeloomError
    from spikeloom.interface import Interface as Interface
    from spikeloom.interface import Preparation as Preparation
    from spikeloom.measure.by_image import ByImage as ByImage
    from spikeloom.measure.by_image import by_image as by_image
    from spikeloom.measure.comparison import Comparison as Comparison
    from spikeloom.measure.comparison import compare_decisions as compare_decisions
    from spikeloom.measure.evaluation import simulate as simulate
    from spikeloom.measure.held_out import held_out as held_out
    from spikeloom.measure.measurement import Measurement as Measurement
    from spikeloom.measure.prediction import Prediction as Prediction
    from spikeloom.measure.prediction import predict as predict
    from spikeloom.measure.watching import Watched as Watched
    from spikeloom.measure.watching import watch as watch
    from spikeloom.network.learned import LearnedNetwork as LearnedNetwork
    from spikeloom.network.storage import save_learned as save_learned
    from spikeloom.simulation import SpikeRecord as SpikeRecord
    from spikeloom.simulation import run as run
    from spikeloom.training.fit import train as train
    from spikeloom.training.recipe_files import load_recipe as load_recipe
    from spikeloom.training.reporter import Reporter as Reporter
    from spikeloom.training.reporter import Silent as Silent
    from spikeloom.zoo import load as load
    from spikeloom.zoo import load_network as load_network
    from spikeloom.zoo import load_program as load_program

__all__ = [
    "ByImage",
    "ChipProgram",
    "Comparison",
    "Interface",
    "LearnedNetwork",
    "Measurement",
    "Prediction",
    "Preparation",
    "ProgramBuilder",
    "Relays",
    "Reporter",
    "Silent",
    "SpikeRecord",
    "SpikeloomError",
    "Watched",
    "by_image",
    "compare_decisions",
    "data",
    "deploy",
    "deploy_together",
    "design_recipe",
    "fit_report",
    "held_out",
    "load",
    "load_network",
    "load_program",
    "load_recipe",
    "plot",
    "predict",
    "run",
    "save_learned",
    "save_program",
    "show_frames",
    "show_moved",
    "simulate",
    "train",
    "watch",
]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"spikeloom.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'spikeloom' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
