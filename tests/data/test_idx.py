import gzip

import numpy as np
import pytest

from programs import write_idx
from spikeloom.data.idx import read_idx
from spikeloom.errors import DataError


def test_a_file_worked_out_by_hand(tmp_path):
    path = tmp_path / "images"
    path.write_bytes(bytes([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255]))
    assert read_idx(path, 3).tolist() == [[[1, 2, 3], [4, 5, 255]]]


def test_arrays_come_back_gzipped_or_not(tmp_path):
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    write_idx(tmp_path / "a", array)
    (tmp_path / "a.gz").write_bytes(gzip.compress((tmp_path / "a").read_bytes()))
    assert np.array_equal(read_idx(tmp_path / "a", 3), array)
    assert np.array_equal(read_idx(tmp_path / "a.gz", 3), array)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "magic number is nothing; 00 00 08 03 is expected"),
        (b"\x00\x00\x0d\x03", "magic number is 00 00 0d 03; 00 00 08 03 is expected"),
        (b"\x00\x00\x08\x01\x00\x00\x00\x01\x07", "magic number is 00 00 08 01; 00 00 08 03"),
        (b"\x00\x00\x08\x03\x00\x00", "ends inside its header, after 6 of 16 bytes"),
        (b"\x00\x00\x08\x03" + b"\0\0\0\x02" * 3 + b"1234567", r"has 23 bytes; its header \(2, 2, 2\) promises 24"),
        (b"\x00\x00\x08\x03" + b"\0\0\0\x02" * 3 + b"123456789", "has 25 bytes; .* promises 24"),
        (b"\x00\x00\x08\x03" + b"\xff" * 12, "promises"),
    ],
)
def test_a_damaged_file_is_refused_with_expected_and_found(tmp_path, content, message):
    (tmp_path / "images").write_bytes(content)
    with pytest.raises(DataError, match=f"images: .*{message}"):
        read_idx(tmp_path / "images", 3)


def test_a_truncated_gzip_and_a_missing_file_are_named(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(bytes(1000))[:20])
    with pytest.raises(DataError, match=r"a\.gz: cannot be unpacked"):
        read_idx(tmp_path / "a.gz", 3)
    with pytest.raises(DataError, match="nothing: cannot be read: No such file"):
        read_idx(tmp_path / "nothing", 3)


def test_lengths_whose_product_is_nothing_are_refused(tmp_path):
    (tmp_path / "x").write_bytes(bytes([0, 0, 8, 3]) + b"\xff" * 4 + bytes(4) + b"\xff" * 4)
    with pytest.raises(DataError, match=r"its header \(4294967295, 0, 4294967295\) promises nothing"):
        read_idx(tmp_path / "x", 3)
