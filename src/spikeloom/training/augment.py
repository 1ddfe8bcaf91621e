"""Turn, shift, scale and bend each training image a little, anew in every epoch.

Source of the elastic bending: Simard et al. 2003, "Best practices for convolutional neural networks applied to visual
document analysis"; its field of smoothed noise is drawn here at a few control points and interpolated between them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from spikeloom.training.recipe import Augmentation


@dataclass(frozen=True)
class Movements:
    """What is drawn for some images.

    turns : (4, n), of [0, 1): rotation, scale, shift down and right; None where none of them is asked for
    bends : (n, 2, points down, points across), of the standard normal distribution; None where images are not bent
    """

    turns: Tensor | None
    bends: Tensor | None

    def of(self, part: Callable[[Tensor], Tensor]) -> Movements:
        """Give those of a part of the images, which a function takes along the first axis."""
        turns = None if self.turns is None else part(self.turns.mT).mT
        return Movements(turns, None if self.bends is None else part(self.bends))


def drawn(n: int, sides: tuple[int, int], amounts: Augmentation, generator: torch.Generator) -> Movements:
    """Draw movements for so many images of these rows and columns."""
    if not (amounts.rotation or amounts.shift or amounts.scale or amounts.elastic):
        return Movements(None, None)
    turns = torch.rand(4, n, generator=generator, device=generator.device)
    if not amounts.elastic:
        return Movements(turns, None)
    # noise smoothed over 4 pixels, as the source has it, varies as fast as points 7 pixels apart
    points = [1 + round(length / amounts.elastic_distance) for length in sides]
    return Movements(turns, torch.randn(n, 2, *points, generator=generator, device=generator.device))


def moved(images: Tensor, amounts: Augmentation, movements: Movements) -> Tensor:
    """Give each image under its own rotation, scale, shift and bending, bilinear, zeros outside.

    Parameters
    ----------
    images : (n_examples, channels, rows, columns)
        Values in [0, 1].
    amounts : Augmentation
        The largest rotation in degrees, shift in pixels, change of scale as a fraction; the standard deviation in
        pixels by which control points are moved, about four fifths of which reach a pixel between them.
    """
    if movements.turns is None:
        return images
    grid = _affine_grid(images, amounts, movements.turns)
    if movements.bends is not None:
        grid = grid + _bending(images, movements.bends * amounts.elastic)
    return functional.grid_sample(images, grid, align_corners=False).clamp_(0, 1)


def _affine_grid(images: Tensor, amounts: Augmentation, turns: Tensor) -> Tensor:
    """Give where each pixel of each image is to be looked up, (n, rows, columns, 2), in halves of each side."""
    rows, columns = images.shape[-2:]
    uniform = turns * 2 - 1
    angle = uniform[0] * math.radians(amounts.rotation)
    zoom = 1 / (1 + uniform[1] * amounts.scale)  # the grid maps where to look: larger image, smaller steps
    down, right = uniform[2] * amounts.shift, uniform[3] * amounts.shift
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    # affine_grid speaks in halves of each side; the ratio keeps turns rigid where the image is not square
    across = torch.stack([cos, -sin * rows / columns, -2 * right / columns], 1)
    along = torch.stack([sin * columns / rows, cos, -2 * down / rows], 1)
    return functional.affine_grid(torch.stack([across, along], 1), list(images.shape), align_corners=False)


def _bending(images: Tensor, noise: Tensor) -> Tensor:
    """Give a smooth displacement of every pixel, (n, rows, columns, 2), in halves of each side."""
    rows, columns = images.shape[-2:]
    field = functional.interpolate(noise, (rows, columns), mode="bicubic", align_corners=True)
    return field.permute(0, 2, 3, 1) * field.new_tensor([2 / columns, 2 / rows])
