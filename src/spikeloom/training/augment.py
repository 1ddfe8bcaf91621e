"""Turn, shift and scale each training image a little, anew in every epoch."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from spikeloom.training.recipe import Augmentation


def augment(images: Tensor, amounts: Augmentation, generator: torch.Generator) -> Tensor:
    """Give each image under its own random rotation, scale and shift, bilinear, zeros outside.

    Parameters
    ----------
    images : (n_examples, channels, rows, columns)
        Values in [0, 1].
    amounts : Augmentation
        The largest rotation in degrees, shift in pixels, change of scale as a fraction.
    """
    if not (amounts.rotation or amounts.shift or amounts.scale):
        return images
    n, _, rows, columns = images.shape
    uniform = torch.rand(4, n, generator=generator, device=images.device) * 2 - 1
    angle = uniform[0] * math.radians(amounts.rotation)
    zoom = 1 / (1 + uniform[1] * amounts.scale)  # the grid maps where to look: larger image, smaller steps
    down, right = uniform[2] * amounts.shift, uniform[3] * amounts.shift
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    # affine_grid speaks in halves of each side; the ratio keeps turns rigid where the image is not square
    across = torch.stack([cos, -sin * rows / columns, -2 * right / columns], 1)
    along = torch.stack([sin * columns / rows, cos, -2 * down / rows], 1)
    grid = functional.affine_grid(torch.stack([across, along], 1), list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False).clamp_(0, 1)
