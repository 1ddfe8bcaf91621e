"""Data sets by name, folder, file or array."""

from spikeloom.data.datasets import Dataset, from_arrays
from spikeloom.data.readers import DataLike, as_dataset, load_dataset, mnist

__all__ = ["DataLike", "Dataset", "as_dataset", "from_arrays", "load_dataset", "mnist"]
