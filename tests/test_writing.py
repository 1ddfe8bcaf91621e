"""Writing: whole files or none, in their own mode, through links, and never in place of a device."""

import errno
import os
import stat
import subprocess
import sys
import time

import pytest

from spikeloom import writing
from spikeloom.errors import ArtefactError
from spikeloom.writing import PART_PREFIX, check_folder, check_place, clean, write_atomically


def test_a_full_disk_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "a"
    write_atomically(path, b"old")
    monkeypatch.setattr(writing.os, "fsync", full)
    with pytest.raises(ArtefactError, match="a: cannot be written: No space left on device; free space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [place.name for place in tmp_path.iterdir()] == ["a"]


def test_an_interrupt_while_writing_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch):
    def interrupted(descriptor):
        raise KeyboardInterrupt

    path = tmp_path / "a"
    write_atomically(path, b"old")
    monkeypatch.setattr(writing.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [place.name for place in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(("umask", "mode"), [(0o077, 0o600), (0o022, 0o644)])
def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "a", b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode


def test_a_file_that_is_there_keeps_its_mode(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_atomically(path, b"new")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o640)


def test_a_link_stays_a_link_and_what_it_names_is_written(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    real, link = tmp_path / "elsewhere/real", tmp_path / "link"
    real.write_bytes(b"old")
    link.symlink_to(real)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "not there yet")
    write_atomically(dangling, b"x")
    assert (tmp_path / "not there yet").read_bytes() == b"x"


def test_what_is_no_regular_file_is_refused_and_stays(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for write in (lambda path: write_atomically(path, b"x"), check_place):
        with pytest.raises(ArtefactError, match="pipe: cannot be written: is a pipe, and only a regular file"):
            write(pipe)
        with pytest.raises(ArtefactError, match="/dev/null: cannot be written: is a device"):
            write("/dev/null")
        with pytest.raises(ArtefactError, match="Is a directory; name a file in it"):
            write(tmp_path)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(ArtefactError, match="loop: cannot be written: .*; name the file itself"):
        write_atomically(loop, b"x")


def test_file_and_folder_are_synced(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(writing.os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_mode))
    write_atomically(tmp_path / "a", b"x")
    assert [stat.S_ISDIR(mode) for mode in synced] == [False, True]


def test_what_a_kill_left_is_cleaned_when_it_is_ours_and_old(tmp_path):
    names = [f"{PART_PREFIX}{n:016x}" for n in range(3)]
    for name in names[:2]:
        (tmp_path / name).write_bytes(b"half")
    (tmp_path / names[2]).mkdir()
    (tmp_path / names[2] / "network.c").write_bytes(b"half")
    mine = ["mine", f"{PART_PREFIX}notes", f"{PART_PREFIX}{0:016x}.toml"]
    for name in mine:
        (tmp_path / name).write_bytes(b"mine")
    for name in (names[0], names[2], *mine):
        os.utime(tmp_path / name, (time.time() - 7200,) * 2)
    check_folder(tmp_path)
    assert {place.name for place in tmp_path.iterdir()} == {names[1], *mine}
    clean(tmp_path / "not there")


def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new_one(tmp_path):
    path = tmp_path / "a"
    write_atomically(path, b"0" * 100_000)
    code = (
        "import itertools, sys; from spikeloom.writing import write_atomically\n"
        "for n in itertools.count(): write_atomically(sys.argv[1], str(n % 10).encode() * 100_000)"
    )
    for _ in range(5):
        process, seen = subprocess.Popen([sys.executable, "-c", code, str(path)]), set()
        while len(seen) < 5:
            assert process.poll() is None
            content = path.read_bytes()
            assert (len(content), len(set(content))) == (100_000, 1)
            seen.add(content[:1])
        process.kill()
        process.wait()
        content = path.read_bytes()
        assert (len(content), len(set(content))) == (100_000, 1)
