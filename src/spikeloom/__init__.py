"""spikeloom weaves probabilities into crossbars: train, sample, run on TrueNorth's cores, measure.

import spikeloom as sl
learned = sl.load("zoo:mnist-5")
program = sl.deploy(learned, members=16, seed=1)
result = sl.simulate(program, sl.data.mnist(train=False))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# Where each public name lives; imported when first used, so that torch is there only for those who train.
_HOMES = {
    "ChipProgram": "spikeloom.chip.program",
    "Interface": "spikeloom.interface",
    "LearnedNetwork": "spikeloom.network.learned",
    "Measurement": "spikeloom.measure.measurement",
    "ProgramBuilder": "spikeloom.chip.builder",
    "Relays": "spikeloom.deployment.relay",
    "SpikeloomError": "spikeloom.errors",
    "deploy": "spikeloom.deployment.deploy",
    "deploy_together": "spikeloom.deployment.deploy",
    "fit_report": "spikeloom.chip.fit",
    "load": "spikeloom.zoo",
    "load_recipe": "spikeloom.training.recipe_files",
    "predict": "spikeloom.measure.prediction",
    "run": "spikeloom.simulation",
    "save_learned": "spikeloom.network.storage",
    "save_program": "spikeloom.chip.storage",
    "show_moved": "spikeloom.deployment.deploy",
    "simulate": "spikeloom.measure.evaluation",
    "train": "spikeloom.training.fit",
}

if TYPE_CHECKING:
    from spikeloom import data as data
    from spikeloom.chip.builder import ProgramBuilder as ProgramBuilder
    from spikeloom.chip.fit import fit_report as fit_report
    from spikeloom.chip.program import ChipProgram as ChipProgram
    from spikeloom.chip.storage import save_program as save_program
    from spikeloom.deployment.deploy import deploy as deploy
    from spikeloom.deployment.deploy import deploy_together as deploy_together
    from spikeloom.deployment.deploy import show_moved as show_moved
    from spikeloom.deployment.relay import Relays as Relays
    from spikeloom.errors import SpikeloomError as SpikeloomError
    from spikeloom.interface import Interface as Interface
    from spikeloom.measure.evaluation import simulate as simulate
    from spikeloom.measure.measurement import Measurement as Measurement
    from spikeloom.measure.prediction import predict as predict
    from spikeloom.network.learned import LearnedNetwork as LearnedNetwork
    from spikeloom.network.storage import save_learned as save_learned
    from spikeloom.simulation import run as run
    from spikeloom.training.fit import train as train
    from spikeloom.training.recipe_files import load_recipe as load_recipe
    from spikeloom.zoo import load as load

__all__ = [*sorted(_HOMES), "data"]


def __getattr__(name: str) -> Any:
    if name == "data":
        return import_module("spikeloom.data")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'spikeloom' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
