"""Checkpoints: the network, the optimiser and the schedule after an epoch, from which training goes on bit for bit.

Every epoch draws from a generator of its own, made from the root seed and the epoch's number, so that no state of a
random generator needs to be kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from spikeloom.artefact import read_artefact, write_artefact
from spikeloom.errors import ArtefactError
from spikeloom.network.history import is_number
from spikeloom.network.learned import LearnedNetwork
from spikeloom.network.storage import learned_arrays, learned_from, learned_record
from spikeloom.training.files import CHECKPOINT, METRIC

_OPTIMISER, _PARAMETERS = "optimiser.", "parameters."


@dataclass(frozen=True)
class Checkpoint:
    """The network so far, its trained parameters, each epoch's metrics, and the states of optimiser and schedule."""

    network: LearnedNetwork
    parameters: dict[str, torch.Tensor]
    log: list[dict[str, Any]]
    optimiser: dict[str, Any]
    schedule: dict[str, Any]
    data: str
    """Fingerprint of the data set."""


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write a checkpoint, atomically."""
    # the learned network rounds; the parameters beside it are what training goes on from
    arrays = learned_arrays(checkpoint.network)
    for index, state in checkpoint.optimiser["state"].items():
        arrays |= {f"{_OPTIMISER}{index}.{name}": value.cpu().numpy() for name, value in state.items()}
    arrays |= {f"{_PARAMETERS}{name}": value.cpu().numpy() for name, value in checkpoint.parameters.items()}
    record = {
        **learned_record(checkpoint.network),
        "log": checkpoint.log,
        "optimiser": checkpoint.optimiser["param_groups"],
        "schedule": checkpoint.schedule,
        "data": checkpoint.data,
    }
    write_artefact(path, CHECKPOINT, arrays, record)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint.

    Raises
    ------
    ArtefactError
        If the file is damaged or foreign.
    """
    arrays, record = read_artefact(path, CHECKPOINT)
    try:
        optimiser = {"state": _optimiser_state(arrays), "param_groups": record["optimiser"]}
        network = learned_from(_of_network(arrays), record, path)
        log, schedule, data = _checked_log(record["log"]), dict(record["schedule"]), str(record["data"])
        return Checkpoint(network, _parameters(arrays), log, optimiser, schedule, data)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ArtefactError(f"{path}: is not a whole checkpoint ({error!r})") from error


def _checked_log(log: Any) -> list[dict[str, Any]]:
    """Give the metrics of every epoch, of which each is there in its place."""
    for epoch, metrics in enumerate(log, start=1):
        numbers = {name: metrics[name] for name in ("epoch", "loss", METRIC)}
        if numbers["epoch"] != epoch or not all(is_number(number) for number in numbers.values()):
            raise ValueError(f"epoch {epoch} of its log has {numbers}")
    return list(log)


def _of_network(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: array for name, array in arrays.items() if not name.startswith((_OPTIMISER, _PARAMETERS))}


def _parameters(arrays: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    return {
        name.removeprefix(_PARAMETERS): torch.from_numpy(array.copy())
        for name, array in arrays.items()
        if name.startswith(_PARAMETERS)
    }


def _optimiser_state(arrays: dict[str, np.ndarray]) -> dict[int, dict[str, torch.Tensor]]:
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, array in arrays.items():
        if name.startswith(_OPTIMISER):
            index, entry = name.removeprefix(_OPTIMISER).split(".")
            state.setdefault(int(index), {})[entry] = torch.from_numpy(array.copy())
    return state
