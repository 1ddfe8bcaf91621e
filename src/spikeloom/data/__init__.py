"""Data sets by name, folder, file or array."""

from spikeloom.data.datasets import Dataset, from_arrays
from spikeloom.data.readers import load_dataset, mnist

__all__ = ["Dataset", "from_arrays", "load_dataset", "mnist"]
