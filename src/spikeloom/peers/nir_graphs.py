"""NIR graphs run by other tools: `native` by nirtorch, `portable` by snnTorch. Both answer an input at once."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np

from spikeloom.optional import needed

_ROWS_AT_ONCE = 500


def run_nirtorch(path: Path, inputs: np.ndarray) -> np.ndarray:
    """Run a graph of linear nodes and thresholds with nirtorch.

    Parameters
    ----------
    path : Path
    inputs : (n_rows, n_input_lines) bool

    Returns
    -------
    (n_rows, n_output_lines) bool
        Row t answers row t; the chip does so after a tick a layer.
    """
    nir, nirtorch = needed("nir", "spikeloom[nir]"), needed("nirtorch", "nirtorch")
    torch: Any = needed("torch", "torch")

    def linear(node: Any) -> Any:
        n_out, n_in = node.weight.shape
        module = torch.nn.Linear(n_in, n_out, bias=hasattr(node, "bias"))
        module.weight.data = torch.as_tensor(node.weight)
        if hasattr(node, "bias"):
            module.bias.data = torch.as_tensor(node.bias)
        return module

    class Threshold(torch.nn.Module):
        """Spikes above its threshold."""

        def __init__(self, threshold: np.ndarray) -> None:
            super().__init__()
            self.register_buffer("threshold", torch.as_tensor(threshold))

        def forward(self, values: Any) -> Any:
            return (values > self.threshold).to(values.dtype)

    maps = {
        nir.Linear: linear,
        nir.Affine: linear,
        nir.Threshold: lambda node: Threshold(node.threshold),
    }
    module = nirtorch.nir_to_torch(nir.read(str(path)), maps)
    return _by_rows(torch, inputs, lambda rows: module(rows, None)[0])


def run_snntorch(path: Path, inputs: np.ndarray) -> np.ndarray:
    """Run a graph of the portable profile with snnTorch; inputs and outputs as in `run_nirtorch`."""
    nir, torch = needed("nir", "spikeloom[nir]"), needed("torch", "torch")
    importer = needed("snntorch.import_nir", "snntorch")
    with contextlib.redirect_stdout(io.StringIO()):
        network = importer.import_from_nir(nir.read(str(path))).eval()
    state, answers = None, []
    with torch.no_grad():  # row after row with its state, as a user steps it: a node that kept anything would show
        for row in torch.from_numpy(inputs.astype(np.float32)):
            answer, state = network(row[None], state)
            answers.append(answer.numpy()[0] > 0.5)
    return np.array(answers).reshape(len(inputs), -1)


def _by_rows(torch: Any, inputs: np.ndarray, answer: Any) -> np.ndarray:
    pieces = []
    with torch.no_grad():
        for first in range(0, len(inputs), _ROWS_AT_ONCE):
            rows = torch.from_numpy(inputs[first : first + _ROWS_AT_ONCE].astype(np.float32))
            pieces.append(answer(rows).numpy() > 0.5)
    return np.concatenate(pieces)
