"""Data sets by name, folder, file or array."""

from spikeloom.data.datasets import Dataset, from_arrays
from spikeloom.data.events import from_recordings
from spikeloom.data.named import NAMES
from spikeloom.data.readers import DataLike, as_dataset, load_dataset, mnist

__all__ = ["NAMES", "DataLike", "Dataset", "as_dataset", "from_arrays", "from_recordings", "load_dataset", "mnist"]
