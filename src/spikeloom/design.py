"""A recipe for data and a budget of cores: coding, topology, and how long to train, each with its reason.

Of several codings the validation split can choose, by short trainings; the test set is never looked at.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spikeloom.chip.limits import N_NEURONS
from spikeloom.data import NAMES, DataLike, Dataset, as_dataset, load_dataset
from spikeloom.errors import FitError
from spikeloom.interface import Coding, Dithered, Interface, Still, Stream, Thermometer, Threshold
from spikeloom.interface.delays import DELAY_MAX, NOW, delayed
from spikeloom.interface.encode import coded_rows
from spikeloom.measure.energy import PAPER_PROFILE, energy_per_image, named_profile
from spikeloom.network.proposals import Proposal, propose
from spikeloom.training.recipe import Recipe
from spikeloom.training.recipe_files import as_toml, recipe_of

_GREY = (0.15, 0.85)  # values between are neither dark nor light
_TWO_VALUED = 0.15  # share of such values up to which a threshold loses little
_TAIL = 0.02  # share of the values at either end that thresholds are not spread over
_FEW, _FEW_HELD_OUT = 3_000, 0.2  # of few examples a larger share is held out, or chance would choose
_SIDE_LEAST = 8  # pixels, of pictures that may be moved
_SAMPLE = 2_000  # examples that a histogram is taken of
_PATTERN = ((0, 6, 2), (4, 8, 3), (7, 1, 5))  # ranks of nine thresholds, neighbours far apart
_ON_SHARE, _ACTIVE_SHARE = 0.5, 0.15  # of synapses, and of axons above the input: what networks are like at the start

STEPS_LEAST, EPOCHS_LEAST, EPOCHS_MOST = 6_000, 40, 150
BATCH_LEAST, BATCH_MOST, BATCHES = 8, 100, 40
TRIAL_EPOCHS = 1 / 10  # of the epochs, when codings are compared


@dataclass(frozen=True)
class Design:
    """A proposed topology under a coding, and what it would cost.

    channels : of the data
    joules : of an example, expected under the default profile before anything is trained
    """

    proposal: Proposal
    coding: Coding
    delays: tuple[int, ...]
    channels: int
    joules: float


def codings_for(dataset: Dataset) -> list[Coding]:
    """Give the codings that may suit the values of a training set, the likeliest first.

    Where nearly all values are dark or light, or the data are events, a threshold says it all; grey levels are spread
    over several lines a pixel, or over neighbouring pixels.
    """
    values = _sample(dataset)
    if dataset.is_sequences or grey_share(dataset) <= _TWO_VALUED:
        return [Threshold()]
    low, high = (float(np.quantile(values, share)) for share in (_TAIL, 1 - _TAIL))
    nine, three = (_spread(low, high, n) for n in (9, 3))
    pattern = tuple(tuple((nine[rank],) for rank in row) for row in _PATTERN)
    return [Thermometer(levels=3, thresholds=three), Dithered(thresholds=pattern), Threshold(at=_between(values))]


def grey_share(dataset: Dataset) -> float:
    """Give the share of values that are neither dark nor light."""
    values = _sample(dataset)
    return float(((values > _GREY[0]) & (values < _GREY[1])).mean())


def delays_for(dataset: Dataset) -> tuple[int, ...]:
    """Give the ticks ago that values are seen: of sequences also a quarter of an example ago, by which they move."""
    if not dataset.is_sequences or dataset.n_frames < 2:
        return NOW
    return 0, min(max(dataset.n_frames // 4, 1), DELAY_MAX)


def designs(
    dataset: Dataset, cores: int, coding: Coding | None = None, delays: Sequence[int] | None = None, ticks: int = 1
) -> list[Design]:
    """Give topologies of at most so many cores for a training set, cheapest first.

    Parameters
    ----------
    coding : Coding, optional
        The likeliest by default.
    delays : sequence of int, optional
        As `delays_for` by default.
    ticks : int
        That an example, or each of its frames, is shown.

    Raises
    ------
    FitError
        If nothing fits; the message says what would.
    """
    chosen = codings_for(dataset)[0] if coding is None else coding
    seen = delays_for(dataset) if delays is None else tuple(delays)
    rows, columns, channels = dataset.value_shape
    interface = _interface(dataset, chosen, seen, ticks)
    lines = channels * interface.lines_per_value
    spiking = _spiking_share(dataset, interface)
    return [
        Design(proposal, chosen, seen, channels, _joules(proposal, interface, spiking))
        for proposal in propose((rows, columns, lines), dataset.n_classes, cores)
    ]


def recipe_values(dataset: Dataset, design: Design, name: str | None = None, ticks: int = 1) -> dict[str, Any]:
    """Give the recipe of a design as the values of a short TOML file."""
    topology = design.proposal.topology
    layers = []
    for place, windows in enumerate(topology.layers):
        layer: dict[str, Any] = {"window": list(windows.size), "stride": list(windows.stride)}
        layer |= {"repeats": windows.repeats} if windows.repeats > 1 else {}
        layer |= {"features": windows.features, "shared": True} if place else {}
        layers.append(layer)
    interface: dict[str, Any] = {"coding": _coding_values(design.coding)}
    interface |= {"delays": list(design.delays)} if design.delays != NOW else {}
    interface |= {"frames": {"name": "still", "ticks": ticks}} if ticks > 1 else {}
    return {
        "extends": "deployed",
        "name": name or _name_of(dataset, topology.n_cores),
        "data": _data_values(dataset),
        "layers": layers,
        "interface": interface,
        "train": training_for(len(dataset), topology.n_cores),
        "augment": _augmentation(dataset),
    }


def training_for(n_examples: int, n_cores: int) -> dict[str, Any]:
    """Give epochs and batch by the number of examples: small data are seen more often, in smaller steps."""
    batch = min(max(n_examples // BATCHES, BATCH_LEAST), BATCH_MOST)
    epochs = min(max(math.ceil(STEPS_LEAST * batch / n_examples), EPOCHS_LEAST), EPOCHS_MOST)
    return {"epochs": epochs, "batch": batch, "learning_rate": 0.006 if n_cores > 5 else 0.004}


def recipe_text(values: dict[str, Any], reasons: Sequence[str] = ()) -> str:
    """Give such values as a TOML file, a line a key, with reasons as its first comments."""
    lines = [f"# {reason}" for reason in reasons]
    lines += [f"{key} = {as_toml(value)}" for key, value in values.items() if not isinstance(value, dict | list)]
    for key, value in values.items():
        tables = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
        for table in tables:
            lines += ["", f"[[{key}]]" if isinstance(value, list) else f"[{key}]"]
            lines += [f"{name} = {as_toml(entry)}" for name, entry in table.items()]
    return "\n".join(lines) + "\n"


def design_recipe(data: DataLike, cores: int, *, threads: int = 0) -> Recipe:
    """Give a recipe for data and a budget of cores; the validation split chooses the coding, by short trainings.

    Parameters
    ----------
    data : Dataset, (images, labels), or the name or path of a data set, whose training split is taken

    Raises
    ------
    FitError
        If nothing fits; the message says what would.
    """
    dataset, design = choose(as_dataset(data, "train"), cores, threads=threads)
    return recipe_of(recipe_values(dataset, design), "of the design")


def choose(
    dataset: Dataset,
    cores: int,
    delays: Sequence[int] | None = None,
    ticks: int = 1,
    threads: int = 0,
    hear: Callable[[Design, float, int], None] = lambda design, accuracy, epochs: None,
) -> tuple[Dataset, Design]:
    """Give the largest design under the coding that decides most of the validation split after a short training.

    Pictures of colours are tried in grey too, whose neurons see three times as many pixels; so the data come back as
    they are to be read.

    Parameters
    ----------
    hear : callable
        Hears each design, its validation accuracy and the epochs of its training.
    """
    candidates = _candidates(dataset, cores, delays, ticks)
    if not candidates:
        return dataset, designs(dataset, cores, delays=delays, ticks=ticks)[-1]  # whose refusal says what would fit
    if len(candidates) == 1:
        return candidates[0]
    accuracies = []
    for data, design in candidates:
        accuracy, epochs = _tried(data, design, ticks, threads)
        accuracies.append(accuracy)
        hear(design, accuracy, epochs)
    return candidates[int(np.argmax(accuracies))]


def _candidates(dataset: Dataset, cores: int, delays: Sequence[int] | None, ticks: int) -> list[tuple[Dataset, Design]]:
    """Give the largest design of each coding that fits, in colours and in grey."""
    found = []
    for data in (dataset, *_in_grey(dataset)):
        for coding in codings_for(data):
            try:
                found.append((data, designs(data, cores, coding, delays, ticks)[-1]))
            except FitError:  # more lines than the budget can see
                continue
    return found


def _in_grey(dataset: Dataset) -> list[Dataset]:
    """Give pictures of colours read in grey, where nothing was said of colours."""
    asked = dataset.preparation
    if dataset.source is None or dataset.is_sequences or dataset.value_shape[2] != 3 or asked.colours != "kept":
        return []
    return [load_dataset(dataset.source, "train", asked.model_copy(update={"colours": "grey"}))]


def _tried(dataset: Dataset, design: Design, ticks: int, threads: int) -> tuple[float, int]:
    """Give the validation accuracy of a design after a short training, and its epochs."""
    from spikeloom.training.fit import train
    from spikeloom.training.reporter import Silent

    values = recipe_values(dataset, design, ticks=ticks)
    epochs = max(math.ceil(values["train"]["epochs"] * TRIAL_EPOCHS), 2)
    values["train"]["epochs"] = epochs
    network = train(recipe_of(values, str(values["name"])), dataset, threads=threads, reporter=Silent())
    return network.training["log"][-1]["unsampled_validation_accuracy"], epochs


def described(design: Design) -> str:
    """Say in a few words how a design shows its data."""
    coding, channels = design.coding, design.channels
    colours = {1: "", 3: " of each colour"}.get(channels, f" of {channels} channels")
    if isinstance(coding, Dithered):
        down, right = coding.period
        return f"dithered over {down} x {right} pixels{colours}"
    if isinstance(coding, Thermometer):
        return f"thermometer of {coding.levels} levels{colours}"
    return f"threshold at {coding.at:g}{colours}" if isinstance(coding, Threshold) else coding.name


def _coding_values(coding: Coding) -> dict[str, Any]:
    """Give a coding as a recipe has it, a bare threshold for a pixel of one level."""
    values = {"name": coding.name, **coding.model_dump(mode="json", exclude_defaults=True)}
    if isinstance(coding, Dithered) and coding.width == 1:
        values["thresholds"] = [[pixel[0] for pixel in row] for row in coding.thresholds]
    return values


def _interface(dataset: Dataset, coding: Coding, delays: tuple[int, ...], ticks: int) -> Interface:
    frames = Stream(frames=dataset.n_frames, ticks=ticks) if dataset.is_sequences else Still(ticks=ticks)
    return Interface(
        frames=frames, coding=coding, delays=delays, value_shape=dataset.value_shape,
        class_names=dataset.class_names, latency=2,
    )  # fmt: skip


def _spiking_share(dataset: Dataset, interface: Interface) -> float:
    """Give the share of input lines that spike in a tick, in the mean over some examples."""
    values = dataset.take(slice(min(len(dataset), _SAMPLE // 10))).values
    rows, lasting = coded_rows(interface, values)
    by_tick = delayed(rows.repeat(lasting, axis=0), interface.ticks_per_image, interface.delays)
    return float(by_tick.mean())


def _joules(proposal: Proposal, interface: Interface, spiking: float) -> float:
    """Give the expected energy: half of the synapses on, axons above the input active as training takes them to be."""
    first, *_ = proposal.topology.layers
    looking = math.prod(proposal.topology.grids[0])
    input_axons = looking * first.area * proposal.topology.input_shape[2] * first.repeats
    others = (proposal.cores - looking) * N_NEURONS
    per_tick = (input_axons * spiking + others * _ACTIVE_SHARE) * N_NEURONS * _ON_SHARE
    ticks = interface.ticks_per_image
    return energy_per_image(named_profile(PAPER_PROFILE), proposal.cores, ticks, per_tick * ticks, 0).total


def _augmentation(dataset: Dataset) -> dict[str, float]:
    """Give how training pictures are moved: a little, few of them more, and motion not at all."""
    side = min(dataset.value_shape[:2])
    if dataset.is_sequences or side < _SIDE_LEAST:
        return {"rotation": 0.0, "shift": 0.0, "scale": 0.0}
    if len(dataset) < _FEW:
        return {"rotation": 10.0, "shift": round(side / 8, 2), "scale": 0.15}
    return {"rotation": 4.0, "shift": round(side / 28, 2), "scale": 0.05}


def _data_values(dataset: Dataset) -> dict[str, Any]:
    named = {} if dataset.source is None else {"name" if dataset.source in NAMES else "path": dataset.source}
    held_out = {"validation": _FEW_HELD_OUT} if len(dataset) < _FEW else {}
    return named | held_out | dataset.preparation.model_dump(mode="json", exclude_defaults=True)


def _name_of(dataset: Dataset, n_cores: int) -> str:
    stem = Path(str(dataset.source)).stem if dataset.source is not None else "arrays"
    return f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', stem).strip('-.') or 'data'}-{n_cores}"


def _sample(dataset: Dataset) -> np.ndarray:
    """Give values of some examples, spread over the data set."""
    step = max(len(dataset) // _SAMPLE, 1)
    return dataset.take(slice(None, None, step)).values.ravel()


def _spread(low: float, high: float, n: int) -> tuple[float, ...]:
    """Give n thresholds, evenly spread over a range."""
    return tuple(round(low + (level + 0.5) / n * (high - low), 4) for level in range(n))


def _between(values: np.ndarray) -> float:
    """Give the threshold that parts dark from light best: that of the largest variance between the two (Otsu 1979)."""
    counts, edges = np.histogram(values, 256, (0.0, 1.0))
    below, above = np.cumsum(counts)[:-1], np.cumsum(counts[::-1])[::-1][1:]
    sums = np.cumsum(counts * (edges[:-1] + edges[1:]) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):  # where one of the two is empty
        variance = below * above * (sums[:-1] / below - (sums[-1] - sums[:-1]) / above) ** 2
    return round(float(edges[1:-1][int(np.nanargmax(variance))]), 4)
