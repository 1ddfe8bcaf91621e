r"""A layer of cores with probabilities for values, and the probability that its neurons spike.

With x the probability of a spike on an axon, c that of a synapse being on, s its strength and b the bias:

    mean      mu  = b + sum x c s
    variance  var =     sum x c (1 - x c) s^2
    spike     n   = Phi((mu - boundary) / sqrt(var + floor))

because a sum of many independent Bernoulli terms is close to a Gaussian. Source: Esser et al. 2015, eq. 4 to 7.
Values lie features first, (feature, example), so that gathering axons copies whole rows.
"""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from spikeloom.chip.limits import LEAK_LIMIT
from spikeloom.network.learned import Convention, LearnedLayer

_DENSITY_AT_ZERO = 1 / math.sqrt(2 * math.pi)


class SpikeProbability(torch.autograd.Function):
    """The three equations of a layer and their gradient, written out so that a step is little more than its products.

    The variance of a term, x c (1 - x c), is made of two that are never negative, c x (1 - x) + c (1 - c) x^2, so that
    rounding a certain synapse leaves it certain. With g the gradient with respect to n and phi the Gaussian density,
    z = (mu - boundary) / deviation:

        g_mu = g phi(z) / deviation,   g_var = -g_mu z / (2 deviation)
        g_c  = s (x g_mu' + s x g_var' - 2 c s x^2 g_var')
        g_x  = (c s) g_mu + (c s^2) g_var - 2 x (c s^2 - c (1 - c) s^2) g_var,   g_b = sum g_mu
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, c: Tensor, s: Tensor, b: Tensor, convention: Convention) -> Tensor:
        """Give the spike probabilities.

        Parameters
        ----------
        x : (n_cores, n_axons, n_examples)
            Probability of a spike on each axon.
        c, s : (n_cores, n_axons, n_neurons)
            Probability and strength of each synapse.
            Products are made in the type of s, and everything else in that of b.
        b : (n_cores, n_neurons)

        Returns
        -------
        (n_cores, n_neurons, n_examples)
        """
        # (n_cores, n_axons, n_neurons); everything below that is not a product is made in place
        cs = c * s
        css = cs * s
        doubt = torch.addcmul(css, cs, cs, value=-1).to(s.dtype)  # c (1 - c) s^2
        spread, xx = torch.addcmul(x, x, x, value=-1).to(s.dtype), (x * x).to(s.dtype)
        x, cs, css = x.to(s.dtype), cs.to(s.dtype), css.to(s.dtype)
        variance = torch.baddbmm(torch.bmm(css.mT, spread), doubt.mT, xx).to(b.dtype)
        deviation = variance.add_(convention.variance_floor).sqrt_()
        z = torch.bmm(cs.mT, x).to(b.dtype).add_((b - convention.boundary).unsqueeze(2)).div_(deviation)
        ctx.save_for_backward(x, xx, s, cs, css, doubt, z, deviation)
        return torch.special.ndtr(z)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
        """Give the gradients with respect to x, c and b, in the type of s where they are products."""
        x, xx, s, cs, css, doubt, z, deviation = ctx.saved_tensors
        g_mu = (z * z).mul_(-0.5).exp_().mul_(_DENSITY_AT_ZERO).mul_(g).div_(deviation)
        g_var = (g_mu * z).div_(deviation).mul_(-0.5).to(s.dtype)
        g_b, g_mu = g_mu.sum(2), g_mu.to(s.dtype)
        # (n_cores, n_axons, n_examples) x (n_cores, n_examples, n_neurons) -> (n_cores, n_axons, n_neurons)
        g_c = torch.bmm(x, g_mu.mT)
        g_c.addcmul_(s, torch.bmm(x, g_var.mT)).addcmul_(cs, torch.bmm(xx, g_var.mT), value=-2).mul_(s)
        g_x = None
        if ctx.needs_input_grad[0]:
            # not for the first layer, whose x are pixels
            certain, uncertain = torch.bmm(css, g_var), torch.bmm(doubt, g_var)
            g_x = torch.baddbmm(certain, cs, g_mu).addcmul_(x, uncertain.sub_(certain), value=2)
        return g_x, g_c, None, g_b, None


class CoreGroup(nn.Module):
    """Cores of one layer with the same number of connected neurons; only those neurons are trained.

    cores : (n_cores,) int
        Which cores of the layer.
    neurons : (n_cores, n_connected) int
        Which neurons of each.
    sources : (n_cores, n_axons, n_sharing) int
        Rows of the values below that feed each axon; -1 for none.
    """

    strengths: Tensor
    sources: Tensor

    def __init__(
        self,
        layer: LearnedLayer,
        convention: Convention,
        cores: np.ndarray,
        neurons: np.ndarray,
        sources: np.ndarray,
        precision: torch.dtype,
    ) -> None:
        super().__init__()
        self.place = (cores[:, None, None], np.arange(layer.sources.shape[1])[:, None], neurons[:, None, :])
        self.probabilities = nn.Parameter(torch.from_numpy(layer.probabilities[self.place]))
        self.biases = nn.Parameter(torch.from_numpy(layer.biases[cores[:, None], neurons]))
        self.register_buffer("strengths", torch.from_numpy(layer.synaptic_strengths[self.place]).to(precision))
        self.register_buffer("sources", torch.from_numpy(sources).long())
        self.convention = convention

    def forward(self, values: Tensor) -> Tensor:
        """Turn (n_values, n_examples) probabilities below into those of the group, (n_cores * n_connected, n_examples).

        The last row of `values` must be zero: spare axons read it as row -1.
        """
        spikes = SpikeProbability.apply(
            gather(values, self.sources), self.probabilities, self.strengths, self.biases, self.convention
        )
        return spikes.flatten(0, 1)

    @torch.no_grad()
    def clip(self) -> None:
        """Bring probabilities back to [0, 1] and biases to what a leak can hold."""
        self.probabilities.clamp_(0, 1)
        self.biases.clamp_(-LEAK_LIMIT, LEAK_LIMIT)


def gather(values: Tensor, sources: Tensor) -> Tensor:
    """Give the probability of a spike on each axon, 1 - prod(1 - x) over the neurons that share it.

    Parameters
    ----------
    values : (n_values + 1, n_examples)
        The last row, of zeros, stands for no neuron.
    sources : (n_cores, n_axons, n_sharing) int

    Returns
    -------
    (n_cores, n_axons, n_examples)
    """
    n_sharing = sources.shape[2]
    if n_sharing == 1:
        return _rows(values, sources[:, :, 0])
    silent = 1 - values
    none = _rows(silent, sources[:, :, 0])
    for place in range(1, n_sharing):
        none = none * _rows(silent, sources[:, :, place])
    return 1 - none


def _rows(values: Tensor, rows: Tensor) -> Tensor:
    """Give these rows; the gradient of a selection adds row by row, that of an index sorts first."""
    return values.index_select(0, rows.reshape(-1) % len(values)).view(*rows.shape, values.shape[1])


class CoreLayer(nn.Module):
    """A layer as groups of like cores; half of a network's neurons go nowhere and cost no training time.

    connected : (n_cores, n_neurons) bool
        Neurons that have a destination.
    rows : (n_values + 1,) int
        Row in which each value of the layer below arrives; its last entry, -1, serves spare axons.
    """

    def __init__(
        self,
        layer: LearnedLayer,
        convention: Convention,
        connected: np.ndarray,
        rows: np.ndarray,
        precision: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        n_connected = connected.sum(1)
        groups, places = [], []
        for count in np.unique(n_connected[n_connected > 0]):
            cores = np.flatnonzero(n_connected == count)
            neurons = np.nonzero(connected[cores])[1].reshape(len(cores), count)
            groups.append(CoreGroup(layer, convention, cores, neurons, rows[layer.sources[cores]], precision))
            places.append((cores[:, None] * connected.shape[1] + neurons).ravel())
        self.groups = cast(list[CoreGroup], nn.ModuleList(groups))
        self.order = np.concatenate(places)  # (n_connected_neurons,) core * 256 + neuron, as the layer gives them

    def forward(self, values: Tensor) -> Tensor:
        """Give the spike probability of every connected neuron, in `order`."""
        padded = torch.cat([values, values.new_zeros(1, values.shape[1])])
        return torch.cat([group(padded) for group in self.groups])
