"""Plots as functions: each takes plain values, draws on the axes it is given or on new ones, and returns them."""

from spikeloom.plot.activity import floor_plan, potentials, raster, votes
from spikeloom.plot.decisions import class_accuracy, confusion, mistakes
from spikeloom.plot.networks import probabilities, receptive_fields
from spikeloom.plot.theme import DARK, LIGHT, Theme
from spikeloom.plot.trends import accuracy_by_energy, accuracy_by_members, learning_curves

__all__ = [
    "DARK",
    "LIGHT",
    "Theme",
    "accuracy_by_energy",
    "accuracy_by_members",
    "class_accuracy",
    "confusion",
    "floor_plan",
    "learning_curves",
    "mistakes",
    "potentials",
    "probabilities",
    "raster",
    "receptive_fields",
    "votes",
]
