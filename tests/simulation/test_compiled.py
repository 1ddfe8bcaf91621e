"""Compiled code is kept where that is safe, made anew where it is damaged, and nowhere where there is no place."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from spikeloom.simulation.fast.bits import compiled

MODULE = """
from spikeloom.simulation.fast.bits.compiled import kept_in, kernel

@kernel
def twice(number):
    return 2 * number

print(twice(21), kept_in(twice))
"""


def run(folder: Path, cache: Path | None, **options) -> str:
    """Run the module in a process of its own, and give what it prints; it ends without an error."""
    (folder / "module.py").write_text(MODULE)
    environment = {**os.environ, "HOME": "/nowhere", "XDG_CACHE_HOME": "/nowhere/cache"}
    environment |= {} if cache is None else {"NUMBA_CACHE_DIR": str(cache)}
    command = [sys.executable, str(folder / "module.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_code_is_kept_and_a_damaged_file_is_made_anew(tmp_path):
    cache = tmp_path / "cache"
    cache.mkdir()
    assert run(tmp_path, cache).startswith(f"42 {cache}")
    kept = [path for path in cache.rglob("*") if path.suffix in (".nbi", ".nbc")]
    assert len(kept) == 2
    for path in kept:
        whole = path.read_bytes()
        for content in (whole[: len(whole) // 2], b"", b"no pickle"):
            path.write_bytes(content)
            assert run(tmp_path, cache).startswith("42")
            assert path.read_bytes()[: len(content) + 1] != content  # it is there again, for the next process


def test_a_folder_that_anybody_may_write_to_is_not_used(tmp_path):
    cache = tmp_path / "open"
    cache.mkdir()
    cache.chmod(0o777)
    assert run(tmp_path, cache) == "42 None"
    assert not list(cache.rglob("*.nb*"))


def test_a_folder_of_another_user_is_not_used(tmp_path, monkeypatch):
    if os.getuid() == 0:
        os.chown(tmp_path, 65534, 65534)
    owner = tmp_path.stat().st_uid
    assert compiled._is_trusted(tmp_path, tmp_path)  # whoever owns the package's files is trusted with its code
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    assert not compiled._is_trusted(tmp_path, Path("/"))


def test_where_anybody_may_write_only_folders_above_may_be_and_only_as_tmp_is(tmp_path):
    folder = tmp_path / "a"
    folder.mkdir()
    for mode, own_mode, trusted in ((0o1777, 0o755, True), (0o777, 0o755, False), (0o755, 0o1777, False)):
        tmp_path.chmod(mode)
        folder.chmod(own_mode)
        assert compiled._is_trusted(folder, Path("/")) is trusted


def test_without_a_folder_to_write_to_it_is_compiled_all_the_same(monkeypatch):
    def nowhere(function):
        raise RuntimeError("cannot cache function: no locator available")

    monkeypatch.setattr(compiled, "_Kept", nowhere)
    thrice = compiled.compiled(nogil=True)(lambda number: 3 * number)
    assert (thrice(14), compiled.kept_in(thrice)) == (42, None)


PACKAGE = {
    "simulation/numbers.py": "FACTOR = 2\n",
    "randomness/none.py": "",
    "chip/limits.py": "",
    "chip/trains.py": "",
}


def test_code_is_made_anew_when_a_constant_of_another_file_has_changed(tmp_path, monkeypatch):
    # numba itself looks at the file of the function alone
    for name, text in PACKAGE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    place = tmp_path / "simulation" / "fast" / "bits" / "compiled.py"
    monkeypatch.setattr(compiled, "__file__", str(place))
    before = compiled._sources()
    assert compiled._sources() == before
    (tmp_path / "simulation" / "numbers.py").write_text("FACTOR = 3\n")
    assert compiled._sources() != before


HITS = """
import sys
from spikeloom.simulation.fast.bits import compiled

compiled._SOURCES = sys.argv[1]

@compiled.kernel
def twice(number):
    return 2 * number

print(twice(21), sum(twice.stats.cache_hits.values()))
"""


def test_code_that_was_kept_of_other_sources_is_not_taken(tmp_path):
    (tmp_path / "module.py").write_text(HITS)
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    for sources, told in (("one", "42 0"), ("one", "42 1"), ("other", "42 0"), ("other", "42 1")):
        command = [sys.executable, str(tmp_path / "module.py"), sources]
        assert subprocess.run(command, env=environment, capture_output=True, text=True).stdout.strip() == told


def test_every_constant_that_kernels_take_lies_where_changes_are_seen():
    package = Path(compiled.__file__).parents[3]
    rooms = tuple(room.removesuffix(".py").replace("/", ".") for room in compiled._ROOMS)
    elsewhere = set()
    for path in package.rglob("*.py"):
        text = path.read_text("utf-8")
        if "bits.compiled import" in text:
            # constants are in capitals, and all that a kernel takes from other files beside other kernels
            for module, names in re.findall(
                r"^from spikeloom\.([\w.]+) import \(?([^)]*?)(?:\)|$)", text, re.MULTILINE
            ):
                constants = [name for name in re.findall(r"\w+", names) if name.isupper() and len(name) > 1]
                if constants and not module.startswith(rooms):
                    elsewhere.add(f"{path.name}: {module}")
    assert elsewhere <= {"delays.py: interface.delays", "encoding.py: interface.delays"}  # NOW, of no kernel
