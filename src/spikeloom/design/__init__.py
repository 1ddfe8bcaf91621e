"""A recipe for data and a budget of cores: coding, topology, and how long to train, each with its reason.

Of several codings the validation split chooses, by short trainings; the test set is never looked at.
"""

from spikeloom.design.choice import choose, design_recipe
from spikeloom.design.codings import codings_for, delays_for, grey_share
from spikeloom.design.recipe import recipe_text, recipe_values, training_for
from spikeloom.design.topologies import Design, described, designs

__all__ = [
    "Design",
    "choose",
    "codings_for",
    "delays_for",
    "described",
    "design_recipe",
    "designs",
    "grey_share",
    "recipe_text",
    "recipe_values",
    "training_for",
]
