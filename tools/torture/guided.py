"""Readers fuzzed by coverage: atheris keeps what reaches new lines, and damages that further.

``python -m tools.torture.guided SAMPLE SECONDS`` fuzzes one reader in a process of its own: libFuzzer ends with it.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.torture.row import Row

_DONE = re.compile(r"number_of_executed_units:\s*(\d+)")


def guided(seconds: float) -> Iterator[Row]:
    """Fuzz every reader for its share of so many seconds; a row a reader, none where atheris is missing."""
    from tools.torture.samples import samples  # at the top it would come before `_fuzz_one` has instrumented it

    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: no fuzzing by coverage", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as folder:
        names = [sample.name for sample in samples(Path(folder))]
    for name in names:
        row = Row(f"files by coverage: {name}")
        share = max(1, int(seconds / len(names)))
        words = [sys.executable, "-m", "tools.torture.guided", name, str(share)]
        try:
            done = subprocess.run(words, capture_output=True, text=True, timeout=share + 300)
        except subprocess.TimeoutExpired:
            row.fault(f"goes on {share + 300} s after {share} were asked for")
            yield row
            continue
        counted = _DONE.search(done.stderr)
        row.times = int(counted[1]) if counted else 0
        if done.returncode:
            row.fault(f"ends with {done.returncode}: {_first_fault(done.stderr)}")
        yield row


def _first_fault(said: str) -> str:
    lines = [line for line in said.splitlines() if "FAULT" in line or "ERROR: libFuzzer" in line]
    return lines[0] if lines else said[-200:]


def _fuzz_one(name: str, seconds: int) -> None:
    """Fuzz one sample in this process, which ends with it."""
    import atheris

    # kernels have a compiler of their own, which takes no other's instructions among them
    with atheris.instrument_imports(include=["spikeloom"], exclude=["spikeloom.simulation.fast"]):
        from tools.torture.fuzz import SECONDS, told_of
        from tools.torture.samples import samples

    folder = Path(tempfile.mkdtemp())
    sample = next(sample for sample in samples(folder) if sample.name == name)
    place, corpus = folder / "place", folder / "corpus"
    for each, valid in sample.files.items():
        (place / each).parent.mkdir(parents=True, exist_ok=True)
        (place / each).write_bytes(valid)
    corpus.mkdir()
    (corpus / "valid").write_bytes(sample.files[sample.damaged])

    def read(content: bytes) -> None:
        (place / sample.damaged).write_bytes(content)
        told = told_of(sample, place)
        if told:
            print(f"FAULT {told}", file=sys.stderr, flush=True)
            raise AssertionError(told)

    limits = [f"-max_total_time={seconds}", f"-timeout={SECONDS}", "-rss_limit_mb=4096", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={folder}/", str(corpus)], read)
    atheris.Fuzz()


if __name__ == "__main__":
    _fuzz_one(sys.argv[1], int(sys.argv[2]))
