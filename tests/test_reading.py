"""Reading within bounds: what is no regular file, too large or nested too deep is refused before it is taken in."""

import gzip
import os

import pytest

from spikeloom import reading
from spikeloom.reading import BOUND, bound, check_regular, check_size, parse_json, parse_toml, read_bytes, unpacked


def test_pipes_devices_and_folders_are_refused_without_being_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(OSError, match="is a pipe or a device, and only regular files are read"):
            check_regular(path)
    with pytest.raises(IsADirectoryError):
        read_bytes(tmp_path)


def test_the_bound_is_raised_by_its_variable(monkeypatch):
    monkeypatch.setattr(reading, "memory_bytes", lambda: 2**30)
    assert bound() == 2**30  # of what the machine lends, where that is less than two GiB
    monkeypatch.setenv(BOUND, "0.5")
    assert bound() == 2**29
    with pytest.raises(OSError, match="takes 1.0 GiB of memory, and at most 512.0 MiB are read; set SPIKELOOM_MAX"):
        check_size(2**30)
    for told in ("much", "inf", "nan", "-1", "0", "4GiB", "1e300"):
        monkeypatch.setenv(BOUND, told)
        with pytest.raises(OSError, match=f"SPIKELOOM_MAX_GIB is '{told}'; a number of GiB above 0 is needed"):
            bound()


def test_a_file_beyond_its_own_bound_is_refused(tmp_path):
    (tmp_path / "a").write_bytes(bytes(101))
    assert read_bytes(tmp_path / "a", 101) == bytes(101)
    with pytest.raises(OSError, match="at most 0.0 MiB are read$"):
        read_bytes(tmp_path / "a", 100)


def test_gzip_is_unpacked_as_python_does_and_a_bomb_is_not(monkeypatch):
    content = os.urandom(1000) + bytes(3_000_000)
    packed = gzip.compress(content[:500]) + gzip.compress(content[500:]) + bytes(7)
    assert unpacked(packed) == content
    monkeypatch.setenv(BOUND, str(2 / 1024))  # 2 MiB
    with pytest.raises(OSError, match="at most 2.0 MiB are read"):
        unpacked(packed)


def test_gzip_cut_short_or_damaged_is_told_apart():
    packed = gzip.compress(os.urandom(1000))
    with pytest.raises(EOFError):
        unpacked(packed[:-20])
    with pytest.raises(gzip.BadGzipFile, match="CRC"):
        unpacked(packed[:200] + bytes([packed[200] ^ 1]) + packed[201:])
    with pytest.raises(gzip.BadGzipFile, match="Not a gzipped file"):
        unpacked(b"no gzip at all")


@pytest.mark.parametrize("parse", [parse_toml, parse_json])
def test_whatever_is_wrong_with_a_text_is_told_in_one_short_line(parse):
    key = "x = " if parse is parse_toml else ""
    for text in ("[" * 100_000, key + "9" * 5_000, "\0", key + "[1,\n2,\n", key + '"' + "a" * 5_000):
        with pytest.raises(ValueError) as told:
            parse(text)
        assert "\n" not in str(told.value)
        assert len(str(told.value)) < 200
