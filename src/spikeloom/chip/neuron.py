r"""The neuron: its parameters and its equations, in the order integrate, leak, threshold and reset.

    V += sum_i A_i w_ij [ (1 - b_G) s_G + b_G F(s_G, rho) sgn(s_G) ]       G: type of axon i
    Omega = (1 - eps) + eps sgn(V)
    V += Omega [ (1 - c) lambda + c F(lambda, rho) sgn(lambda) ]           F(s, rho) = 1 if |s| >= rho else 0
    eta = rho_T & (2^TM - 1)
    V >= alpha + eta:   spike;  V = R  |  V - (alpha + eta)  |  V          gamma = 0 | 1 | 2
    V < -[beta kappa + (beta + eta)(1 - kappa)]:
                        V = -beta  if kappa  else  -R  |  V + (beta + eta)  |  V

The potential saturates at 20 bits after the integration, after the leak and after the reset. rho is uniform on
0 .. 255.
Source: Cassidy et al., IJCNN 2013.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from spikeloom.chip.limits import N_AXON_TYPES, POTENTIAL_MAX, POTENTIAL_MIN
from spikeloom.errors import ProgramError
from spikeloom.value import Value

RESET_TO_VALUE, RESET_BY_THRESHOLD, RESET_NONE = 0, 1, 2
RESET_MODES = (RESET_TO_VALUE, RESET_BY_THRESHOLD, RESET_NONE)


@dataclass(frozen=True, eq=False, repr=False)
class Neurons(Value):
    """Parameters of many neurons, an array a parameter, all of one leading shape (n_cores, n_neurons) or (n_neurons,).

    strengths : (..., n_axon_types) int16, s
    stochastic_synapse : (..., n_axon_types) bool, b
    leak : int16, lambda;  stochastic_leak : bool, c;  leak_reversal : bool, epsilon
    threshold : int32, alpha;  negative_threshold : int32, beta;  mask_bits : uint8, TM
    reset_mode : uint8, gamma;  saturate : bool, kappa (else reset below the negative threshold);  reset : int32, R
    """

    strengths: np.ndarray
    stochastic_synapse: np.ndarray
    leak: np.ndarray
    stochastic_leak: np.ndarray
    leak_reversal: np.ndarray
    threshold: np.ndarray
    negative_threshold: np.ndarray
    mask_bits: np.ndarray
    reset_mode: np.ndarray
    saturate: np.ndarray
    reset: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        """The leading shape that all parameters share."""
        return self.leak.shape

    def __repr__(self) -> str:
        """Give one line: the shape, and the parameters that are not all zero."""
        used = [name for name, array in self.items() if array.any()]
        return f"Neurons({' x '.join(map(str, self.shape))}, {', '.join(used) or 'all parameters zero'})"

    def __getitem__(self, index: Any) -> Neurons:
        return Neurons(*(array[index] for _, array in self.items()))

    def items(self) -> Iterator[tuple[str, np.ndarray]]:
        """Give name and array of every parameter."""
        return ((part.name, getattr(self, part.name)) for part in fields(self))


PARAMETER_TYPES: dict[str, type] = {
    "strengths": np.int16,
    "stochastic_synapse": np.bool_,
    "leak": np.int16,
    "stochastic_leak": np.bool_,
    "leak_reversal": np.bool_,
    "threshold": np.int32,
    "negative_threshold": np.int32,
    "mask_bits": np.uint8,
    "reset_mode": np.uint8,
    "saturate": np.bool_,
    "reset": np.int32,
}
PARAMETERS_BY_TYPE = ("strengths", "stochastic_synapse")


def memoryless(strengths: np.ndarray, leak: np.ndarray) -> Neurons:
    """Give neurons that spike when input + leak > 0 and forget everything at the end of the tick.

    On integers I > 0 is V >= 1: threshold 1, reset to 0, and saturation at 0 from below. A potential of exactly 0
    stays 0, so every tick starts at 0. Source: Esser et al. 2015, eq. 2.

    Parameters
    ----------
    strengths : (..., n_axon_types) int
    leak : (...) int
        The bias of the training network as an integer.
    """
    return neurons(leak.shape, strengths=strengths, leak=leak, threshold=1, saturate=True)


def neurons(shape: tuple[int, ...], **parameters: Any) -> Neurons:
    """Give neurons of this leading shape; parameters not named are zero, and scalars fill the shape.

    Raises
    ------
    ProgramError
        If a name is not a parameter.
    """
    check_parameter_names(parameters)
    return Neurons(
        **{
            name: np.broadcast_to(np.asarray(parameters.get(name, 0)).astype(kind), parameter_shape(name, shape))
            for name, kind in PARAMETER_TYPES.items()
        }
    )


def parameter_shape(name: str, leading: tuple[int, ...]) -> tuple[int, ...]:
    """Give the shape of a parameter's array: strengths have one value an axon type, the others one a neuron."""
    return (*leading, N_AXON_TYPES) if name in PARAMETERS_BY_TYPE else leading


def check_parameter_names(names: Iterable[str]) -> None:
    """Refuse names that are no neuron parameters."""
    unknown = sorted(set(names) - set(PARAMETER_TYPES))
    if unknown:
        raise ProgramError(f"neuron: no parameter {', '.join(unknown)}; there are {', '.join(PARAMETER_TYPES)}")


def integrate(potentials: np.ndarray, synaptic_input: np.ndarray) -> np.ndarray:
    """Add the synaptic input of one tick to the potentials."""
    return saturated(potentials + synaptic_input)


def leak(potentials: np.ndarray, parameters: Neurons, rho: np.ndarray) -> np.ndarray:
    """Add the leak; with leak reversal it points away from zero (or towards it, when negative).

    Parameters
    ----------
    potentials : (n_neurons,) int64
    parameters : Neurons of (n_neurons,)
    rho : (n_neurons,) int
        Random numbers in 0 .. 255 for stochastic leaks.
    """
    amount = stochastic(parameters.leak, parameters.stochastic_leak, rho)
    direction = np.where(parameters.leak_reversal, np.sign(potentials), 1)
    return saturated(potentials + direction * amount)


def fire(potentials: np.ndarray, parameters: Neurons, rho: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compare with the thresholds and reset; give the spikes and the potentials that remain.

    Parameters
    ----------
    potentials : (n_neurons,) int64
    parameters : Neurons of (n_neurons,)
    rho : (n_neurons,) uint32
        Random numbers for the threshold's mask.
    """
    p = parameters
    eta = rho.astype(np.int64) & ((np.int64(1) << p.mask_bits.astype(np.int64)) - 1)
    threshold = p.threshold + eta
    spikes = potentials >= threshold
    after_spike = np.choose(p.reset_mode, [p.reset, potentials - threshold, potentials])

    negative_threshold = p.negative_threshold + np.where(p.saturate, 0, eta)
    below = ~spikes & (potentials < -negative_threshold)
    after_reset = np.choose(p.reset_mode, [-p.reset, potentials + negative_threshold, potentials])
    after_below = np.where(p.saturate, -p.negative_threshold, after_reset)

    remaining = np.where(spikes, after_spike, np.where(below, after_below, potentials))
    return spikes, saturated(remaining)


def stochastic(values: np.ndarray, switches: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """Give the values; where the switch is on, instead their sign with probability near |value| / 256."""
    values = values.astype(np.int64)
    return np.where(switches, np.sign(values) * (np.abs(values) >= rho), values)


def saturated(potentials: np.ndarray) -> np.ndarray:
    """Keep potentials within 20 bits."""
    return np.clip(potentials, POTENTIAL_MIN, POTENTIAL_MAX)
