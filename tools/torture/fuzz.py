"""Every reader fed files that were valid once, each in a process with little memory and time."""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Iterator
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from spikeloom.errors import SpikeloomError
from spikeloom.reading import BOUND
from tools.torture.invented import examples
from tools.torture.mutated import damaged
from tools.torture.row import Row
from tools.torture.samples import Sample, samples

SECONDS, WAIT_SECONDS = 10, 60  # of one reading: of the processor, and on a clock, where others work too
_MEMORY, _BOUND_GIB = 6 * 2**30, "0.25"  # address space, of which libraries take most; and what a file may take
_BATCH = 20


def fuzz(seconds: float, seed: int = 0, files: int = 10**9) -> Iterator[Row]:
    """Damage every sample again and again, for so many seconds in all and so many files each; a row a reader."""
    with tempfile.TemporaryDirectory() as name:
        found = samples(Path(name))
        for number, sample in enumerate(found):
            row = Row(f"files: {sample.name}")
            end = time.monotonic() + seconds / len(found)
            for batch in count(seed + number * 10**6):
                if time.monotonic() > end or row.times >= files:
                    break
                _batch(sample, batch, Path(name), row)
            yield row


def _batch(sample: Sample, seed: int, folder: Path, row: Row) -> None:
    """Read a batch of files in one child; where it dies, tell by which file."""
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=_read_all, args=(sample, seed, folder, sending))
    child.start()
    sending.close()
    last = -1
    while True:
        if not receiving.poll(WAIT_SECONDS + 5):
            row.fault(f"hangs: seed {seed}, file {last + 1}")
            child.kill()
            child.join()
            return
        try:
            last, told = receiving.recv()
        except EOFError:
            break
        row.times += 1
        if told:
            row.fault(f"{told} (seed {seed}, file {last})")
    child.join()
    if child.exitcode:  # the system's own kill for want of memory, too
        row.fault(f"dies with {child.exitcode}: seed {seed}, file {last + 1}")


def _read_all(sample: Sample, seed: int, folder: Path, sending: Connection) -> None:
    os.environ[BOUND] = _BOUND_GIB
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # warnings of libraries on damaged files
    for number, content in enumerate(contents(sample.files[sample.damaged], seed)):
        place = Path(tempfile.mkdtemp(dir=folder))
        for name, valid in sample.files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(content if name == sample.damaged else valid)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.setitimer(signal.ITIMER_REAL, WAIT_SECONDS)
        sending.send((number, told_of(sample, place)))
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        shutil.rmtree(place, ignore_errors=True)
    os._exit(0)


def contents(valid: bytes, seed: int) -> list[bytes]:
    """Give a batch of other contents: bytes changed by even seeds, and what Hypothesis invents by odd ones."""
    if seed % 2:
        return examples(valid, seed, _BATCH)
    return [damaged(valid, random.Random(f"{seed} {number}")) for number in range(_BATCH)]


def told_of(sample: Sample, place: Path) -> str:
    """Give what is wrong with how a file was read; nothing where it was read, or refused as it should be."""
    try:
        sample.read(place)
    except SpikeloomError:
        return ""
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {str(error)[:120]} at {Path(where.filename).name}:{where.lineno}"
    return ""
