"""A training brought back to where its checkpoint left it, of which everything is checked before it is used.

What a checkpoint holds goes into compiled steps that look at no shape: a state that does not fit would be read and
written beyond its end. So names, shapes, types and values are those that the network, the optimiser and the schedule of
the recipe have, or the checkpoint is refused.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from spikeloom.errors import ArtefactError
from spikeloom.training.checkpoint import Checkpoint
from spikeloom.training.step import Schedule
from spikeloom.training.trainable import Trainable

_MOVING = {"lr", "betas", "momentum"}  # of an optimiser's group: what a schedule changes from step to step
_COUNTING = {"last_epoch", "_step_count", "_last_lr", "_get_lr_called_within_step"}  # of a schedule
_OF_ADAM = {"step", "exp_avg", "exp_avg_sq"}
_OF_SGD = {"momentum_buffer"}


def go_on(
    checkpoint: Checkpoint,
    network: Trainable,
    optimiser: torch.optim.Optimizer,
    schedule: Schedule,
    steps: int,
    begun: int,
    run: Path | None,
) -> None:
    """Bring parameters, optimiser and schedule to where the checkpoint left them.

    Parameters
    ----------
    steps : int
        Of an epoch.
    begun : int
        Epoch in which the schedule began.

    Raises
    ------
    ArtefactError
        If anything in it does not fit them.
    """
    try:
        _check_parameters(checkpoint.parameters, dict(network.named_parameters()))
        _check_state(checkpoint.optimiser["state"], optimiser)
        added = not checkpoint.schedule and begun == len(checkpoint.log)
        if not added:
            _check_groups(checkpoint.optimiser["param_groups"], optimiser.state_dict()["param_groups"])
            n_steps = (len(checkpoint.log) - begun) * steps
            _check_schedule(checkpoint.schedule, schedule.state_dict(), n_steps)
            _check_moved(checkpoint.optimiser["param_groups"], optimiser, schedule, n_steps)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        told = f"no {error}" if isinstance(error, KeyError) else error
        raise ArtefactError(f"{run}: its checkpoint is damaged ({told}); start a new run") from error
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(checkpoint.parameters[name])
    if added:
        # epochs that were just added have a schedule of their own, and the optimiser remembers
        fresh = optimiser.state_dict()["param_groups"]
        optimiser.load_state_dict({"state": checkpoint.optimiser["state"], "param_groups": fresh})
        return
    optimiser.load_state_dict(checkpoint.optimiser)
    schedule.load_state_dict(checkpoint.schedule)


def _check_parameters(found: Mapping[str, Tensor], fresh: Mapping[str, Tensor]) -> None:
    if odd := sorted(set(found) ^ set(fresh)):
        raise ValueError(f"{'no' if odd[0] in fresh else 'an unknown'} parameter {odd[0]}")
    for name, parameter in fresh.items():
        _check_numbers(f"parameter {name}", found[name], parameter.shape)


def _check_state(found: Mapping[int, Mapping[str, Tensor]], optimiser: torch.optim.Optimizer) -> None:
    """Check what the optimiser remembers of every parameter: moments of its shape, and steps that were taken."""
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    of_adam = isinstance(optimiser, torch.optim.Adam)
    expected = _OF_ADAM if of_adam else _OF_SGD if optimiser.param_groups[0]["momentum"] else set()
    if set(found) != (set(range(len(parameters))) if expected else set()):
        raise ValueError(f"the optimiser remembers {len(found)} of {len(parameters)} parameters")
    for index, state in found.items():
        if set(state) != expected:
            raise ValueError(f"the optimiser remembers {', '.join(sorted(state))} of parameter {index}")
        for name, value in state.items():
            part = f"the optimiser's {name} of parameter {index}"
            _check_numbers(part, value, () if name == "step" else parameters[index].shape)
            if name in ("step", "exp_avg_sq") and bool((value < 0).any()):
                raise ValueError(f"{part} is negative")


def _check_groups(found: Any, fresh: list[dict[str, Any]]) -> None:
    """Check the optimiser's settings: those of the recipe, but for what a schedule moves."""
    if not isinstance(found, list) or len(found) != len(fresh):
        raise ValueError("the optimiser's groups are others")
    for ours, group in zip(found, fresh, strict=True):
        _check_alike("the optimiser's group", ours, group, _MOVING)


def _check_schedule(found: Any, fresh: Mapping[str, Any], n_steps: int) -> None:
    _check_alike("the schedule", found, fresh, _COUNTING)
    if found["last_epoch"] != n_steps or type(found["last_epoch"]) is not int:
        raise ValueError(f"{found['last_epoch']} steps where {n_steps} were taken")


def _check_moved(
    found: list[dict[str, Any]], optimiser: torch.optim.Optimizer, schedule: Schedule, n_steps: int
) -> None:
    """Check that rates and momenta are those that the schedule has after so many steps."""
    schedule.last_epoch = n_steps
    closed = getattr(schedule, "_get_closed_form_lr", schedule.get_lr)  # what else is asked goes on from the last step
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch would have us ask for the last step's rates
        rates = closed()  # and moves the momenta of the optimiser's groups, where it cycles them
    for ours, group, rate in zip(found, optimiser.param_groups, rates, strict=True):
        moved = {name: group[name] for name in _MOVING & set(group)} | {"lr": rate}
        for name, value in moved.items():
            if not np.allclose(ours[name], value, rtol=1e-9, atol=1e-30):
                raise ValueError(f"the optimiser's {name} is {ours[name]}; after {n_steps} steps it is {value}")


def _check_alike(part: str, found: Any, fresh: Mapping[str, Any], moving: set[str]) -> None:
    """Check that a record is as a fresh one, but for numbers that move, which are as many and finite."""
    if not isinstance(found, dict) or set(found) != set(fresh):
        raise ValueError(f"{part} has other entries; it may be of another version of torch")
    for key, value in fresh.items():
        same = _shape_of(found[key]) == _shape_of(value) if key in moving else _plain(found[key]) == _plain(value)
        if not same:
            raise ValueError(f"{part}: {key} does not fit")


def _plain(value: Any) -> Any:
    """Give a value as JSON holds it: tuples as lists."""
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return {key: _plain(each) for key, each in value.items()} if isinstance(value, dict) else value


def _shape_of(value: Any) -> Any:
    """Give what of a value must fit where its numbers move; None where one is no finite number of at least 0."""
    if isinstance(value, list | tuple):
        return [_shape_of(each) for each in value]
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) and math.isfinite(value) and value >= 0 else None


def _check_numbers(part: str, found: Tensor, shape: tuple[int, ...] | torch.Size) -> None:
    if found.shape != torch.Size(shape) or found.dtype != torch.float32:
        raise ValueError(f"{part} is {found.dtype} of {list(found.shape)}, not float32 of {list(shape)}")
    if not bool(torch.isfinite(found).all()):
        raise ValueError(f"{part} is not finite")
