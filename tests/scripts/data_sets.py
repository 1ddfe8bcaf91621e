"""Make, split and look at data sets."""

import numpy as np

import spikeloom as sl
from spikeloom.data import Dataset

images = np.zeros((6, 8, 8), bool)
made: Dataset = sl.data.from_arrays(images, np.arange(6) % 2, ["dark", "light"])
rows, columns, channels = made.value_shape
first: Dataset = made.take(slice(3))
names: tuple[str, ...] = first.class_names
print(made, len(first), names, rows * columns * channels)
