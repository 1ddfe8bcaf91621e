r"""Switches, rounding and spikes of the deployed network, with gradients that go straight through them.

Every synapse has a latent value in [0, 1] and is on above one half; strengths and biases are rounded. Gradients pass
the switch and the rounding as they came, and a spike by the slope of a bell around its threshold:

    V = b + sum x on s,    n = 1 if V >= 1,    dn/dV ~ exp(-z^2 / 2) / (2 w)   with   z = (V - 1/2) / w

where w is the width that V would have if a share of the axons spiked at random. Values may be bfloat16: spikes,
strengths and leaks are exact in it, sums are made in float32, and rounding a whole number never moves it across the
threshold.
Source: straight-through estimators, Bengio et al. 2013 (arXiv 1308.3432).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

SWITCH = 0.5
BOUNDARY = 0.5  # between potentials of 0 and 1, which are whole numbers


def switch(latents: Tensor, dtype: torch.dtype) -> Tensor:
    """Give 1 for a synapse that is on, 0 for one that is off."""
    # into the wanted type at once: a tensor of truth values in between would cost another pass
    return torch.gt(latents, SWITCH, out=torch.empty(latents.shape, dtype=dtype, device=latents.device))


def events(spikes: Tensor, latents: Tensor) -> Tensor:
    """Give the synaptic events of an example, in the mean: a spike on an axon is one at every synapse that is on.

    Neurons without a destination count as well, though they are switched off when deployed: a few in a hundred.

    Parameters
    ----------
    spikes : (n_cores, n_axons, n_examples)
    latents : (n_cores, n_axons, n_neurons)
    """
    straight = latents.sum(2)
    on = switch(latents.detach(), latents.dtype).sum(2) + straight - straight.detach()
    return (spikes.mean(2, dtype=latents.dtype) * on).sum()


class Potential(torch.autograd.Function):
    """Potentials of cores from the spikes on their axons, and their widths, which have no gradient."""

    @staticmethod
    def forward(
        ctx: Any,
        spikes: Tensor,
        latents: Tensor,
        strengths: Tensor,
        biases: Tensor,
        types: Tensor,
        active_share: float,
    ) -> tuple[Tensor, Tensor]:
        """Give V and w.

        Parameters
        ----------
        spikes : (n_cores, n_axons, n_examples)
            0 or 1; its type is that of the products.
        latents : (n_cores, n_axons, n_neurons)
        strengths : (n_cores, n_neurons, n_axon_types)
        biases : (n_cores, n_neurons)
        types : (n_cores, n_axons, n_axon_types)
            1 for the type of the axon, 0 for the others.
        active_share : float
            Share of the axons that are taken to spike, for the width.

        Returns
        -------
        (n_cores, n_neurons, n_examples), (n_cores, n_neurons)
        """
        dtype = spikes.dtype
        # a product with a one-hot matrix gathers each axon's strength, and in the backward pass sums them up by type
        synaptic = torch.bmm(types, strengths.round().to(dtype).mT)  # (n_cores, n_axons, n_neurons)
        on = switch(latents, dtype)
        weights = synaptic * on
        ctx.save_for_backward(spikes, on, synaptic, weights, types)
        potentials = torch.baddbmm(biases.round().to(dtype).unsqueeze(2), weights.mT, spikes)
        n_on = torch.bmm(on.mT, types)  # synapses of each type, (n_cores, n_neurons, n_axon_types)
        width = (n_on * strengths.round().square()).sum(2).mul_(active_share).add_(1).sqrt_()
        # the width only scales the slope; a gradient through it would pull strengths towards zero
        ctx.mark_non_differentiable(width)
        return potentials, width

    @staticmethod
    def backward(ctx: Any, g: Tensor, _: Tensor) -> tuple[Tensor | None, ...]:
        """Give the gradients with respect to spikes, latents, strengths and biases."""
        spikes, on, synaptic, weights, types = ctx.saved_tensors
        g_spikes = torch.bmm(weights, g) if ctx.needs_input_grad[0] else None
        g_weights = torch.bmm(spikes, g.mT)
        g_strengths = torch.bmm((g_weights * on).mT, types).float()
        g_latents = g_weights.mul_(synaptic).float()
        return g_spikes, g_latents, g_strengths, g.sum(2, dtype=torch.float32), None, None


class Spike(torch.autograd.Function):
    """A spike where the potential reaches 1; its slope is a bell of the given width around one half."""

    @staticmethod
    def forward(ctx: Any, potential: Tensor, width: Tensor) -> Tensor:
        """Give 0 or 1."""
        ctx.save_for_backward(potential, width)
        return torch.ge(potential, BOUNDARY, out=torch.empty_like(potential))

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, None]:
        """Give the gradient with respect to the potential."""
        potential, width = ctx.saved_tensors
        reach = width.to(g.dtype)
        z = (potential - BOUNDARY).div_(reach)
        return z.square_().mul_(-0.5).exp_().mul_(g).mul_(0.5 / reach), None


class AxonSpikes(torch.autograd.Function):
    """A spike on an axon where any of the neurons that share it spikes; its slope is that of 1 - prod(1 - x)."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, sources: Tensor, destinations: Tensor | None) -> Tensor:
        """Give 0 or 1 for each axon.

        Parameters
        ----------
        values : (n_values, n_examples)
            0 or 1.
        sources : (n_cores, n_axons, n_sharing) int64
            Which values feed the axon; -1 for none.
        destinations : (n_values,) int64, optional
            The one axon that each value feeds, counted over all cores; -1 for none. Pixels, which feed many and need
            no gradient, have none.
        """
        padded = torch.cat([values, values.new_zeros(1, values.shape[1])])
        n_cores, n_axons, n_sharing = sources.shape
        rows = (sources % len(padded)).reshape(-1, n_sharing)
        counts = padded.index_select(0, rows[:, 0])
        for place in range(1, n_sharing):
            counts += padded.index_select(0, rows[:, place])
        if destinations is not None:
            ctx.save_for_backward(values, counts, destinations)
        return torch.gt(counts, 0, out=torch.empty_like(counts)).view(n_cores, n_axons, -1)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, None, None]:
        """Give the gradient with respect to values: it passes where no other that shares the axon spikes."""
        if not ctx.needs_input_grad[0]:
            return None, None, None
        values, counts, destinations = ctx.saved_tensors
        axons = destinations.clamp(min=0)
        # where another neuron on the axon spikes too, this one changes nothing: d(1 - prod(1 - x)) = 0
        others = counts.index_select(0, axons).sub_(values)
        g_values = g.reshape(counts.shape).index_select(0, axons).masked_fill_(others > 0, 0)
        return g_values.masked_fill_(destinations.unsqueeze(1) < 0, 0), None, None
