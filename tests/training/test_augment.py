import pytest
import torch

from spikeloom.training import augment
from spikeloom.training.recipe import Augmentation


def dot(rows: int = 21, columns: int = 21, row: int = 10, column: int = 10, n: int = 200) -> torch.Tensor:
    images = torch.zeros(n, 1, rows, columns)
    images[:, :, row, column] = 1
    return images


def centre(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Give the centre of mass of each image, in pixels."""
    mass = images.sum((1, 2, 3))
    rows = (images.sum((1, 3)) * torch.arange(images.shape[2])).sum(1) / mass
    columns = (images.sum((1, 2)) * torch.arange(images.shape[3])).sum(1) / mass
    return rows, columns


def moved(images: torch.Tensor, **amounts: float) -> torch.Tensor:
    chosen, sides = Augmentation(**amounts), (images.shape[-2], images.shape[-1])
    movements = augment.drawn(len(images), sides, chosen, torch.Generator().manual_seed(0))
    return augment.moved(images, chosen, movements)


def test_without_amounts_images_stay_as_they_are():
    images = torch.rand(3, 1, 5, 5)
    assert moved(images) is images


def test_a_shift_moves_up_to_its_pixels_in_both_directions():
    rows, columns = centre(moved(dot(), shift=3.0))
    for places in (rows, columns):
        assert places.min().item() == pytest.approx(7, abs=0.2)
        assert places.max().item() == pytest.approx(13, abs=0.2)


@pytest.mark.parametrize(("rows", "columns"), [(21, 21), (21, 41)])
def test_a_turn_keeps_the_distance_from_the_centre_on_any_shape(rows, columns):
    images = dot(rows, columns, row=rows // 2, column=columns // 2 + 8)
    row, column = centre(moved(images, rotation=90.0))
    distance = ((row - rows // 2) ** 2 + (column - columns // 2) ** 2).sqrt()
    assert distance.min().item() == pytest.approx(8, abs=0.25)
    assert distance.max().item() == pytest.approx(8, abs=0.25)
    assert row.max() > rows // 2 + 7


def test_a_scale_moves_points_outwards_and_inwards_by_its_fraction():
    row, column = centre(moved(dot(row=10, column=18), scale=0.2))
    assert column.max().item() == pytest.approx(10 + 8 * 1.2, abs=0.2)
    assert column.min().item() == pytest.approx(10 + 8 * 0.8, abs=0.2)
    assert row.sub(10).abs().max() < 0.1


def test_values_stay_probabilities():
    images = moved(torch.ones(20, 3, 9, 9), rotation=30.0, shift=2.0, scale=0.3)
    assert images.shape == (20, 3, 9, 9)
    assert images.min() >= 0
    assert images.max() <= 1


def test_bending_moves_points_by_its_deviation_and_neighbours_alike():
    rows, _ = centre(moved(dot(28, 28, 14, 14, n=4000), elastic=1.0))
    # a dot moves by the field at its place; bicubic weights between points make a little less of the deviation
    assert 0.5 < (rows - 14).std().item() < 1.1
    assert (rows - 14).mean().abs().item() < 0.1
    # on an oblong image too, along both sides
    for places in centre(moved(dot(14, 42, 7, 21, n=4000), elastic=1.0)):
        assert 0.5 < places.std().item() < 1.1
    pair = dot(28, 28, 14, 12, n=4000)
    pair[:, :, 14, 16] = 1
    bent = moved(pair, elastic=1.0)
    left, _ = centre(bent[:, :, :, :14])
    right, _ = centre(bent[:, :, :, 14:])
    kept = torch.isfinite(left) & torch.isfinite(right)
    assert torch.corrcoef(torch.stack([left[kept], right[kept]]))[0, 1] > 0.5
