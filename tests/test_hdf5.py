"""HDF5 files that lead elsewhere are refused before anything of theirs is read."""

import h5py
import numpy as np
import pytest

from spikeloom.data import load_dataset
from spikeloom.errors import DataError, ExportError
from spikeloom.export.nir import NIR
from spikeloom.hdf5 import ForeignError, check_own


def external(file, secret):
    file["x_train"] = h5py.ExternalLink(str(secret), "/hidden")


def soft(file, secret):
    file["x_train"] = h5py.SoftLink("/other")


def stored_elsewhere(file, secret):
    file.create_dataset("x_train", (8,), "u1", external=[(str(secret), 0, 8)])


def virtual(file, secret):
    layout = h5py.VirtualLayout((8,), "u1")
    layout[:] = h5py.VirtualSource(str(secret), "hidden", (8,))
    file.create_virtual_dataset("x_train", layout)


@pytest.mark.parametrize("leading", [external, soft, stored_elsewhere, virtual])
def test_what_leads_to_another_file_is_refused_by_every_reader(tmp_path, leading):
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["hidden"] = np.arange(8, dtype=np.uint8)
    path = tmp_path / "d.h5"
    with h5py.File(path, "w") as file:
        leading(file, secret)
        file["y_train"] = np.arange(8)
    with h5py.File(path, "r") as file, pytest.raises(ForeignError, match="'x_train' is "):
        check_own(file)
    with pytest.raises(DataError, match="d.h5: 'x_train' is "):
        load_dataset(path, "train")
    with pytest.raises(ExportError, match="d.h5: 'x_train' is "):
        NIR.read([path])


def test_a_link_deep_inside_is_found_and_a_circle_ends(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_group("node/nodes/deep")
        file["node/nodes/deep/weight"] = h5py.ExternalLink("other.h5", "/x")
        with pytest.raises(ForeignError, match="'node/nodes/deep/weight' is a link to elsewhere"):
            check_own(file)
    with h5py.File(tmp_path / "b.h5", "w") as file:
        group = file.create_group("a")
        group["again"] = group
        with pytest.raises(ForeignError, match="groups deep"):
            check_own(file)


def test_arrays_that_claim_more_than_a_file_may_take_are_refused(tmp_path):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x_train", (2**20, 2**14), "u1", chunks=(1, 2**14))  # 16 GiB of nothing, in a few bytes
        file["y_train"] = np.zeros(4, int)
    with pytest.raises(DataError, match=r"a.h5: takes 16.0 GiB of memory, and at most .* SPIKELOOM_MAX_GIB"):
        load_dataset(tmp_path / "a.h5", "train")
