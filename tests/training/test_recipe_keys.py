"""Every key of a recipe is listed with type, default and meaning, and the list is the recipe's own."""

import tomllib

import pytest

from spikeloom.training.recipe_files import load_recipe, recipe_toml, shipped_recipes
from spikeloom.training.recipe_keys import recipe_keys

KEYS = {(key.key, key.kind): key for key in recipe_keys()}


@pytest.mark.parametrize(
    ("key", "kind", "type_", "default"),
    [
        ("train.epochs", "", "whole number from 1", "12"),
        ("train.learning_rate", "", "number above 0", "0.02"),
        ("method", "", "one of probabilities, deployed", "probabilities"),
        ("method.dropout", "probabilities", "number from 0 below 1", "0"),
        ("train.precision", "", "one of float32, bfloat16", "float32"),
        ("layers[].shared", "", "true or false", "false"),
        ("layers[].window", "", "whole number or [whole number, whole number]", ""),
        ("data.path", "", "text", "none"),
    ],
)
def test_a_key_is_told_as_the_model_has_it(key, kind, type_, default):
    assert (KEYS[key, kind].type, KEYS[key, kind].default) == (type_, default)


def test_every_key_has_a_meaning():
    assert [key.key for key in KEYS.values() if not key.meaning] == []


@pytest.mark.parametrize("name", sorted(set(shipped_recipes()) - {"quick", "deployed", "paper", "paper-recalled"}))
def test_every_key_of_a_shipped_recipe_is_in_the_list(name):
    known = {key for key, _ in KEYS}

    def dotted(table, within=""):
        for key, value in table.items():
            if isinstance(value, dict):
                yield from dotted(value, f"{within}{key}.")
            elif key == "layers":
                yield from (f"layers[].{part}" for layer in value for part in layer)
            else:
                yield within + key if key != "name" or within in ("", "data.") else within.rstrip(".")

    assert set(dotted(tomllib.loads(recipe_toml(load_recipe(name))))) <= known
