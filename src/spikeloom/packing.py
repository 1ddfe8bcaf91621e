"""Put trained networks into a zoo: the file as it is shipped, and the model card of what was measured of that file."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from spikeloom.chip.program import ChipProgram
from spikeloom.data import load_dataset
from spikeloom.data.datasets import Dataset
from spikeloom.deployment.deploy import deploy_together, show_moved
from spikeloom.errors import ArtefactError, RecipeError
from spikeloom.machine import threads_for
from spikeloom.measure.evaluation import evaluate_network, evaluate_program
from spikeloom.measure.held_out import held_out
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.quantise import quantise
from spikeloom.network.storage import load_learned, save_quantised
from spikeloom.provenance import Provenance, provenance_of
from spikeloom.training.files import LEARNED_FILE
from spikeloom.training.recipe import Recipe
from spikeloom.training.recipe_files import changes_of, recorded_recipe, shipped_recipes
from spikeloom.writing import write_atomically
from spikeloom.zoo import load_network
from spikeloom.zoo.cards import Card

DRAWS, SIZES = 10, (1, 4, 16, 64)


def pack_network(
    name: str,
    run: Path,
    folder: Path,
    commands: Sequence[str] = (),
    differs: str | None = None,
    threads: int = 0,
    with_test: bool = True,
) -> Card:
    """Write the learned network of a run small, as NAME.safetensors, and its card, as NAME.json; give the card.

    Synapses that are sure are kept as bits, other probabilities in 8 bits; what is then measured is what is shipped.

    Parameters
    ----------
    commands : sequence of str
        That make it again; by default the training by its shipped recipe, and this packing.
    differs : str, optional
        What those commands would give otherwise.
    with_test : bool
        Whether the test set is asked too: not of what is there to be chosen among.
    """
    _check_name(name)
    learned = load_learned(run / LEARNED_FILE)
    network, recipe = quantise(learned), recorded_recipe(learned)
    trained, resumed = _trained(learned)
    made_by = tuple(commands) or _commands(name, learned, with_test)
    sizes = SIZES[:1] if network.is_certain else SIZES
    ensembles = dict.fromkeys(sizes, 1 if network.is_certain else DRAWS)
    splits, data = _splits(learned, with_test)
    found = [evaluate_network(network, images, ensembles, threads=threads) for images in splits]
    made = Card(
        name=name,
        data=recipe.data.source,
        cores=network.n_cores,
        members=1,
        method=recipe.method.name,
        recipe=recipe.name,
        changes=changes_of(recipe),
        seed=recipe.seed,
        validation=tuple(found[0][size].figures for size in sizes),
        test=tuple(one[size].figures for one in found[1:] for size in sizes),
        commands=made_by,
        differs=differs,
        trained=trained,
        resumed=resumed,
        measured=provenance_of("cpu", threads_for(threads), data),
    )
    save_quantised(learned, folder / f"{name}.safetensors")
    _write(made, folder)
    return made


def pack_ensemble(
    name: str,
    sources: Sequence[str],
    folder: Path,
    copies: int = 1,
    ticks: int = 1,
    threads: int = 0,
    with_test: bool = True,
) -> Card:
    """Measure an ensemble of shipped networks, in shifted copies and for some ticks; write and give its card.

    Raises
    ------
    ArtefactError
        If the networks held out different images: then no validation split is unseen by all.
    """
    _check_name(name)
    for source in sources:
        if not source.startswith("zoo:"):
            raise ArtefactError(f"{name}: {source} is no zoo:NAME; a card names shipped networks, so pack it first")
    networks = [load_network(source) for source in sources]
    recipes = [recorded_recipe(network) for network in networks]
    if any(recipe.data != recipes[0].data for recipe in recipes):
        raise ArtefactError(f"{name}: its networks held out different images; an ensemble needs one validation split")
    program = show_moved(deploy_together(networks, copies=copies), ticks)
    splits, data = _splits(networks[0], with_test)
    found = [evaluate_program(program, images, threads=threads) for images in splits]
    names = tuple(source.removeprefix("zoo:") for source in sources)
    made = Card(
        name=name,
        data=recipes[0].data.source,
        cores=program.n_cores,
        members=len(program.members),
        method=_method(recipes),
        recipe=recipes[0].name,
        seed=0,
        networks=names,
        copies=copies,
        ticks=ticks,
        validation=tuple(one.figures for one in found[:1]),
        test=tuple(one.figures for one in found[1:]),
        commands=(
            f"spikeloom pack ensemble {name} {' '.join(sources)} --copies {copies} --ticks {ticks}{_asked(with_test)}",
        ),
        measured=provenance_of("cpu", threads_for(threads), data),
    )
    _write(made, folder)
    return made


def measured_again(card: Card, model: LearnedNetwork | ChipProgram, threads: int = 0) -> Card:
    """Give the card with everything measured anew of what it describes."""
    splits, data = _splits(load_network(f"zoo:{(card.networks or (card.name,))[0]}"), bool(card.test))
    if isinstance(model, ChipProgram):
        found = [{card.members: evaluate_program(model, images, threads=threads)} for images in splits]
    else:
        ensembles = {one.members: one.draws for one in card.validation}
        found = [evaluate_network(model, images, ensembles, threads=threads) for images in splits]
    measured = [tuple(one[size.members].figures for size in card.validation) for one in found]
    changed = {
        "validation": measured[0],
        "test": measured[1] if card.test else (),
        "measured": provenance_of("cpu", threads_for(threads), data),
    }
    return card.model_copy(update=changed)


def _check_name(name: str) -> None:
    """Refuse a name that is none of a file in its folder."""
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise ArtefactError(f"name '{name}': letters, digits, points and dashes are allowed, a letter or digit first")


def _commands(name: str, learned: LearnedNetwork, with_test: bool) -> tuple[str, ...]:
    recipe = recorded_recipe(learned)
    if said := sorted({"start", "begun", "processes"} & set(learned.training)):
        raise RecipeError(
            f"{name}: its training has {', '.join(said)}, so no recipe alone makes it; say with --command"
        )
    if recipe.name not in shipped_recipes():
        raise RecipeError(f"{name}: recipe '{recipe.name}' is not shipped; say with --command how the network is made")
    seed = f" --seed {recipe.seed}" if recipe.seed else ""
    changed = "".join(f" --set {shlex.quote(change)}" for change in changes_of(recipe))
    run = f"runs/{name}"
    return (
        f"spikeloom train {recipe.name}{seed}{changed} --out {run}",
        f"spikeloom pack network {name} {run}{_asked(with_test)}",
    )


def _asked(with_test: bool) -> str:
    return "" if with_test else " --no-test"


def _trained(network: LearnedNetwork) -> tuple[Provenance | None, tuple[Provenance, ...]]:
    """Give where a network was trained, where it tells, and where its training went on."""
    told, resumed = network.training.get("provenance"), network.training.get("resumed", [])
    try:
        first = None if told is None else Provenance.model_validate(told)
        return first, tuple(Provenance.model_validate(place) for place in resumed)
    except (TypeError, ValidationError) as error:
        raise ArtefactError(f"training: its provenance is damaged ({error}); train the network anew") from error


def _method(recipes: Sequence[Recipe]) -> Literal["probabilities", "deployed"]:
    sampled = any(recipe.method.name == "probabilities" for recipe in recipes)
    return "probabilities" if sampled else "deployed"


def _splits(network: LearnedNetwork, with_test: bool) -> tuple[list[Dataset], str]:
    """Give the validation split that no training saw, the test set where it is asked, and the latter's fingerprint.

    That names the data which a card speaks of, asked or not.
    """
    recipe = recorded_recipe(network)
    validation = held_out(network, recipe.data.source)
    test = load_dataset(recipe.data.source, "test", recipe.data.preparation)
    return [validation, test] if with_test else [validation], test.fingerprint


def _write(card: Card, folder: Path) -> None:
    write_atomically(folder / f"{card.name}.json", card.model_dump_json(indent=1).encode() + b"\n")
