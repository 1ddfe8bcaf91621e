"""Every reader fed files that were valid once, each in a process with little memory and time."""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from spikeloom.errors import SpikeloomError
from tools.torture.row import Row
from tools.torture.samples import Sample, samples

SECONDS, MEMORY = 10, 6 * 2**30  # of one reading; the memory is address space, of which libraries take most
MESSAGE_MAX = 600
_BATCH = 20
_INTERESTING = (
    b"\0",
    b"\xff",
    b"-1",
    b"1e308",
    b"NaN",
    b"true",
    b"[" * 3000,
    b'"' * 3,
    b"9" * 5000,
    b"{}",
    b"\xef\xbb\xbf",
)


def fuzz(seconds: float, seed: int = 0, files: int = 10**9) -> list[Row]:
    """Damage every sample again and again, for so many seconds in all and so many files each; a row a reader."""
    with tempfile.TemporaryDirectory() as name:
        found = samples(Path(name))
        rows = []
        for number, sample in enumerate(found):
            row = Row(f"damaged: {sample.name}")
            end = time.monotonic() + seconds / len(found)
            for batch in range(10**9):
                if time.monotonic() > end or row.times >= files:
                    break
                _batch(sample, seed + number * 10**6 + batch, Path(name), row)
            rows.append(row)
            print(f"{row.what}: {row.times}, {len(row.faults)} faults", file=sys.stderr, flush=True)
        return rows


def _batch(sample: Sample, seed: int, folder: Path, row: Row) -> None:
    """Read a batch of damaged files in one child; where it dies, tell by which file."""
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    child = context.Process(target=_read_all, args=(sample, seed, folder, sending))
    child.start()
    sending.close()
    last = -1
    while True:
        if not receiving.poll(SECONDS + 5):
            row.fault(f"hangs: seed {seed}, file {last + 1}")
            child.kill()
            break
        try:
            last, told = receiving.recv()
        except EOFError:
            break
        row.times += 1
        if told:
            row.fault(f"{told} (seed {seed}, file {last})")
    child.join()
    if child.exitcode not in (0, -signal.SIGKILL):
        row.fault(f"dies with {child.exitcode}: seed {seed}, file {last + 1}")


def _read_all(sample: Sample, seed: int, folder: Path, sending: object) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # warnings of libraries on damaged files
    for number in range(_BATCH):
        place = Path(tempfile.mkdtemp(dir=folder))
        chance = random.Random(f"{seed} {number}")
        for name, content in sample.files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(damaged(content, chance) if name == sample.damaged else content)
        signal.alarm(SECONDS)
        sending.send((number, _told(sample, place)))  # type: ignore[attr-defined]
        signal.alarm(0)
        shutil.rmtree(place, ignore_errors=True)
    os._exit(0)


def _told(sample: Sample, place: Path) -> str:
    """Give what is wrong with how a file was read; nothing where it was read, or refused as it should be."""
    try:
        sample.read(place)
    except SpikeloomError as error:
        message = str(error)
        if "\n" in message or len(message) > MESSAGE_MAX:
            return f"message of {len(message)} characters: {message[:100]}"
        return ""
    except MemoryError:
        return ""  # the command line has a message for it
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {str(error)[:120]} at {Path(where.filename).name}:{where.lineno}"
    return ""


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Give content that was changed in one to four places, in one of the ways that disks, networks and people have."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4))):
        changed = bytearray(next(_ways(bytes(changed), chance)))
    return bytes(changed)


def _ways(content: bytes, chance: random.Random) -> Iterator[bytes]:
    at, other = (chance.randrange(len(content) + 1) for _ in range(2))
    low, high = min(at, other), min(max(at, other), min(at, other) + chance.choice((1, 4, 64, 4096)))
    near = min(at, 200) if chance.random() < 0.5 else at  # headers stand at the beginning
    ways = (
        lambda: content[:at],
        lambda: content[:low] + content[high:],
        lambda: content[:high] + content[low:high] + content[high:],
        lambda: content[:near] + bytes([chance.randrange(256)]) + content[near + 1 :],
        lambda: (
            content[:near]
            + bytes([(content[near : near + 1] or b"\0")[0] ^ 1 << chance.randrange(8)])
            + content[near + 1 :]
        ),
        lambda: content[:near] + chance.choice(_INTERESTING) + content[near + chance.choice((0, 1, 4)) :],
        lambda: content[:low] + bytes(high - low) + content[high:],
        lambda: content[:low] + chance.randbytes(high - low) + content[high:],
        lambda: b"",
        lambda: _other_number(content, chance),
        lambda: _other_number(content, chance),
    )
    yield chance.choice(ways)()


def _flipped(byte: bytes, chance: random.Random) -> bytes:
    return bytes(value ^ 1 << chance.randrange(8) for value in byte)


def _other_number(content: bytes, chance: random.Random) -> bytes:
    """Change a number that is written in digits."""
    digits = [at for at in range(min(len(content), 20_000)) if content[at : at + 1].isdigit()]
    if not digits:
        return content + b"\0"
    at = chance.choice(digits)
    number = chance.choice((b"0", b"9", b"-1", b"4294967296", b"1e400", b"0.5", b"99999999999999999999", b"null"))
    return content[:at] + number + content[at + 1 :]
